import { startSandbox } from "@headgate/github-sandbox";
import { Octokit } from "@octokit/rest";
import { afterEach, describe, expect, it } from "vitest";
import { checkedRepository, Workplace } from "./run.ts";

/**
 * Five features, each killed four times: twenty moments. A number is the n-th write to GitHub of that life, drawn from a
 * generator with the seed 20; `dispatch` and `merge` lie between the effect and its record.
 */
const lives = [
  ["dispatch:after", "merge:after", "3:before", "5:after"],
  ["1:after", "8:before", "merge:after", "2:after"],
  ["6:after", "4:before", "dispatch:after", "7:after"],
  ["2:before", "9:after", "3:after", "1:before"],
  ["5:before", "merge:after", "12:after", "4:after"],
];

let place: Workplace | undefined;

afterEach(() => place?.remove());

describe("headgate run, killed and started again on the same folder", () => {
  it.each(lives)("finishes with nothing done twice: %s, %s, %s, %s", async (...moments) => {
    place = new Workplace(checkedRepository("for f in *.txt; do grep -q made $f; done", { "a0.txt": "made\n" }));
    place.write({
      "issue.md": "# Two files\n\nMake two files.\n",
      "plan.json": JSON.stringify({
        tasks: [
          { id: "one", title: "Make one" },
          { id: "two", title: "Make two", dependsOn: ["one"] },
        ],
      }),
    });
    const parameters = [
      "run",
      ...[
        "--repo",
        place.repo,
        "--issue",
        "issue.md",
        "--plan",
        "plan.json",
        "--data-dir",
        "data",
        "--json",
        "report.json",
      ],
      ...["--agent-command", "echo made > $HEADGATE_TASK_ID.txt"],
    ];
    for (const moment of moments) {
      const { code, signal } = await place.run(parameters, {}, moment);
      // A life that has fewer writes than the moment's number ends by itself, in good order.
      expect([signal, code]).toContain(signal === null ? 0 : "SIGKILL");
    }
    const last = await place.run(parameters);
    expect(last).toMatchObject({ code: 0 });

    const report = place.json("report.json");
    expect(report.feature.status).toBe("completed");
    expect(report.tasks.map((task: { status: string }) => task.status)).toEqual(["done", "done"]);
    for (const merge of report.merges) expect(merge.landedTree).toBe(merge.testedTree);
    await expectNothingTwice(place);
  });
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

/** Ask the GitHub that the run left behind. */
async function expectNothingTwice(at: Workplace): Promise<void> {
  const sandbox = await startSandbox({ dataDir: at.path("data/sandbox"), slots: 1 });
  try {
    const { token } = sandbox.createUser("you");
    const octokit = new Octokit({ auth: token, baseUrl: sandbox.apiUrl });
    const where = { owner: "you", repo: "tool" };
    const pulls = await octokit.rest.pulls.list({ ...where, state: "all" });
    expect(pulls.data.map((pull) => [pull.head.ref, pull.merged_at !== null]).sort()).toEqual([
      ["headgate/1/one", true],
      ["headgate/1/two", true],
    ]);
    const comments = await octokit.rest.issues.listComments({ ...where, issue_number: 1 });
    // The plan and the status, each once.
    const said = comments.data.map((comment) => comment.body ?? "").sort();
    expect(said.map((body) => body.split("\n")[0])).toEqual(["<!-- headgate:plan -->", "<!-- headgate:status -->"]);
    expect(said[1]).toContain("2 of 2");
    const commits = await octokit.rest.repos.listCommits({ ...where, sha: "main" });
    expect(commits.data.map((commit) => commit.commit.message.split("\n")[0])).toEqual([
      "Make two (#3)",
      "Make one (#2)",
      "first",
    ]);
    const issue = await octokit.rest.issues.get({ ...where, issue_number: 1 });
    expect(issue.data.state).toBe("closed");
    const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...where, per_page: 100 });
    expect(data.workflow_runs.filter((run) => run.status !== "completed")).toEqual([]);
    const attempts = data.workflow_runs.filter((run) => run.event === "workflow_dispatch");
    const good = attempts.filter((run) => run.conclusion === "success").map((run) => run.display_title);
    expect(new Set(good).size).toBe(good.length);
  } finally {
    await sandbox.close();
  }
}
