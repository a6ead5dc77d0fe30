/** Analyses a plan before any money is spent: shape, time, cost, and tasks that may conflict. */
import { type Price, priceOf } from "../attempt.ts";
import { type PlannedTask, waves } from "../plan.ts";
import type { Policy } from "../policy.ts";
import { tierFor } from "../rules/tiers.ts";
import { type LikelyApproval, likelyApprovals } from "./approvals.ts";
import { type Overlap, type OverlapChoice, overlapChoices, overlapsOf } from "./conflicts.ts";
import { checkMinutes, type Estimate, estimate, OVERHEAD_MINUTES, SPLIT_PAYS_FROM_MINUTES } from "./estimate.ts";
import { criticalPath, forecast, type Job, usefulSlots } from "./forecast.ts";

export interface Analysis {
  waves: string[][];
  /** The most tasks that could run at the same time. */
  width: number;
  criticalPath: { ids: string[]; minutes: number };
  tasks: ({ id: string; model: string } & Estimate)[];
  /** Dollars. `expected`: null where a price is not known. `ceiling`: all tries of all tasks, within the budget. */
  usd: { expected: number | null; ceiling: number };
  actionsMinutes: number;
  /** Minutes until everything has landed, with as many agents as the policy allows. */
  minutes: number;
  /** More agents than this would only wait for merges. */
  usefulParallel: number;
  overlaps: Overlap[];
  overlap: OverlapChoice[];
  /** Tasks so small that they cost more apart than they save. */
  tooSmall: string[];
  /** Tasks whose pulls are likely to wait for a person. */
  approvals: LikelyApproval[];
}

export function analyse(
  tasks: readonly PlannedTask[],
  policy: Policy,
  prices: Readonly<Record<string, Price>>,
): Analysis {
  const { levels } = waves(tasks);
  const estimated = tasks.map((task) => {
    const model = policy.models[tierFor(task.role, task.size, 0)];
    return { id: task.id, model, ...estimate(task, priceOf(prices, model), policy) };
  });
  const jobs: Job[] = tasks.map((task, index) => ({
    id: task.id,
    dependsOn: task.dependsOn,
    works: estimated[index]?.agentMinutes ?? 0,
    lands: checkMinutes(task.role),
  }));
  const overlaps = overlapsOf(tasks, policy.hotFiles);
  const overlap = overlapChoices(jobs, overlaps, policy.maxParallel);
  const chosen = overlap.find((one) => one.overlap === policy.overlap);
  return {
    waves: levels,
    width: Math.max(0, ...levels.map((level) => level.length)),
    criticalPath: criticalPath(jobs),
    tasks: estimated,
    usd: money(estimated, policy),
    actionsMinutes: estimated.reduce((sum, one) => sum + one.actionsMinutes, 0),
    minutes: chosen?.minutes ?? forecast(jobs, policy.maxParallel),
    usefulParallel: usefulSlots(jobs),
    overlaps,
    overlap,
    tooSmall: tasks.length === 1 ? [] : estimated.filter(isTooSmall).map((one) => one.id),
    approvals: likelyApprovals(tasks, policy),
  };
}

function isTooSmall({ agentMinutes }: Estimate): boolean {
  return agentMinutes - OVERHEAD_MINUTES < SPLIT_PAYS_FROM_MINUTES;
}

function money(tasks: readonly Estimate[], policy: Policy): Analysis["usd"] {
  const known = tasks.flatMap(({ usd }) => usd ?? []);
  const ceiling = tasks.reduce((sum, task) => sum + task.ceilingUsd, 0);
  return {
    expected: known.length === tasks.length ? known.reduce((sum, usd) => sum + usd, 0) : null,
    ceiling: Math.min(ceiling, policy.budget.usd ?? ceiling),
  };
}
