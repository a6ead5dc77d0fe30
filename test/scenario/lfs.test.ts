/** `headgate run` on a repository with Git LFS files, on a machine whose git has the filter of `git lfs install`. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { checkedRepository, Workplace } from "./run.ts";

const CONTENT = "content that only the server of Git LFS has\n";
const OID = createHash("sha256").update(CONTENT).digest("hex");
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize ${CONTENT.length}\n`;

let place: Workplace | undefined;
afterEach(() => place?.remove());

/** The check passes only where the file is the pointer, byte for byte. */
function openPlace() {
  const files = { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "model.bin": POINTER };
  const opened = new Workplace(
    checkedRepository(`test "$(sha256sum < model.bin)" = "$(git cat-file blob HEAD:model.bin | sha256sum)"`, files),
  );
  place = opened;
  const trace = opened.path("ran");
  const filter = (verb: string) => `\t${verb} = "sh -c 'echo ${verb} >> ${trace}; echo corrupted'"\n`;
  opened.write({
    gitconfig: `[filter "lfs"]\n${["clean", "smudge", "process"].map(filter).join("")}\trequired = true\n`,
    "issue.md": "# One file\n\nMake one file.\n",
    "plan.json": JSON.stringify({ tasks: [{ id: "one", title: "Make one" }] }),
  });
  const settings = opened.path("gitconfig");
  const environment = { GIT_CONFIG_GLOBAL: settings, GIT_CONFIG_SYSTEM: settings };
  const run = (agent: string, ...more: string[]) =>
    opened.run(
      [
        ...["run", "--repo", opened.repo, "--issue", "issue.md", "--plan", "plan.json"],
        ...["--json", "report.json", "--agent-command", agent, ...more],
      ],
      environment,
    );
  return { place: opened, run, ran: () => existsSync(trace) };
}

describe("headgate run with Git LFS files", () => {
  it("lands a change beside them, keeps every pointer, and runs no filter, also in the result's own folder", async () => {
    const { place: opened, run, ran } = openPlace();
    expect(await run("echo made > $HEADGATE_TASK_ID.txt", "--out", opened.path("result"))).toMatchObject({ code: 0 });
    const show = (path: string) => opened.git("-C", opened.path("result"), "show", `HEAD:${path}`);
    expect(`${show("model.bin")}\n`).toBe(POINTER);
    expect(show("one.txt")).toBe("made");
    expect(opened.git("hash-object", "--no-filters", opened.path("result/model.bin"))).toBe(
      opened.git("rev-parse", "HEAD:model.bin"),
    );
    expect(ran()).toBe(false);
  });

  it("refuses a change of such a file by its name, and lands nothing", async () => {
    const { place: opened, run } = openPlace();
    const ended = await run("echo new > model.bin");
    expect(ended.code).not.toBe(0);
    expect(ended.output).toMatch(/model\.bin.* is stored by Git LFS, which Headgate cannot upload to/);
    expect(opened.json("report.json").merges).toEqual([]);
  });
});
