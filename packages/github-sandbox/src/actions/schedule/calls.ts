/** Finds the reusable workflows of a run before it starts: a missing or broken one fails the run as a whole, as on GitHub. */
import type { Permissions, Repository } from "../../store/entities.ts";
import { commitOf, usableRepository } from "../host/repositories.ts";
import { evaluate, evaluateText, type Scope } from "../parse/expressions.ts";
import { callInputs } from "../parse/inputs.ts";
import type { CallJob, WorkflowSpec } from "../parse/model.ts";
import { beyond, defaultPermissions } from "../parse/permissions.ts";
import { jobPermissions } from "./level.ts";
import type { Scheduler } from "./scheduler.ts";

/** The called workflow of each calling job, at every depth. Those of repositories that are not here are left out. */
export type Calls = Map<CallJob, WorkflowSpec>;

/** A workflow with everything it calls. */
export interface ReadyWorkflow {
  workflow: WorkflowSpec;
  calls: Calls;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#limitations-of-reusable-workflows */
const maxDepth = 10;

/** The repository and commit of a workflow file, which `./` in its calls refers to. */
export interface FilePlace {
  repository: Repository;
  commit: string;
}

/** A workflow whose calls are looked for. */
interface Caller {
  workflow: WorkflowSpec;
  place: FilePlace;
  permissions: Permissions;
  depth: number;
}

type Finder = Pick<Scheduler, "host" | "files">;

/** null: it is of a repository that is not here. GitHub would find it, so only the calling job cannot run. */
async function placeOf(
  { host }: Finder,
  { uses }: CallJob,
  caller: FilePlace,
): Promise<{ place: FilePlace; path: string } | string | null> {
  if (uses.startsWith("./")) return { place: caller, path: uses.slice(2) };
  const [, fullName = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)\/([^@]+)@(.+)$/.exec(uses) ?? [];
  const repository = usableRepository(host, caller.repository, fullName);
  if (repository === null && fullName !== "") return null;
  const commit = repository === null ? null : await commitOf(host, repository, ref);
  if (repository === null || commit === null) {
    return `error parsing called workflow "${uses}": workflow was not found.`;
  }
  return { place: { repository, commit }, path };
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

/** Puts every called workflow into `calls`. Returns what is wrong in one sentence, or null. */
async function collect(finder: Finder, caller: Caller, calls: Calls): Promise<string | null> {
  for (const job of caller.workflow.jobs) {
    if (job.kind !== "call") continue;
    if (caller.depth >= maxDepth) return `${job.uses}: reusable workflows may be nested ${maxDepth} deep`;
    const found = await placeOf(finder, job, caller.place);
    if (found === null) continue;
    if (typeof found === "string") return found;
    const { place, path } = found;
    const parsed = await finder.files.one(place.repository, place.commit, path);
    if (parsed === null) return `error parsing called workflow "${job.uses}": workflow was not found.`;
    if ("errors" in parsed) return `error parsing called workflow "${job.uses}": ${parsed.errors.join("\n")}`;
    const { workflow } = parsed;
    if (!workflow.on.has("workflow_call")) {
      return `error parsing called workflow "${job.uses}": workflow is not reusable as it is missing a 'on.workflow_call' trigger`;
    }
    calls.set(job, workflow);
    const permissions = jobPermissions(job, caller.workflow, caller.permissions);
    const wrong =
      excessOf(job.uses, workflow, permissions) ??
      (await collect(finder, { workflow, place, permissions, depth: caller.depth + 1 }, calls));
    if (wrong !== null) return wrong;
  }
  return null;
}

export async function findCalls(
  finder: Finder,
  workflow: WorkflowSpec,
  place: FilePlace,
): Promise<ReadyWorkflow | { error: string }> {
  const calls: Calls = new Map();
  const error = await collect(finder, { workflow, place, permissions: defaultPermissions, depth: 0 }, calls);
  return error === null ? { workflow, calls } : { error };
}

/** Returns what the callee sees as `inputs`. Throws with GitHub's words when the caller's `with` does not fit. */
export function calleeInputs(callee: WorkflowSpec, spec: CallJob, callerScope: Scope): Record<string, unknown> {
  const given = Object.fromEntries([...spec.with].map(([name, value]) => [name, evaluate(value, callerScope)]));
  const checked = callInputs(callee.call.inputs, given, callerScope);
  if ("error" in checked) throw new Error(checked.error);
  return checked.values;
}

/** Returns only what the caller hands on; a called workflow sees no other secret. */
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
