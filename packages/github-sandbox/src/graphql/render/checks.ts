/** Renders the check runs and statuses of a commit, and their combined state. */

import type {
  CheckRun as CheckRunType,
  CheckSuite as CheckSuiteType,
  StatusCheckRollup,
  StatusContext,
  Status as StatusType,
  WorkflowRunFile,
  WorkflowRun as WorkflowRunType,
  Workflow as WorkflowType,
} from "@octokit/graphql-schema";
import { latestRuns, rollup } from "../../checks/rollup.ts";
import type { RepositoryScope } from "../../context.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import type { CheckRun, CheckSuite, CommitStatus, WorkflowRun } from "../../store/entities.ts";
import { connection } from "../connection.ts";
import type { Arguments, Asking, Fields, Shown } from "../fields.ts";
import { appObject } from "./people.ts";

type Context = { run: CheckRun } | { status: CommitStatus };
type State = "ERROR" | "FAILURE" | "PENDING" | "SUCCESS";

const upper = (state: string | null) => state?.toUpperCase() ?? null;

function stateOf(context: Context): State {
  if ("status" in context) return context.status.state.toUpperCase() as State;
  const { status, conclusion } = context.run;
  if (status !== "completed") return "PENDING";
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped" ? "SUCCESS" : "FAILURE";
}

/** Returns the latest check run and status of each name. An older run of a name no longer counts. */
function contextsAt({ context }: Asking, scope: RepositoryScope, sha: string): Context[] {
  const { repository } = scope;
  const runs = context.store
    .table("checkRuns")
    .filter((run) => run.repositoryId === repository.id && run.headSha === sha);
  const statuses = new Map<string, CommitStatus>();
  for (const status of context.store.table("statuses").all()) {
    if (status.repositoryId === repository.id && status.sha === sha) statuses.set(status.context, status);
  }
  return [...latestRuns(runs).map((run) => ({ run })), ...[...statuses.values()].map((status) => ({ status }))];
}

/** Renders `statusCheckRollup`. As on GitHub it is null before anything was reported. */
export function rollupObject(asking: Asking, scope: RepositoryScope, sha: string): Shown | null {
  const contexts = contextsAt(asking, scope, sha);
  if (contexts.length === 0) return null;
  const states = contexts.map(stateOf);
  const worst = (["ERROR", "FAILURE", "PENDING"] as const).find((state) => states.includes(state));
  return {
    __typename: "StatusCheckRollup",
    id: nodeId("StatusCheckRollup", `${scope.repository.id}:${sha}`),
    state: worst ?? "SUCCESS",
    commit: () => asking.show.commit(scope, sha),
    contexts: connection(
      "StatusCheckRollupContextConnection",
      "contexts",
      () => contexts,
      (context) =>
        "run" in context ? checkRunObject(asking, scope, context.run) : statusShape(asking, scope, context.status),
      (all) => ({
        checkRunCount: all.filter((each) => "run" in each).length,
        statusContextCount: all.filter((each) => "status" in each).length,
      }),
    ),
  } satisfies Fields<StatusCheckRollup>;
}

/** Shows the suites of a commit. */
export function checkSuitesOf(asking: Asking, scope: RepositoryScope, sha: string) {
  const { repository } = scope;
  return connection(
    "CheckSuiteConnection",
    "checkSuites",
    () =>
      asking.context.store
        .table("checkSuites")
        .filter((suite) => suite.repositoryId === repository.id && suite.headSha === sha),
    (suite) => suiteShape(asking, scope, suite),
  );
}

/** Renders `status`. As on GitHub it is null before any status was reported. */
export function statusObject(asking: Asking, scope: RepositoryScope, sha: string): Shown | null {
  const contexts = contextsAt(asking, scope, sha).flatMap((each) => ("status" in each ? [each.status] : []));
  if (contexts.length === 0) return null;
  const states = contexts.map((status) => stateOf({ status }));
  const worst = (["ERROR", "FAILURE", "PENDING"] as const).find((state) => states.includes(state));
  return {
    __typename: "Status",
    id: nodeId("Status", `${scope.repository.id}:${sha}`),
    state: worst ?? "SUCCESS",
    contexts: () => contexts.map((status) => statusShape(asking, scope, status)),
    commit: () => asking.show.commit(scope, sha),
  } satisfies Fields<StatusType>;
}

export function checkRunObject(asking: Asking, scope: RepositoryScope, run: CheckRun): Shown {
  const { context, show } = asking;
  const url = `${repositoryWeb(scope)}/runs/${run.id}`;
  const suite = context.store.table("checkSuites").get(run.suiteId);
  return {
    __typename: "CheckRun",
    id: nodeId("CheckRun", run.id),
    databaseId: run.id,
    name: run.name,
    status: upper(run.status),
    conclusion: upper(run.conclusion),
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    detailsUrl: run.detailsUrl ?? url,
    externalId: run.externalId,
    title: run.output.title,
    summary: run.output.summary,
    text: run.output.text,
    url,
    permalink: url,
    resourcePath: new URL(url).pathname,
    repository: () => show.repository(scope),
    checkSuite: () => (suite === undefined ? null : suiteShape(asking, scope, suite)),
  } satisfies Fields<CheckRunType>;
}

function suiteShape(asking: Asking, scope: RepositoryScope, suite: CheckSuite): Shown {
  const { context, show } = asking;
  const { status, conclusion } = rollup(context.store, suite);
  const app = context.store.table("apps").get(suite.appId);
  const run = context.store.table("runs").get(suite.workflowRunId ?? 0);
  return {
    __typename: "CheckSuite",
    id: nodeId("CheckSuite", suite.id),
    databaseId: suite.id,
    status: upper(status),
    conclusion: upper(conclusion),
    createdAt: suite.createdAt,
    updatedAt: suite.updatedAt,
    app: app === undefined ? null : appObject(asking, app),
    commit: () => show.commit(scope, suite.headSha),
    repository: () => show.repository(scope),
    workflowRun: run === undefined ? null : runShape(scope, run),
    checkRuns: (given: Arguments) => {
      const { filterBy } = given;
      const wantsAll = Object(filterBy).checkType === "ALL";
      const all = context.store.table("checkRuns").filter((each) => each.suiteId === suite.id);
      return connection(
        "CheckRunConnection",
        "checkRuns",
        () => (wantsAll ? all : latestRuns(all)),
        (each) => checkRunObject(asking, scope, each),
      )(given);
    },
  } satisfies Fields<CheckSuiteType>;
}

function runShape(scope: RepositoryScope, run: WorkflowRun): Shown {
  const url = `${repositoryWeb(scope)}/actions/runs/${run.id}`;
  return {
    __typename: "WorkflowRun",
    id: nodeId("WorkflowRun", run.id),
    databaseId: run.id,
    event: run.event,
    runNumber: run.runNumber,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    url,
    resourcePath: new URL(url).pathname,
    workflow: {
      __typename: "Workflow",
      id: nodeId("Workflow", run.workflowId),
      databaseId: run.workflowId,
      name: run.name,
    } satisfies Fields<WorkflowType>,
    file: {
      __typename: "WorkflowRunFile",
      id: nodeId("WorkflowRunFile", run.id),
      path: run.workflowPath,
    } satisfies Fields<WorkflowRunFile>,
  } satisfies Fields<WorkflowRunType>;
}

function statusShape({ context, show }: Asking, scope: RepositoryScope, status: CommitStatus): Shown {
  return {
    __typename: "StatusContext",
    id: nodeId("StatusContext", status.id),
    context: status.context,
    state: upper(status.state),
    description: status.description,
    targetUrl: status.targetUrl,
    avatarUrl: `${context.serverUrl()}/avatars/u/${status.creatorId}`,
    createdAt: status.createdAt,
    creator: () => show.actor(status.creatorId),
    commit: () => show.commit(scope, status.sha),
  } satisfies Fields<StatusContext>;
}
