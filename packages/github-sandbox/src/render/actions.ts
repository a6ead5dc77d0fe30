/** Renders workflows, runs, jobs and artifacts, for REST answers and webhook payloads. */

import type { HeadCommit } from "../git/store.ts";
import type { Artifact, Job, Workflow, WorkflowRun } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { renderRepository } from "./repository.ts";
import { nodeId, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

export function renderWorkflow(scope: RenderScope, entity: Workflow) {
  return {
    id: entity.id,
    node_id: nodeId("Workflow", entity.id),
    name: entity.name,
    path: entity.path,
    state: entity.state,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    url: `${repositoryApi(scope)}/actions/workflows/${entity.id}`,
    html_url: `${repositoryWeb(scope)}/blob/${scope.repository.defaultBranch}/${entity.path}`,
    badge_url: `${repositoryWeb(scope)}/workflows/${encodeURIComponent(entity.name)}/badge.svg`,
  } satisfies Schema<"workflow">;
}

/** Renders the run's pulls with their present branches. */
function pullsOf(scope: RenderScope, run: WorkflowRun) {
  const { repository } = scope;
  const repo = { id: repository.id, url: repositoryApi(scope), name: repository.name };
  return scope.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === repository.id && run.pullNumbers.includes(pull.number))
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${repositoryApi(scope)}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    })) satisfies Schema<"pull-request-minimal">[];
}

/** Renders a run. `headCommit` is the commit of its `headSha`. */
export function renderWorkflowRun(scope: RenderScope, run: WorkflowRun, headCommit: HeadCommit) {
  const api = repositoryApi(scope);
  const url = `${api}/actions/runs/${run.id}`;
  const actor = renderSimpleUser(scope, userById(scope, run.actorId));
  const rendered = renderRepository(scope, scope.repository);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    display_title: run.displayTitle,
    run_number: run.runNumber,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    check_suite_id: run.checkSuiteId,
    check_suite_node_id: nodeId("CheckSuite", run.checkSuiteId),
    url,
    html_url: `${repositoryWeb(scope)}/actions/runs/${run.id}`,
    pull_requests: pullsOf(scope, run),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor,
    run_attempt: run.runAttempt,
    referenced_workflows: [],
    run_started_at: run.startedAt ?? run.createdAt,
    triggering_actor: renderSimpleUser(scope, userById(scope, run.triggeringActorId)),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.checkSuiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.runAttempt > 1 ? `${url}/attempts/${run.runAttempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflowId}`,
    head_commit: headCommit,
    repository: rendered,
    head_repository: rendered,
  } satisfies Schema<"workflow-run">;
}

export function renderJob(scope: RenderScope, entity: Job, run: WorkflowRun) {
  const api = repositoryApi(scope);
  const started = entity.startedAt !== null;
  return {
    id: entity.id,
    run_id: run.id,
    workflow_name: run.name,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: entity.runAttempt,
    node_id: nodeId("CheckRun", entity.id),
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${entity.id}`,
    html_url: `${repositoryWeb(scope)}/actions/runs/${run.id}/job/${entity.id}`,
    status: entity.status,
    // The published schema lacks two conclusions that only whole runs have.
    conclusion: entity.conclusion as Schema<"job">["conclusion"],
    created_at: entity.createdAt,
    started_at: entity.startedAt ?? entity.createdAt,
    completed_at: entity.completedAt,
    name: entity.name,
    steps: entity.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${api}/check-runs/${entity.checkRunId}`,
    labels: entity.labels,
    runner_id: started ? 1 : null,
    runner_name: started ? "sandbox" : null,
    runner_group_id: started ? 1 : null,
    runner_group_name: started ? "Default" : null,
  } satisfies Schema<"job">;
}

export function renderArtifact(scope: RenderScope, entity: Artifact) {
  const { repository } = scope;
  const url = `${repositoryApi(scope)}/actions/artifacts/${entity.id}`;
  const run = scope.store.table("runs").get(entity.runId);
  return {
    id: entity.id,
    node_id: nodeId("Artifact", entity.id),
    name: entity.name,
    size_in_bytes: entity.sizeInBytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: entity.expiresAt < scope.store.now(),
    digest: entity.digest,
    created_at: entity.createdAt,
    updated_at: entity.createdAt,
    expires_at: entity.expiresAt,
    workflow_run:
      run === undefined
        ? null
        : {
            id: run.id,
            repository_id: repository.id,
            head_repository_id: repository.id,
            ...(run.headBranch === null ? {} : { head_branch: run.headBranch }),
            head_sha: run.headSha,
          },
  } satisfies Schema<"artifact">;
}
