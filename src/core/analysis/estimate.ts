/**
 * What a task is expected to take and to cost, before anybody has worked on it. Rough figures for a first guess, said to be
 * such wherever people read them; what tasks of the feature really took replaces them while it runs (`judge/schedule.ts`).
 */
import { type Price, type Usage, usdOf } from "../attempt.ts";
import type { PlannedTask, Role, Size } from "../plan.ts";
import type { Policy } from "../policy.ts";

/** Minutes that an agent works. */
const agentMinutes: Record<Size, number> = { S: 5, M: 12, L: 25 };

/** Tokens of one attempt. Most of what an agent reads again comes from the prompt cache. */
const tokens: Record<Size, Omit<Usage, "usd">> = {
  S: { inputTokens: 20_000, outputTokens: 5_000, cacheReadTokens: 500_000, cacheWriteTokens: 40_000 },
  M: { inputTokens: 40_000, outputTokens: 15_000, cacheReadTokens: 1_500_000, cacheWriteTokens: 80_000 },
  L: { inputTokens: 80_000, outputTokens: 40_000, cacheReadTokens: 4_000_000, cacheWriteTokens: 200_000 },
};

/** A job's own minutes around the agent's: boot, checkout, installation, upload. */
export const OVERHEAD_MINUTES = 2;
/** Of the required checks of one head, until some have been seen. */
export const CHECK_MINUTES = 5;
/** Attempts that a task takes on the average: some checks fail and are repaired. */
const MEAN_ATTEMPTS = 1.3;

export interface Estimate {
  /** Of one attempt, the job's own included. */
  agentMinutes: number;
  /** Dollars, repairs included; null: the model's price is not known. */
  usd: number | null;
  /** The most that its tries may spend. */
  ceilingUsd: number;
  /** Actions minutes: attempts and the checks of their heads. */
  actionsMinutes: number;
}

export function estimate(
  task: Pick<PlannedTask, "size" | "role">,
  price: Price | null,
  policy: Pick<Policy, "attempts" | "taskBudget">,
): Estimate {
  const minutes = Math.min(agentMinutes[task.size], policy.attempts.minutes) + OVERHEAD_MINUTES;
  const once = price === null ? null : Math.min(usdOf(tokens[task.size], price), policy.attempts.usd);
  return {
    agentMinutes: minutes,
    usd: once === null ? null : once * MEAN_ATTEMPTS,
    ceilingUsd: Math.min(policy.attempts.usd * policy.attempts.max, policy.taskBudget.usd ?? Number.POSITIVE_INFINITY),
    actionsMinutes: MEAN_ATTEMPTS * (minutes + checkMinutes(task.role)),
  };
}

/** Of one head. Research has none. */
export function checkMinutes(role: Role): number {
  return role === "research" ? 0 : CHECK_MINUTES;
}

/**
 * Minutes of agent's work below which a task costs more apart than it saves: its own job has to start, and its merge waits
 * for checks of its own, one after another with everybody else's.
 */
export const SPLIT_PAYS_FROM_MINUTES = OVERHEAD_MINUTES + CHECK_MINUTES;
