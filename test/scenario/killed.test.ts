import { afterEach, describe, expect, it } from "vitest";
import { landsInSpiteOf } from "./killing.ts";
import { checkedRepository, Workplace } from "./run.ts";

/** Drawn from a generator with the seed 20. The others of that draw are killed at night. */
const lives = [
  ["dispatch:after", "merge:after", "3:before", "5:after"],
  ["2:before", "9:after", "3:after", "1:before"],
];

let place: Workplace | undefined;

afterEach(() => place?.remove());

describe("headgate run, killed and started again on the same folder", () => {
  it.each(lives)("finishes with nothing done twice: %s, %s, %s, %s", (...moments) => landsInSpiteOf(moments));
});

describe("headgate run, stopped on the way", () => {
  it("prints its report alone, and continues with its data folder alone, apart from what happened before", async () => {
    place = new Workplace(checkedRepository("test -f README.md"));
    place.write({
      "issue.md": "# One file\n\nMake one file.\n",
      "plan.json": JSON.stringify({ tasks: [{ id: "one", title: "Make one" }] }),
    });
    place.write({ "draft.txt": "not committed\n" }, place.repo);
    const kept = ["run", "--plan", "plan.json", "--data-dir", "data", "--json", "-"];
    const named = ["--repo", place.repo, "--issue", "issue.md"];
    const { child, ended } = place.start([...kept, ...named, "--agent-command", "sleep 60"]);
    let said = "";
    child.stderr?.on("data", (chunk) => {
      if (!said.includes("one build") && (said + chunk).includes("one build")) child.kill("SIGTERM");
      said += chunk;
    });
    const stopped = await ended;
    expect(stopped.code).toBe(130);
    expect(stopped.output).toContain("1 changed file is left out: only what is committed is imported");
    expect(JSON.parse(stopped.printed)).toMatchObject({ interrupted: true, tasks: [{ id: "one" }], merges: [] });

    const last = await place.run([...kept, "--agent-command", "echo made > one.txt"]);
    expect(last.code).toBe(0);
    expect(last.output).toMatch(/Earlier on this data folder:.*one build.*Now:.*1 of 1 merged/s);
    expect(JSON.parse(last.printed)).toMatchObject({ interrupted: false, engine: "command", merges: [{ order: 1 }] });
  });

  it("starts no agent where a check fails on the base itself, and shows its first error and the flags", async () => {
    place = new Workplace(checkedRepository("echo 'Error: a is broken' && exit 1"));
    place.write({
      "issue.md": "# One file\n\nMake one file.\n",
      "plan.json": JSON.stringify({ tasks: [{ id: "one", title: "Make one" }] }),
    });
    const named = ["run", "--repo", place.repo, "--issue", "issue.md", "--plan", "plan.json"];
    const { code, output } = await place.run([...named, "--agent-command", "touch started"]);
    expect(code).toBe(1);
    expect(output).toMatch(/This check fails on main itself.*failed twice: Error: a is broken\n.*--skip-check \w+\n/s);
    expect(output).not.toContain("one build");
  });

  it("names a path that is no repository before a key that is missing", async () => {
    place = new Workplace(checkedRepository("true"));
    place.write({ "issue.md": "# One file\n\nMake one file.\n" });
    const wrong = await place.run(["run", "--repo", place.folder, "--issue", "issue.md"]);
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining("is not a git repository") });
  });
});
