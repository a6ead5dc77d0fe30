/**
 * Reads checks from the answer of a query. It proves no job: a job's token can create a check run in any suite, where it looks like a
 * job. So what a query shows may only say that a head is not judged yet; before it says more, the jobs are read from their runs.
 */
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import { Check } from "../../core/github.ts";
import { time, workflowAndEvent } from "../checks/reading.ts";
import type { Suite, Tip } from "./query.ts";

type CheckRun = Suite["checkRuns"]["nodes"][number];
type Job = Suite & { workflowRun: NonNullable<Suite["workflowRun"]> };

/** Returns null where only REST can tell which job of a name counts. */
export function checksOf({ checkSuites, status }: Tip, ownAppId: number): Check[] | null {
  const judging = checkSuites.nodes.filter(
    ({ app, workflowRun }) => app?.databaseId !== ownAppId && workflowRun?.file.path !== ATTEMPT_WORKFLOW,
  );
  const groups = Map.groupBy(judging.filter(isOfRun), ({ workflowRun: { event, file } }) =>
    workflowAndEvent({ workflow: file.path, event }),
  );
  const jobs: Check[] = [];
  for (const same of groups.values()) {
    const [newest, ...older] = same.toSorted(
      (left, right) => right.workflowRun.databaseId - left.workflowRun.databaseId,
    );
    if (newest === undefined) continue;
    const runs = newest.checkRuns.nodes;
    // The older run may hold the verdict of a job that the newest one skipped.
    if (older.length > 0 && runs.some(({ conclusion }) => conclusion === "SKIPPED")) return null;
    if (hidesAJob(runs)) return null;
    // A job that ran again has a check run of each time.
    const latest = new Map(
      runs.toSorted((left, right) => left.databaseId - right.databaseId).map((run) => [run.name, run]),
    );
    jobs.push(...[...latest.values()].map((run) => fromJob(run, newest.workflowRun)));
  }
  return [...jobs, ...fromApps(judging.filter((suite) => !isOfRun(suite))), ...fromStatuses(status)];
}

function isOfRun(suite: Suite): suite is Job {
  return suite.workflowRun !== null;
}

/** Returns true where one of several check runs of a name has ended and another has not: a forged one may hide the job's end. */
function hidesAJob(runs: readonly CheckRun[]): boolean {
  return [...Map.groupBy(runs, ({ name }) => name).values()].some(
    (same) => same.some(hasEnded) && !same.every(hasEnded),
  );
}

function hasEnded({ status }: CheckRun): boolean {
  return status === "COMPLETED";
}

function fromJob(run: CheckRun, { databaseId, event, file }: Job["workflowRun"]): Check {
  return {
    ...common(run),
    producer: { kind: "job", workflow: file.path, event, run: databaseId, needs: [] },
  };
}

/** Returns the latest check run of each App and name. */
function fromApps(suites: readonly Suite[]): Check[] {
  const latest = new Map<string, Check>();
  const runs = suites.flatMap(({ app, checkRuns }) =>
    checkRuns.nodes.map((run) => ({ appId: app?.databaseId ?? null, run })),
  );
  for (const { appId, run } of runs.toSorted((left, right) => left.run.databaseId - right.run.databaseId)) {
    latest.set(JSON.stringify([appId, run.name]), { ...common(run), producer: { kind: "app", appId } });
  }
  return [...latest.values()];
}

function common(run: CheckRun): Omit<Check, "producer"> {
  const { databaseId: id, name, conclusion, startedAt, completedAt, detailsUrl, permalink } = run;
  const url = detailsUrl ?? permalink;
  return {
    name,
    conclusion: hasEnded(run) ? conclusionOf(conclusion) : null,
    url,
    id,
    startedAt: time(startedAt),
    completedAt: time(completedAt),
  };
}

/** A conclusion that GitHub adds later is not green. */
function conclusionOf(conclusion: string | null): Check["conclusion"] {
  return Check.shape.conclusion.catch("action_required").parse(conclusion?.toLowerCase() ?? null);
}

/** GitHub shows the latest status of each context, so that a forged one hides the real one. */
function fromStatuses(status: Tip["status"]): Check[] {
  return (status?.contexts ?? []).map(({ context, state, targetUrl, createdAt, creator }) => {
    const pending = state === "PENDING" || state === "EXPECTED";
    return {
      name: context,
      producer: { kind: "status", creator: creator === null ? null : loginOf(creator) },
      conclusion: pending ? null : state === "SUCCESS" ? "success" : "failure",
      url: targetUrl,
      id: null,
      startedAt: time(createdAt),
      completedAt: pending ? null : time(createdAt),
    };
  });
}

/** Returns the login as REST shows it. GraphQL names an App's bot without `[bot]`. */
export function loginOf({ __typename, login }: { __typename: string; login: string }): string {
  return __typename === "Bot" ? `${login}[bot]` : login;
}
