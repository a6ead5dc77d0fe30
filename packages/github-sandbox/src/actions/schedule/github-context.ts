/** Makes the `github` context of a run. A job adds what only it knows, such as its token. */
import { guardsOf } from "../../protection/guards.ts";
import type { RunScope } from "./scheduler.ts";

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#github-context */
export function githubContext({ scheduler, repository, run }: RunScope): Record<string, unknown> {
  const { host } = scheduler;
  const { store } = host;
  const event = record(run.payload);
  const pull = record(event.pull_request);
  const actor = store.table("users").get(run.actorId);
  const owner = store.table("users").get(repository.ownerId);
  const isTag = run.ref.startsWith("refs/tags/");
  const refName = run.ref.replace(/^refs\/(heads|tags|pull)\//, "");
  const fullName = `${repository.owner}/${repository.name}`;
  return {
    actor: actor?.login ?? "",
    actor_id: String(run.actorId),
    api_url: host.apiUrl(),
    base_ref: record(pull.base).ref ?? "",
    event,
    event_name: run.event,
    graphql_url: `${host.apiUrl().replace(/\/v3$/, "")}/graphql`,
    head_ref: record(pull.head).ref ?? "",
    ref: run.ref,
    ref_name: refName,
    ref_protected: guardsOf({ store, repository }, run.ref).length > 0,
    ref_type: isTag ? "tag" : "branch",
    repository: fullName,
    repository_id: String(repository.id),
    repository_owner: owner?.login ?? repository.owner,
    repository_owner_id: String(repository.ownerId),
    repositoryUrl: `${host.serverUrl().replace(/^https?:/, "git:")}/${fullName}.git`,
    repository_visibility: repository.private ? "private" : "public",
    retention_days: "90",
    run_attempt: String(run.runAttempt),
    run_id: String(run.id),
    run_number: String(run.runNumber),
    secret_source: "Actions",
    server_url: host.serverUrl(),
    sha: run.checkoutSha,
    triggering_actor: store.table("users").get(run.triggeringActorId)?.login ?? "",
    workflow: run.name,
    workflow_ref: `${fullName}/${run.workflowPath}@${run.ref}`,
    workflow_sha: run.checkoutSha,
  };
}
