/** Starts a run by `workflow_dispatch`, or refuses as GitHub does. */
import { ApiError, notFound } from "../../access/errors.ts";
import type { Repository, User, Workflow, WorkflowRun } from "../../store/entities.ts";
import { dispatchInputs } from "../parse/inputs.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import { startRun } from "../schedule/start.ts";

export interface Dispatch {
  /** A branch or tag, short or full. */
  ref: string;
  inputs: Record<string, unknown>;
  actor: User;
}

async function refOf(scheduler: Scheduler, repository: Repository, ref: string): Promise<{ ref: string; sha: string }> {
  const candidates = ref.startsWith("refs/") ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const candidate of candidates) {
    const sha = await scheduler.host.resolve(repository, candidate);
    if (sha !== null) return { ref: candidate, sha };
  }
  throw new ApiError(422, `No ref found for: ${ref}`);
}

/** Requires the workflow on the default branch, and reads it at the given ref. Throws ApiError. */
export async function dispatch(
  scheduler: Scheduler,
  repository: Repository,
  workflow: Workflow,
  { ref: asked, inputs: given, actor }: Dispatch,
): Promise<WorkflowRun> {
  const { host, files } = scheduler;
  const tip = await host.resolve(repository, `refs/heads/${repository.defaultBranch}`);
  const onDefault = tip === null ? null : await files.one(repository, tip, workflow.path);
  if (onDefault === null) throw notFound();
  if (workflow.state !== "active") {
    throw new ApiError(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  }
  const { ref, sha } = await refOf(scheduler, repository, asked);
  const parsed = await files.one(repository, sha, workflow.path);
  const missing = new ApiError(422, "Workflow does not have 'workflow_dispatch' trigger");
  if (parsed === null) throw missing;
  if ("errors" in parsed) throw new ApiError(422, `failed to parse workflow: ${parsed.errors.join("\n")}`);
  if (!parsed.workflow.on.has("workflow_dispatch")) throw missing;
  const checked = dispatchInputs(parsed.workflow.dispatchInputs, given);
  if ("error" in checked) throw new ApiError(422, checked.error);

  const inputs = checked.values;
  const initiator = { user: actor, byJobToken: false };
  const announcement = { event: "workflow_dispatch", inputs, ref, workflow: workflow.path } as const;
  const { payload } = host.announce({ repository, initiator, ...announcement });
  return startRun(
    scheduler,
    repository,
    { path: workflow.path, parsed },
    {
      event: "workflow_dispatch",
      payload,
      actor,
      headSha: sha,
      headBranch: ref.replace(/^refs\/(heads|tags)\//, ""),
      checkoutSha: sha,
      definition: null,
      ref,
      pullNumbers: [],
      inputs,
    },
  );
}
