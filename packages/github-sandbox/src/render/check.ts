/** Check runs, check suites and commit statuses. */

import { latestRuns, rollup } from "../checks/rollup.ts";
import type { CheckRun, CheckSuite, CommitStatus, Repository } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { renderAppById } from "./app.ts";
import { renderRepository } from "./repository.ts";
import { nodeId, type RenderContext, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

/** The open pulls whose head is this commit. */
function pullsAt(site: RenderContext, repository: Repository, headSha: string) {
  const repo = { id: repository.id, url: repositoryApi(site, repository), name: repository.name };
  return site.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === repository.id && pull.headSha === headSha)
    .filter((pull) => site.store.table("issues").get(pull.id)?.state === "open")
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${repositoryApi(site, repository)}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    })) satisfies Schema<"pull-request-minimal">[];
}

type RestConclusion = Schema<"check-run">["conclusion"];

export function renderCheckRun(site: RenderContext, repository: Repository, run: CheckRun) {
  const url = `${repositoryApi(site, repository)}/check-runs/${run.id}`;
  const html = `${repositoryWeb(site, repository)}/runs/${run.id}`;
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
    // The published schema leaves out two conclusions that GitHub's own Apps set.
    conclusion: run.conclusion as RestConclusion,
    started_at: run.startedAt ?? run.completedAt ?? site.store.now(),
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: renderAppById(site, run.appId),
    pull_requests: pullsAt(site, repository, run.headSha),
  } satisfies Schema<"check-run">;
}

export function checkRunPayload(site: RenderContext, repository: Repository, run: CheckRun, suite: CheckSuite) {
  return {
    ...renderCheckRun(site, repository, run),
    check_suite: suiteFields(site, repository, suite),
  } satisfies Schema<"check-run-with-simple-check-suite">;
}

function suiteFields(site: RenderContext, repository: Repository, suite: CheckSuite) {
  const url = `${repositoryApi(site, repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...rollup(site.store, suite),
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsAt(site, repository, suite.headSha),
    app: renderAppById(site, suite.appId),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** `headCommit` is the suite's own. */
export function renderCheckSuite<Head extends Schema<"simple-commit">>(
  site: RenderContext,
  repository: Repository,
  suite: CheckSuite,
  headCommit: Head,
) {
  return {
    ...suiteFields(site, repository, suite),
    latest_check_runs_count: latestRuns(site.store.table("checkRuns").filter((run) => run.suiteId === suite.id)).length,
    head_commit: headCommit,
    repository: renderRepository(site, repository),
  } satisfies Schema<"check-suite">;
}

export function renderCommitStatus(site: RenderContext, repository: Repository, status: CommitStatus) {
  return {
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    url: `${repositoryApi(site, repository)}/statuses/${status.sha}`,
    avatar_url: `${site.serverUrl()}/avatars/u/${status.creatorId}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: renderSimpleUser(site, userById(site, status.creatorId)),
  } satisfies Schema<"status">;
}
