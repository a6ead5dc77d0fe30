/** Reusable workflows: found before a run starts, so that a missing or broken one fails the run as a whole. */
import type { Permissions, Repository } from "../../store/entities.ts";
import { commitOf, usableRepository } from "../execute/steps/action-source.ts";
import { evaluate, evaluateText, type Scope } from "../parse/expressions.ts";
import { callInputs } from "../parse/inputs.ts";
import type { CallJob, JobSpec, WorkflowSpec } from "../parse/model.ts";
import { beyond, defaultPermissions } from "../parse/permissions.ts";
import type { Runner } from "./runner.ts";

/** The called workflow of each calling job, at every depth. */
export type Calls = Map<CallJob, WorkflowSpec>;

/** https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#limitations-of-reusable-workflows */
const maxDepth = 10;

interface Place {
  repository: Repository;
  commit: string;
}

async function placeOf(
  runner: Runner,
  { uses }: CallJob,
  caller: Place,
): Promise<{ place: Place; path: string } | string> {
  if (uses.startsWith("./")) return { place: caller, path: uses.slice(2) };
  const [, fullName = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)\/([^@]+)@(.+)$/.exec(uses) ?? [];
  const repository = usableRepository(runner.host, caller.repository, fullName);
  const commit = repository === null ? null : await commitOf(runner.host, repository, ref);
  if (repository === null || commit === null) {
    return `error parsing called workflow "${uses}": workflow was not found.`;
  }
  return { place: { repository, commit }, path };
}

/** What a job's token gets: what is written at it, at its file, or what the calling job has. */
export function jobPermissions(spec: JobSpec, workflow: WorkflowSpec, given: Permissions): Permissions {
  return spec.permissions ?? workflow.permissions ?? given;
}

/** Permissions are only ever handed down: a called workflow that asks for more than its caller has does not start. */
function excessOf(uses: string, callee: WorkflowSpec, given: Permissions): string | null {
  for (const job of callee.jobs) {
    const excess = beyond(jobPermissions(job, callee, given), given);
    if (excess === null) continue;
    return `Error calling workflow '${uses}'. The nested job '${job.id}' is requesting '${excess.asked}', but is only allowed '${excess.allowed}'.`;
  }
  return null;
}

/** What is wrong, in one sentence; null when every called workflow was found and put into `calls`. */
async function collect(
  runner: Runner,
  workflow: WorkflowSpec,
  caller: Place,
  given: Permissions,
  depth: number,
  calls: Calls,
): Promise<string | null> {
  for (const job of workflow.jobs) {
    if (job.kind !== "call") continue;
    if (depth >= maxDepth) return `${job.uses}: reusable workflows may be nested ${maxDepth} deep`;
    const found = await placeOf(runner, job, caller);
    if (typeof found === "string") return found;
    const parsed = await runner.files.one(found.place.repository, found.place.commit, found.path);
    if (parsed === null) return `error parsing called workflow "${job.uses}": workflow was not found.`;
    if ("errors" in parsed) return `error parsing called workflow "${job.uses}": ${parsed.errors.join("\n")}`;
    if (!parsed.workflow.on.has("workflow_call")) {
      return `error parsing called workflow "${job.uses}": workflow is not reusable as it is missing a 'on.workflow_call' trigger`;
    }
    calls.set(job, parsed.workflow);
    const handedOn = jobPermissions(job, workflow, given);
    const wrong =
      excessOf(job.uses, parsed.workflow, handedOn) ??
      (await collect(runner, parsed.workflow, found.place, handedOn, depth + 1, calls));
    if (wrong !== null) return wrong;
  }
  return null;
}

export async function findCalls(
  runner: Runner,
  workflow: WorkflowSpec,
  caller: Place,
): Promise<Calls | { error: string }> {
  const calls: Calls = new Map();
  const error = await collect(runner, workflow, caller, defaultPermissions, 0, calls);
  return error === null ? calls : { error };
}

/** What the callee sees as `inputs`. Throws with GitHub's words when the caller's `with` does not fit. */
export function calleeInputs(callee: WorkflowSpec, spec: CallJob, callerScope: Scope): Record<string, unknown> {
  const given = Object.fromEntries([...spec.with].map(([name, value]) => [name, evaluate(value, callerScope)]));
  const checked = callInputs(callee.call.inputs, given, callerScope);
  if ("error" in checked) throw new Error(checked.error);
  return checked.values;
}

/** Only what the caller hands on; a called workflow sees no other secret. */
export function calleeSecrets(
  callee: WorkflowSpec,
  spec: CallJob,
  callerSecrets: Record<string, string>,
  callerScope: Scope,
): Record<string, string> {
  if (spec.secrets === "inherit") return callerSecrets;
  const secrets = Object.fromEntries(
    [...spec.secrets].map(([name, value]) => [name, evaluateText(value, callerScope)]),
  );
  for (const [name, { required }] of callee.call.secrets) {
    if (required && secrets[name] === undefined) {
      throw new Error(`Secret ${name} is required, but not provided while calling.`);
    }
  }
  return secrets;
}
