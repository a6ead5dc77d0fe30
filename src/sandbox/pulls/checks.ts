/** What check runs and commit statuses say of a commit, and what is missing of what a branch requires. */
import type { CheckRun, CommitStatus, Protection, Repository } from "../world/entities.ts";
import type { World } from "../world/world.ts";

export type CheckState = "success" | "pending" | "failing" | "expected";

export interface Requirement {
  context: string;
  state: CheckState;
}

type Required = NonNullable<Protection["requiredStatusChecks"]>["checks"][number];

function stateOfRun(run: CheckRun): CheckState {
  if (run.status !== "completed") return "pending";
  // https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/…/about-status-checks: skipped and neutral pass.
  return run.conclusion === "success" || run.conclusion === "neutral" || run.conclusion === "skipped"
    ? "success"
    : "failing";
}

function stateOfStatus(status: CommitStatus): CheckState {
  if (status.state === "success") return "success";
  return status.state === "pending" ? "pending" : "failing";
}

/** The one with the highest id of each key: a check that ran again counts by its last run. */
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
  /** Who reported it: the check run's App, or the App whose bot set the status. */
  appId: number | null;
}

/** The latest of every check run and status at the commit. */
export function reportedChecks(world: World, repository: Repository, sha: string): Reported[] {
  const runs = world.table("checkRuns").filter((run) => run.repositoryId === repository.id && run.headSha === sha);
  const statuses = world
    .table("statuses")
    .filter((status) => status.repositoryId === repository.id && status.sha === sha);
  return [
    ...latest(runs, (run) => `${run.appId} ${run.name}`).map((run) => ({
      name: run.name,
      state: stateOfRun(run),
      appId: run.appId,
    })),
    ...latest(statuses, (status) => status.context).map((status) => ({
      name: status.context,
      state: stateOfStatus(status),
      appId: appOfBot(world, status.creatorId),
    })),
  ];
}

function appOfBot(world: World, userId: number): number | null {
  const login = world.table("users").get(userId)?.login;
  return world.table("apps").find((app) => `${app.slug}[bot]` === login)?.id ?? null;
}

/** Worst first: of several reports under one name all must pass. */
const order: CheckState[] = ["failing", "pending", "expected", "success"];

function judged({ context, appId }: Required, reported: readonly Reported[]): Requirement {
  const mine = reported.filter((each) => each.name === context && (appId === null || each.appId === appId));
  const state = order.find((candidate) => mine.some((each) => each.state === candidate)) ?? "expected";
  return { context, state };
}

export function requirements(world: World, repository: Repository, protection: Protection, sha: string): Requirement[] {
  const reported = reportedChecks(world, repository, sha);
  return (protection.requiredStatusChecks?.checks ?? []).map((required) => judged(required, reported));
}

const words: Record<Exclude<CheckState, "success">, { one: string; many: string }> = {
  expected: { one: "is expected", many: "are expected" },
  pending: { one: "is in progress", many: "are in progress" },
  failing: { one: "is failing", many: "are failing" },
};

/**
 * GitHub's sentence for checks that do not pass, or null:
 * https://github.com/kubeflow/pipelines/issues/4384 and https://github.com/mozilla/send/issues/787 show both forms.
 */
export function checksRefusal(required: readonly Requirement[]): string | null {
  const open = required.flatMap(({ context, state }) => (state === "success" ? [] : [{ context, state }]));
  const [first] = open;
  if (first === undefined) return null;
  if (required.length === 1) return `Required status check "${first.context}" ${words[first.state].one}.`;
  const counted = `${open.length} of ${required.length} required status checks`;
  const states = [...new Set(open.map(({ state }) => state))];
  if (states.length === 1) return `${counted} ${words[first.state].many}.`;
  const each = states.map((state) => `${open.filter((one) => one.state === state).length} ${state}`);
  return `${counted} have not succeeded: ${each.slice(0, -1).join(", ")} and ${each.at(-1)}.`;
}
