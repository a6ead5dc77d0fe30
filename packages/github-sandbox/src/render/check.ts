/** Renders check runs, check suites and commit statuses. */

import { latestRuns, rollup } from "../checks/rollup.ts";
import type { CheckRun, CheckSuite, CommitStatus } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { renderAppById } from "./app.ts";
import { renderRepository } from "./repository.ts";
import { nodeId, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

/** Renders the open pulls with this head. */
function pullsAt(scope: RenderScope, headSha: string) {
  const { repository } = scope;
  const repo = { id: repository.id, url: repositoryApi(scope), name: repository.name };
  return scope.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === repository.id && pull.headSha === headSha)
    .filter((pull) => scope.store.table("issues").get(pull.id)?.state === "open")
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${repositoryApi(scope)}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    })) satisfies Schema<"pull-request-minimal">[];
}

type RestConclusion = Schema<"check-run">["conclusion"];

export function renderCheckRun(scope: RenderScope, run: CheckRun) {
  const url = `${repositoryApi(scope)}/check-runs/${run.id}`;
  const html = `${repositoryWeb(scope)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId ?? "",
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    // The published schema lacks two conclusions that GitHub's own Apps set.
    conclusion: run.conclusion as RestConclusion,
    started_at: run.startedAt ?? run.completedAt ?? scope.store.now(),
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: renderAppById(scope, run.appId),
    pull_requests: pullsAt(scope, run.headSha),
  } satisfies Schema<"check-run">;
}

export function checkRunPayload(scope: RenderScope, run: CheckRun, suite: CheckSuite) {
  return {
    ...renderCheckRun(scope, run),
    check_suite: suiteFields(scope, suite),
  } satisfies Schema<"check-run-with-simple-check-suite">;
}

function suiteFields(scope: RenderScope, suite: CheckSuite) {
  const url = `${repositoryApi(scope)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...rollup(scope.store, suite),
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsAt(scope, suite.headSha),
    app: renderAppById(scope, suite.appId),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** Renders a suite. `headCommit` is its head's commit. */
export function renderCheckSuite<Head extends Schema<"simple-commit">>(
  scope: RenderScope,
  suite: CheckSuite,
  headCommit: Head,
) {
  return {
    ...suiteFields(scope, suite),
    latest_check_runs_count: latestRuns(scope.store.table("checkRuns").filter((run) => run.suiteId === suite.id))
      .length,
    head_commit: headCommit,
    repository: renderRepository(scope, scope.repository),
  } satisfies Schema<"check-suite">;
}

export function renderCommitStatus(scope: RenderScope, status: CommitStatus) {
  return {
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    url: `${repositoryApi(scope)}/statuses/${status.sha}`,
    avatar_url: `${scope.serverUrl()}/avatars/u/${status.creatorId}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: renderSimpleUser(scope, userById(scope, status.creatorId)),
  } satisfies Schema<"status">;
}
