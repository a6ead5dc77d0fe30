/**
 * Kills `headgate run` at given moments, starts it again on the same folder, and asks the GitHub that it leaves behind. A number is the
 * n-th write to GitHub of that life, `dispatch` and `merge` lie between the effect and its record: see crash.mjs.
 */
import { startSandbox } from "@headgate/github-sandbox";
import { Octokit } from "@octokit/rest";
import { expect } from "vitest";
import { checkedRepository, Workplace } from "./run.ts";

/** Runs a feature of two tasks, killed once at each moment. Expects that it lands whole, with nothing done twice. */
export async function landsInSpiteOf(moments: readonly string[]): Promise<void> {
  const place = new Workplace(checkedRepository("for f in *.txt; do grep -q made $f; done", { "a0.txt": "made\n" }));
  try {
    await runKilled(place, moments);
    await expectNothingTwice(place);
  } finally {
    place.remove();
  }
}

async function runKilled(place: Workplace, moments: readonly string[]): Promise<void> {
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
}

/** Asks the GitHub that the run left behind. */
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
