/** `headgate plan` as a user starts it: everything is said, and nothing happens. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedRepository, Workplace } from "./run.ts";

let place: Workplace;

beforeEach(() => {
  place = new Workplace(checkedRepository("true", { "tasks.md": "- [ ] far: Far away\n" }));
});

afterEach(() => place.remove());

function planned(issue: string, ...flags: string[]) {
  place.write({ "issue.md": issue });
  return place.run(["plan", "--repo", place.repo, "--issue", "issue.md", ...flags]);
}

const LIST = "# Two files\n\n- [ ] one: Make one [files: one.txt] [size: S]\n- [ ] two: Make two (after: one)\n";

describe("headgate plan", () => {
  it("says what a task list would take, leaves the repository as it is, and needs no key", async () => {
    const before = place.git("for-each-ref");
    const { code, output } = await planned(LIST);

    expect(code).toBe(0);
    expect(output).toMatch(
      /^2 tasks · about \$\S+, at most \$\d+ · about \d+ min · \d+ Actions minutes · nothing started\n/,
    );
    expect(output).toMatch(/^1 +one +Make one +one\.txt +S /m);
    expect(output).toContain("The plan comes from a task list.");
    expect(place.git("for-each-ref")).toBe(before);
    expect(place.git("status", "--porcelain")).toBe("");
  });

  it("prints one JSON document when asked to", async () => {
    const { code, output } = await planned(LIST, "--json");

    expect(code).toBe(0);
    const document = JSON.parse(output);
    expect(document).toMatchObject({ source: "task-list", problems: [], warnings: [], questions: [], failure: null });
    expect(document.tasks.map((task: { id: string }) => task.id)).toEqual(["one", "two"]);
    expect(document.analysis.criticalPath.ids).toEqual(["one", "two"]);
  });

  it("reads the linked tasks.md of the repository", async () => {
    const { code, output } = await planned("# Far\n\nSee [the tasks](tasks.md).\n", "--json");
    expect([code, JSON.parse(output).tasks[0].id]).toEqual([0, "far"]);
  });

  it("says what is wrong with a list, and that it needs a person", async () => {
    const { code, output } = await planned("# Bad\n\n- [ ] one: One (after: nowhere)\n");
    expect(code).toBe(1);
    expect(output).toMatch(/nowhere/);
  });

  it("asks for a key where nobody wrote the tasks down", async () => {
    const { code, output } = await planned("# Words\n\nJust do it.\n");
    expect(code).toBe(1);
    expect(output).toMatch(/^ANTHROPIC_API_KEY is not set, and nobody wrote the tasks down: set it, give --plan/);
  });

  it("lists what workflows would give to agents' code, and what keeps Headgate from starting", async () => {
    place.write(
      {
        ".github/workflows/ci.yml":
          "on: pull_request\npermissions: write-all\njobs:\n  unit:\n    runs-on: self-hosted\n    steps:\n      - uses: actions/checkout@v7\n      - run: TOKEN=${{ secrets.NPM_TOKEN }} bash test.sh\n",
      },
      place.repo,
    );
    place.commit("A generous workflow");
    const { code, output } = await planned(LIST);

    expect(code).toBe(0);
    expect(output).toMatch(
      /Check this before agents' code runs here:\n.*secrets: `NPM_TOKEN`.*\n.*may write everything.*\n.*self-hosted/,
    );
  });

  it("lists what would judge the work, and what is not waited for", async () => {
    const windows = "  old:\n    runs-on: windows-latest\n    steps:\n      - run: test.cmd\n";
    place.write({ ".github/workflows/ci.yml": `${place.read(".github/workflows/ci.yml")}${windows}` }, place.repo);
    place.commit("A job for Windows");
    const { code, output } = await planned(LIST);

    expect(code).toBe(0);
    expect(output).toMatch(
      /^Required before every merge: unit\nNot waited for:\n {2}old: it asks for the runner 'windows-latest'/m,
    );
    const skipped = await planned(LIST, "--skip-check", "unit");
    expect(skipped.code).toBe(2);
    expect(skipped.output).toMatch(/No check of this repository would judge.*\n(.*\n)* {2}unit: you skipped it/);
  });

  it("exits with 2 and says so where the repository has no checks", async () => {
    place.git("rm", "-q", ".github/workflows/ci.yml");
    place.commit("No checks");
    const { code, output } = await planned(LIST);

    expect(code).toBe(2);
    expect(output).not.toContain("protection");
    expect(output).toMatch(/No check of this repository would judge.*\nNo workflow runs on a pull request into main/);
  });
});
