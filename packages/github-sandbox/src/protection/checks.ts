/** Compares a commit's check runs and statuses with the checks that a branch requires. */

import type { CheckRun, CommitStatus } from "../store/entities.ts";
import type { Store, StoreScope } from "../store/store.ts";
import { appOfBot } from "./bypass.ts";

/** `foreign`: reported, but by another App than the required one. */
export type CheckState = "success" | "pending" | "failing" | "foreign" | "expected";

export interface Requirement {
  context: string;
  state: CheckState;
}

/** A required check. `appId` binds it to one App. */
interface Required {
  context: string;
  appId: number | null;
}

function stateOfRun(run: CheckRun): CheckState {
  if (run.status !== "completed") return "pending";
  // Skipped and neutral count as passed:
  // https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/…/about-status-checks
  return run.conclusion === "success" || run.conclusion === "neutral" || run.conclusion === "skipped"
    ? "success"
    : "failing";
}

function stateOfStatus(status: CommitStatus): CheckState {
  if (status.state === "success") return "success";
  return status.state === "pending" ? "pending" : "failing";
}

/** Returns the row with the highest id of each key. A check that ran again counts by its last run. */
export function latest<Row extends { id: number }>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const other = found.get(key(row));
    if (other === undefined || other.id < row.id) found.set(key(row), row);
  }
  return [...found.values()];
}

interface Reported {
  name: string;
  state: CheckState;
  /** The check run's App, or the App whose bot set the status. */
  appId: number | null;
}

/** Returns the latest report of every check run and status at the commit. */
export function reportedChecks(scope: StoreScope, sha: string): Reported[] {
  const { store, repository } = scope;
  const runs = store.table("checkRuns").filter((run) => run.repositoryId === repository.id && run.headSha === sha);
  const statuses = store
    .table("statuses")
    .filter((status) => status.repositoryId === repository.id && status.sha === sha);
  return [
    ...latest(runs, (run) => `${makerOf(store, run)} ${run.name}`).map((run) => ({
      name: run.name,
      state: stateOfRun(run),
      appId: run.appId,
    })),
    ...latest(statuses, (status) => status.context).map((status) => ({
      name: status.context,
      state: stateOfStatus(status),
      appId: appOfBot(store, store.table("users").get(status.creatorId)?.login)?.id ?? null,
    })),
  ];
}

/** Tells jobs of one name in two workflows apart. A workflow that an event started again counts by its last run. */
function makerOf(store: Store, { suiteId, appId }: CheckRun): string {
  const runId = store.table("checkSuites").get(suiteId)?.workflowRunId ?? null;
  const run = runId === null ? undefined : store.table("runs").get(runId);
  return run === undefined ? `app ${appId}` : `workflow ${run.workflowId} ${run.event}`;
}

/** Worst first: all reports of one name must pass. */
const order: CheckState[] = ["failing", "pending", "success"];

function judged({ context, appId }: Required, reported: readonly Reported[]): Requirement {
  const named = reported.filter((each) => each.name === context);
  const mine = named.filter((each) => appId === null || each.appId === appId);
  const worst = order.find((candidate) => mine.some((each) => each.state === candidate));
  return { context, state: worst ?? (named.length > 0 ? "foreign" : "expected") };
}

export function requirements(scope: StoreScope, required: readonly Required[], sha: string): Requirement[] {
  const reported = reportedChecks(scope, sha);
  return required.map((each) => judged(each, reported));
}

const words = {
  expected: { one: "is expected", many: "are expected" },
  pending: { one: "is in progress", many: "are in progress" },
  failing: { one: "is failing", many: "are failing" },
  foreign: { one: "was not set by the expected GitHub app" },
};

/**
 * Returns GitHub's message for checks that do not pass, or null. Both forms:
 * https://github.com/kubeflow/pipelines/issues/4384 and https://github.com/mozilla/send/issues/787
 */
export function checksRefusal(required: readonly Requirement[]): string | null {
  const open = required.flatMap(({ context, state }) => (state === "success" ? [] : [{ context, state }]));
  const [first] = open;
  if (first === undefined) return null;
  if (required.length === 1) return `Required status check "${first.context}" ${words[first.state].one}.`;
  const counted = `${open.length} of ${required.length} required status checks`;
  // Among several checks, one reported by another App counts as not reported.
  const named = open.map(({ state }) => (state === "foreign" ? "expected" : state));
  const states = [...new Set(named)];
  const [only] = states;
  if (only !== undefined && states.length === 1) return `${counted} ${words[only].many}.`;
  const each = states.map((state) => `${named.filter((one) => one === state).length} ${state}`);
  return `${counted} have not succeeded: ${each.slice(0, -1).join(", ")} and ${each.at(-1)}.`;
}
