/** `headgate run` as a user starts it, where a task changes what its own check runs. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedRepository, Workplace } from "./run.ts";

let place: Workplace;

beforeEach(() => {
  place = new Workplace(checkedRepository("test -e README.md"));
  place.write({
    "issue.md": "# Soften the check\n\nLet everything pass.\n",
    "plan.json": JSON.stringify({ tasks: [{ id: "soften", title: "Soften the check" }] }),
  });
});

afterEach(() => place.remove());

const AGENT = "echo exit 0 > test.sh";
const run = ["run", "--issue", "issue.md", "--plan", "plan.json", "--agent-command", AGENT];

describe("headgate run", () => {
  it("ends with 2 where changes wait for an approval, and names the pull request, the files and the command", async () => {
    const { code, output } = await place.run([...run, "--repo", place.repo, "--json", "report.json"]);
    expect(code).toBe(2);
    expect(output).toMatch(
      /Waits for you: soften needs attention\. #\d+ changes what its required checks do: test\.sh/,
    );
    expect(output).toMatch(
      /Next: review and approve #\d+, or comment `\/headgate approve soften`; both need write access/,
    );
    expect(place.json("report.json").merges).toEqual([]);
    expect(place.git("branch", "--list", "headgate/*")).toBe("");
  });

  it("merges them once its owner has typed the command", async () => {
    const { child, ended } = place.start([...run, "--repo", place.repo, "--json", "report.json", "--keep"]);
    let output = "";
    child.stdout?.on("data", (chunk) => {
      const before = output;
      output += chunk;
      const reads = (text: string) => output.includes(text) && !before.includes(text);
      if (reads("Type a command such as")) child.stdin?.write("/headgate approve soften\n");
      if (reads("The sandbox is still up")) child.kill("SIGINT");
    });
    expect(await ended).toMatchObject({ code: 0 });
    expect(place.json("report.json").merges).toHaveLength(1);
    expect(place.git("show", "headgate/result-soften-the-check:test.sh")).toBe("exit 0");
  });
});
