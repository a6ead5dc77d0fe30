import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Script, type ScriptedModel, startScriptedModel } from "@headgate/scripted-model";
import { expect, onTestFinished, test } from "vitest";
import type { AttemptKind, Brief } from "../../src/core/attempt.ts";
import { judgePlan } from "../../src/core/plan.ts";
import { attemptIn, briefAt, commitAll, git, tempFolder } from "./support/lab.ts";

const SAMPLES = join(import.meta.dirname, "../../samples");
const SCRIPT: unknown = JSON.parse(readFileSync(join(SAMPLES, "ledger.script.json"), "utf8"));
const DEPENDENCIES: Record<string, string[]> = {
  table: [],
  select: [],
  sort: [],
  csv: ["table"],
  markdown: ["table"],
  export: ["csv", "markdown", "select", "sort"],
  guide: ["export"],
};

/** The script without the model's thinking time. */
function hastyScript(): Script {
  const script = Script.parse(SCRIPT);
  for (const steps of Object.values(script.tasks).flatMap((task) => Object.values(task))) {
    for (const step of steps) delete step.thinkMs;
  }
  return { ...script, thinkMs: 0 };
}

interface Project {
  folder: string;
  model: ScriptedModel;
}

async function project(): Promise<Project> {
  const folder = tempFolder();
  cpSync(join(SAMPLES, "ledger"), folder, { recursive: true });
  git(folder, "init", "--quiet", "-b", "main");
  commitAll(folder, "the sample");
  const model = await startScriptedModel({ script: hastyScript() });
  onTestFinished(() => model.close());
  return { folder, model };
}

/** Runs an attempt at a commit and makes a commit of what it hands in, on the task's branch. */
async function attempt(
  { folder, model }: Project,
  task: string,
  kind: AttemptKind,
  at: string,
  merge: string | null = null,
) {
  git(folder, "checkout", "--quiet", "--detach", at);
  const places: Partial<Brief> = { task, kind, merge, against: merge ?? at };
  const provider = { apiKey: "sk-any", baseUrl: model.url };
  const { result } = await attemptIn(folder, briefAt(at, places), { engine: "builtin", provider });
  expect(result.outcome, `${task}: ${result.summary}`).toBe("completed");
  const commit = commitAll(folder, `${kind} ${task}`);
  git(folder, "branch", "--force", task, commit);
  return { commit, paths: result.manifest.map(({ path }) => path) };
}

/** Exit code and output of the sample's own tests at a commit. */
function testsAt({ folder }: Project, commit: string): { exitCode: number | null; output: string } {
  git(folder, "checkout", "--quiet", "--detach", commit);
  const ci = readFileSync(join(folder, ".github/workflows/ci.yml"), "utf8");
  const [, command = ""] = /run: node (.*)/.exec(ci) ?? [];
  const { status, stdout } = spawnSync(process.execPath, command.split(" "), { cwd: folder, encoding: "utf8" });
  return { exitCode: status, output: stdout };
}

/** Merges a commit into main as GitHub would; null when it conflicts. */
function mergeInto({ folder }: Project, commit: string): string | null {
  git(folder, "checkout", "--quiet", "main");
  try {
    git(folder, "merge", "--quiet", "--no-ff", "-m", "merge", commit);
    return git(folder, "rev-parse", "main");
  } catch {
    git(folder, "merge", "--abort");
    return null;
  }
}

/** Merges a commit that does not conflict; the sample's tests pass on what has landed. */
function land(sample: Project, commit: string): string {
  const landed = mergeInto(sample, commit);
  if (landed === null) throw new Error("a conflict that the story does not have");
  const { exitCode, output } = testsAt(sample, landed);
  expect(exitCode, output).toBe(0);
  return landed;
}

test("the plan is a good one: seven tasks with a diamond, three of which can start at once", () => {
  const verdict = judgePlan((SCRIPT as { planner: unknown }).planner);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems));
  const planned = verdict.plan.tasks.map(({ id, dependsOn }) => [id, dependsOn]);
  expect(Object.fromEntries(planned)).toEqual(DEPENDENCIES);
});

/** Lands `first`, and the other of the conflicting pair by a resolve attempt. */
async function landPair(sample: Project, start: string, first: string, second: string): Promise<void> {
  const ahead = await attempt(sample, first, "build", start);
  const behind = await attempt(sample, second, "build", start);
  for (const { commit } of [ahead, behind]) expect(testsAt(sample, commit).exitCode).toBe(0);
  const base = land(sample, ahead.commit);
  expect(mergeInto(sample, behind.commit)).toBeNull();
  const resolved = await attempt(sample, second, "resolve", behind.commit, base);
  expect(resolved.paths.sort()).toEqual(["src/options.ts", "src/run.ts", `src/${second}.ts`, `test/${second}.test.ts`]);
  land(sample, resolved.commit);
}

test("worked on in parallel, a pair conflicts and is resolved, a first head fails and is repaired, all of it lands", async () => {
  const sample = await project();
  const start = git(sample.folder, "rev-parse", "main");
  expect(testsAt(sample, start).exitCode).toBe(0);
  const withTable = land(sample, (await attempt(sample, "table", "build", start)).commit);
  await landPair(sample, start, "select", "sort");

  const broken = await attempt(sample, "csv", "build", withTable);
  const markdown = await attempt(sample, "markdown", "build", withTable);
  const failing = testsAt(sample, broken.commit);
  expect(failing.exitCode).toBe(1);
  expect(failing.output).toMatch(/^ℹ fail 1$/m);
  expect(failing.output).toContain("a quote inside a field is doubled");
  land(sample, (await attempt(sample, "csv", "repair", broken.commit)).commit);
  const withAll = land(sample, markdown.commit);

  const exported = land(sample, (await attempt(sample, "export", "build", withAll)).commit);
  land(sample, (await attempt(sample, "guide", "build", exported)).commit);
});

test("the conflict is resolved the other way round too", async () => {
  const sample = await project();
  await landPair(sample, git(sample.folder, "rev-parse", "main"), "sort", "select");
});

test("worked on one after another, nothing conflicts and the end is as good", async () => {
  const sample = await project();
  for (const task of Object.keys(DEPENDENCIES)) {
    const { commit } = await attempt(sample, task, "build", git(sample.folder, "rev-parse", "main"));
    const head = task === "csv" ? (await attempt(sample, task, "repair", commit)).commit : commit;
    expect(mergeInto(sample, head)).not.toBeNull();
  }
  expect(testsAt(sample, "main").exitCode).toBe(0);
});
