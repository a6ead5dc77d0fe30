/** Reads a workflow file for the preflight: what starts it, what its checks are called, and what it gives to its jobs. */
import { z } from "zod";
import type { Filters, WorkflowJob, WorkflowReading } from "../core/preflight/index.ts";
import type { CheckCommand } from "../core/promotion/commands.ts";
import { UNKNOWN_CALL } from "../core/workflow/calls.ts";
import { secretsIn } from "./workflow/expressions.ts";
import { headTaken } from "./workflow/head.ts";
import { valuesIn } from "./workflow/matrix.ts";
import { namesOfMatrix, partsOfName } from "./workflow/names.ts";
import { runnerOf } from "./workflow/runners.ts";
import { readYaml } from "./yaml.ts";

/** GitHub takes one string wherever it takes a list of them. */
const Strings = z
  .union([z.string(), z.array(z.union([z.string(), z.number()]).transform(String))])
  .transform((value) => [value].flat());
const Trigger = z
  .object({
    branches: Strings.nullish(),
    "branches-ignore": Strings.nullish(),
    paths: Strings.nullish(),
    "paths-ignore": Strings.nullish(),
    tags: Strings.nullish(),
    "tags-ignore": Strings.nullish(),
    types: Strings.nullish(),
  })
  .nullish();
const On = z.union([
  Strings.transform((names) => Object.fromEntries(names.map((name) => [name, null] as const))),
  z.record(z.string(), z.unknown()),
]);
const Permissions = z.union([z.enum(["read-all", "write-all"]), z.record(z.string(), z.string()), z.null()]).optional();
const Defaults = z
  .object({ run: z.object({ "working-directory": z.string().nullish() }).nullish() })
  .nullish()
  .catch(null);
const Concurrency = z
  .union([z.string(), z.object({ group: z.string() })])
  .nullish()
  .catch(null);
const Step = z.object({
  run: z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish().catch(null),
  uses: z.string().nullish().catch(null),
  "working-directory": z.string().nullish().catch(null),
  with: z.record(z.string(), z.unknown()).nullish().catch(null),
  env: z.unknown().optional(),
});
const Job = z
  .object({
    name: z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish(),
    "runs-on": z.unknown().optional(),
    uses: z.string().optional(),
    needs: Strings.nullish(),
    secrets: z.unknown().optional(),
    permissions: Permissions,
    // One expression may stand for the whole.
    strategy: z.union([z.string(), z.object({ matrix: z.unknown().optional() })]).nullish(),
    env: z.unknown().optional(),
    environment: z
      .union([z.string(), z.object({ name: z.string() })])
      .nullish()
      .catch("*"),
    with: z.record(z.string(), z.unknown()).nullish().catch(null),
    concurrency: Concurrency,
    defaults: Defaults,
    steps: z.array(z.unknown()).nullish(),
  })
  .loose();
const WorkflowFile = z.object({
  on: On,
  permissions: Permissions,
  env: z.unknown().optional(),
  concurrency: Concurrency,
  defaults: Defaults,
  jobs: z.record(z.string(), Job),
});

export function readWorkflow(path: string, text: string): WorkflowReading {
  const yaml = readYaml(text);
  const notAWorkflow = { ok: false, line: null, fault: { kind: "not-a-workflow" } } as const;
  if (!yaml.ok) {
    const [first] = yaml.problems;
    return first === undefined ? notAWorkflow : { ok: false, ...first };
  }
  const file = WorkflowFile.safeParse(yaml.value);
  if (!file.success) return notAWorkflow;
  const { on, permissions, jobs } = file.data;
  const { env, defaults, concurrency } = file.data;
  const ofAll = { env: [...stringsIn(env)], folder: folderOf(defaults) ?? "", groups: groupsOf(concurrency) };
  const pull = triggerOf(on, "pull_request");
  return {
    ok: true,
    workflow: {
      path,
      pullRequest: pull === null ? null : { ...filters(pull), types: pull.types ?? null },
      pullRequestTarget: filtersOf(on, "pull_request_target"),
      push: pushFilters(on),
      dispatchInputs: dispatchInputs(on),
      alsoOnHeads: HEADS_LATER.filter((event) => Object.hasOwn(on, event)),
      afterwards: AFTERWARDS.flatMap((event) => {
        const found = filtersOf(on, event);
        return found === null ? [] : [{ event, ...found }];
      }),
      judgesHeads: HEAD_EVENTS.some((event) => Object.hasOwn(on, event)),
      jobs: Object.entries(jobs).map(([id, job]) => readJob(id, job, permissions, ofAll)),
    },
  };
}

/** A run of any other event, such as `schedule`, `release` or `workflow_run`, reports on the default branch's tip. */
const HEAD_EVENTS = [
  ...["push", "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"],
  ...["merge_group", "workflow_dispatch", "create", "deployment", "deployment_status"],
];

/** Events that run a head's own code beside those of pushes and pulls: a branch is made, deployed or reviewed. */
const HEADS_LATER = [
  ...["create", "deployment", "deployment_status", "pull_request_review", "pull_request_review_comment", "merge_group"],
];
/** Events that run the default branch's code, with its secrets, after something happened on a pull. */
const AFTERWARDS = ["workflow_run", "issue_comment", "check_run", "check_suite", "status"];

type On = z.infer<typeof On>;

/** null: it does not start the workflow. */
function triggerOf(on: On, name: string): NonNullable<z.infer<typeof Trigger>> | null {
  if (!Object.hasOwn(on, name)) return null;
  const trigger = Trigger.safeParse(on[name]);
  return trigger.success ? (trigger.data ?? {}) : {};
}

function dispatchInputs(on: On): string[] | null {
  if (!Object.hasOwn(on, "workflow_dispatch")) return null;
  const read = z.object({ inputs: z.record(z.string(), z.unknown()).nullish() }).safeParse(on.workflow_dispatch);
  return Object.keys(read.data?.inputs ?? {});
}

function filters(trigger: NonNullable<z.infer<typeof Trigger>>): Filters {
  const { branches, "branches-ignore": branchesIgnore, paths, "paths-ignore": pathsIgnore } = trigger;
  return {
    branches: branches ?? null,
    branchesIgnore: branchesIgnore ?? null,
    paths: (paths ?? pathsIgnore ?? null) !== null,
  };
}

function filtersOf(on: On, name: string): Filters | null {
  const trigger = triggerOf(on, name);
  return trigger === null ? null : filters(trigger);
}

/** Returns filters that no branch passes where only tags are filtered. */
function pushFilters(on: On): Filters | null {
  const trigger = triggerOf(on, "push");
  if (trigger === null) return null;
  const onlyTags = (trigger.tags ?? trigger["tags-ignore"] ?? null) !== null;
  const found = filters(trigger);
  return onlyTags && found.branches === null && found.branchesIgnore === null ? { ...found, branches: [] } : found;
}

/** Every job has the workflow's environment, and its permissions unless it says something else. */
function readJob(
  id: string,
  job: z.infer<typeof Job>,
  ofWorkflow: z.infer<typeof Permissions>,
  ofAll: { env: string[]; folder: string; groups: string[] },
): WorkflowJob {
  const steps = (job.steps ?? []).flatMap((step) => Step.safeParse(step).data ?? []);
  const matrix = typeof job.strategy === "string" ? job.strategy : job.strategy?.matrix;
  const { environment } = job;
  const name = job.name ?? id;
  return {
    id,
    needs: job.needs ?? [],
    calls: job.uses ?? null,
    checkName: checkName(name, job),
    skippedName: [name],
    names: matrix === undefined || job.uses !== undefined ? null : namesOfMatrix(name, matrix),
    secrets: job.secrets === "inherit" ? ["*"] : secretsIn([...stringsIn(job), ...ofAll.env]).sort(),
    writes: writesOf(job.permissions === undefined ? ofWorkflow : job.permissions),
    runner: runnerOf(job["runs-on"], valuesIn(matrix)),
    groups: [...ofAll.groups, ...groupsOf(job.concurrency)],
    environment: typeof environment === "object" ? (environment?.name ?? null) : (environment ?? null),
    takesHead: headTaken(job.uses === undefined ? steps : [job], [...stringsIn(job.env), ...ofAll.env]),
    commands: steps.flatMap((step) => commandsOf(step, folderOf(job.defaults) ?? ofAll.folder)),
    uses: [job, ...steps].flatMap(({ uses }) => (uses?.startsWith("./") ? uses.replace(/^\.\/+|\/+$/g, "") : [])),
  };
}

/** Inputs of actions that run what stands in them. */
const RUN_BY_ACTION = /(?:script|command|cmd|run|args|entrypoint)$/i;

function commandsOf(step: z.infer<typeof Step>, folder: string): CheckCommand[] {
  const own = step["working-directory"] ?? folder;
  const given = Object.entries(step.with ?? {}).flatMap(([name, value]) =>
    RUN_BY_ACTION.test(name) && typeof value === "string" ? { text: value, folder: "" } : [],
  );
  return step.run == null ? given : [{ text: step.run, folder: plainFolder(own) }];
}

function folderOf(defaults: z.infer<typeof Defaults>): string | null {
  return defaults?.run?.["working-directory"] ?? null;
}

function plainFolder(folder: string): string {
  const parts = folder.split("/").filter((part) => part !== "" && part !== ".");
  return parts.join("/");
}

/** `name (a, b)` of a matrix, `name / job` of a workflow that it calls. */
function checkName(name: string, { strategy, uses }: z.infer<typeof Job>): (string | null)[] {
  const parts = partsOfName(name);
  const hasMatrix = typeof strategy === "string" || strategy?.matrix != null;
  if (hasMatrix && !parts.includes(null)) parts.push(" (", null, ")");
  return uses === undefined ? parts : [...parts, ...UNKNOWN_CALL];
}

function groupsOf(concurrency: z.infer<typeof Concurrency>): string[] {
  const group = typeof concurrency === "object" ? concurrency?.group : concurrency;
  return group === undefined ? [] : [group];
}

function writesOf(permissions: z.infer<typeof Permissions>): string[] | null {
  if (permissions === undefined) return null;
  if (permissions === null || permissions === "read-all") return [];
  if (permissions === "write-all") return ["*"];
  return Object.entries(permissions).flatMap(([scope, level]) => (level === "write" ? [scope] : []));
}

/** Aliases may have a value stand in many places, and within itself. */
function* stringsIn(value: unknown, seen = new Set<object>()): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null && !seen.has(value)) {
    seen.add(value);
    for (const one of Object.values(value)) yield* stringsIn(one, seen);
  }
}
