/** Workflow files as strangers write them: called workflows, summaries, two events, shared groups, and names that nearly fit. */
import { describe, expect, it } from "vitest";
import { failureOf } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { AT } from "./world/onlooker.ts";
import { openWorld, tasks } from "./world/open.ts";
import type { World } from "./world/world.ts";

const CI = ".github/workflows/ci.yml";
const policy = { attempts: { ...defaultPolicy.attempts, max: 1, free: 0 }, maxParallel: 4 };
/** Makes one file per task; the task `bad` breaks the test. */
const both = { plan: tasks("bad", "good"), test: "test ! -e bad.txt", policy };

const steps = (run: string) =>
  `runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v7 }, { run: ${JSON.stringify(run)} }]`;
const ci = (jobs: string, on = "pull_request", more = "") => ({ [CI]: `name: CI\non: ${on}\n${more}jobs:\n${jobs}` });

async function outcomes(world: World): Promise<Record<string, [string, string]>> {
  const { tasks: all } = await world.feature();
  return Object.fromEntries(
    all.map((task) => {
      const failure = failureOf(task);
      return [task.plan.id, [task.stage, failure === null ? "" : `${failure.class}: ${causeText(failure.cause)}`]];
    }),
  );
}

async function judgedOneOfTwo(world: World, named: RegExp): Promise<void> {
  await world.label();
  await world.settled();
  expect(await outcomes(world)).toEqual({
    bad: ["parked", expect.stringMatching(/^checks-failed/)],
    good: ["done", ""],
  });
  expect((await outcomes(world)).bad?.[1]).toMatch(named);
  expect(await world.file("good.txt")).toBe("made\n");
  expect((await world.log()).filter((line) => line.includes("bad"))).toEqual([]);
}

/** Waits out the time that a required check has to appear. */
async function parked(world: World): Promise<string> {
  await world.label();
  await world.settled();
  world.later(6 * 60_000);
  await world.until(async () => (await world.stages()).one === "parked");
  expect(await world.log()).toEqual(["first"]);
  return (await outcomes(world)).one?.[1] ?? "";
}

describe("a called workflow", () => {
  it("judges by the jobs that it reports: one that is skipped after a failed one of the same call does not pass", async () => {
    const called = `on: workflow_call\njobs:\n  setup: { ${steps("bash test.sh")} }\n  unit: { needs: setup, ${steps("true")} }\n  other: { ${steps("false")} }\n`;
    const files = {
      ...ci("  call: { uses: ./.github/workflows/called.yml }\n"),
      ".github/workflows/called.yml": called,
    };
    const world = await openWorld({ ...both, files, required: ["call / unit"] });
    await judgedOneOfTwo(world, /call \/ unit/);
    const { merges } = await world.report();
    expect(merges[0]?.judgedBy).toMatchObject([{ name: "call / unit", by: { kind: "job", workflow: CI } }]);
  });

  it("whose caller is skipped reports no required check: the pull waits, then parks with the skipped job's name", async () => {
    const called = `on: workflow_call\njobs:\n  unit: { ${steps("true")} }\n`;
    const jobs = "  call: { if: \"github.actor == 'nobody'\", uses: ./.github/workflows/called.yml }\n";
    const files = { ...ci(jobs), ".github/workflows/called.yml": called };
    const world = await openWorld({ files, required: ["call / unit"], policy });
    expect(await parked(world)).toMatch(/^checks-missing: .*call \/ unit.*the job call of .* does not count/);
  });
});

describe("a summary job", () => {
  it("that always runs is red when what it needs is, and green when that is, whatever else was skipped", async () => {
    const run = "test ${{ contains(needs.*.result, 'failure') }} = false";
    const jobs = `  unit: { ${steps("bash test.sh")} }\n  docs: { if: "github.event_name == 'push'", ${steps("false")} }\n  all-green: { if: always(), needs: [unit, docs], ${steps(run)} }\n`;
    const world = await openWorld({ ...both, files: ci(jobs), required: ["all-green"] });
    await judgedOneOfTwo(world, /all-green/);
  });
});

describe("a job that reports on a push and on a pull", () => {
  it("does not pass when the one of the push is red", async () => {
    const jobs = `  unit: { ${steps("test $GITHUB_EVENT_NAME = pull_request || bash test.sh")} }\n`;
    const world = await openWorld({
      ...both,
      files: ci(jobs, "{ pull_request: {}, push: { branches: ['headgate/**'] } }"),
    });
    await judgedOneOfTwo(world, /unit/);
  });

  it("is judged by the run that was not cancelled, where both share a group that cancels what is in progress", async () => {
    const group = 'concurrency: { group: "${{ github.head_ref || github.ref_name }}", cancel-in-progress: true }\n';
    const jobs = `  unit: { ${steps("sleep 1; bash test.sh")} }\n`;
    const on = "{ pull_request: {}, push: { branches: ['headgate/**'] } }";
    const world = await openWorld({ ...both, files: ci(jobs, on, group) });
    await judgedOneOfTwo(world, /unit/);
  });
});

describe("a job that a person cancels", () => {
  it("is run again, and counts by that attempt", async () => {
    const world = await openWorld({ test: 'touch "$WORLD/began"; gate judged', policy });
    await world.label();
    await world.until(() =>
      world.left("began").then(
        () => true,
        () => false,
      ),
    );
    const { actions } = world.as("maya").rest;
    const ofPull = async () => {
      const { data } = await actions.listWorkflowRunsForRepo({ ...AT, event: "pull_request" });
      return data.workflow_runs.map((run) => [run.id, run.run_attempt]);
    };
    const [run] = await ofPull();
    await actions.cancelWorkflowRun({ ...AT, run_id: run?.[0] ?? 0 });
    await world.until(async () => (await ofPull())[0]?.[1] === 2);
    await world.open("judged");
    await world.completed();
    expect(await ofPull()).toEqual([[run?.[0], 2]]);
    expect(await world.file("one.txt")).toBe("made\n");
  });
});

describe("a required check that is a commit status", () => {
  it("counts only from the creator that the config names", async () => {
    const files = { ".github/headgate.yml": "producers:\n  ci/build: maya\n" };
    const world = await openWorld({ files, required: ["ci/build"], policy });
    await world.label();
    await world.until(async () => (await world.pulls()).length === 1);
    await world.settled();
    const [pull] = await world.pulls();
    const sha = pull?.head.sha ?? "";
    const post = (state: "success" | "pending", context: string) =>
      world.as("maya").rest.repos.createCommitStatus({ ...AT, sha, state, context });
    await post("success", "CI/Build");
    await world.settled();
    expect(await world.log()).toEqual(["first"]);
    await post("success", "ci/build");
    await world.completed();
    expect((await world.report()).merges[0]?.judgedBy).toMatchObject([
      { name: "ci/build", by: { kind: "status", creator: "maya" } },
    ]);
  });
});

describe("a required name that no job has", () => {
  it.each([
    ["in other case", "Unit", /the job unit of .*ci\.yml does not count/],
    ["at all", "lint", /lint/],
  ])("%s is warned of in the plan, never comes, and parks the pull with one sentence", async (_, name, sentence) => {
    const world = await openWorld({ required: [name], policy });
    const cause = await parked(world);
    expect(cause).toMatch(/^checks-missing/);
    expect(cause).toMatch(sentence);
    expect((await world.ours()).join("\n")).toContain(`Nothing shows who makes the required check \`${name}\``);
  });
});
