/** Counts what a feature and its tasks have used, and what the next attempt of a task may use. */
import { tokensOf } from "../attempt.ts";
import type { FeatureState } from "../feature/state.ts";
import type { Task } from "../feature/task.ts";
import type { Policy } from "../policy.ts";
import type { Budget, Spend } from "./budget.ts";

/** Checkout, installation and upload around the engine's own minutes. */
const OVERHEAD_MINUTES = 5;

type Spender = Pick<Task, "usage" | "unreported" | "attempts">;

/** Sums up what planning and all attempts used. An attempt without a report counts as all that it was allowed. */
export function spent(state: FeatureState): Spend {
  return sum([{ usage: state.planner.usage, unreported: null, attempts: [] }, ...state.tasks]);
}

/** Sums up what the attempts of a task used. */
export function spentOn(task: Task): Spend {
  return sum([task]);
}

/** Jobs are billed by the minute begun. */
function sum(spenders: readonly Spender[]): Spend {
  const total = { usd: 0, tokens: 0, minutes: 0 };
  for (const { usage, unreported, attempts } of spenders) {
    total.usd += unreported?.usd ?? 0;
    total.tokens += unreported?.tokens ?? 0;
    if (usage !== null) {
      total.usd += usage.usd;
      total.tokens += tokensOf(usage);
    }
    for (const { startedAt, endedAt } of attempts) {
      if (startedAt === null || endedAt === null) continue;
      total.minutes += Math.max(0, Math.ceil((endedAt - startedAt) / 60_000));
    }
  }
  return total;
}

export function budgetOf(state: FeatureState, policy: Policy): Budget {
  const { usd, tokens, minutes } = policy.budget;
  return { usd: usd === null ? null : usd + state.extraUsd, tokens, minutes };
}

/** Returns what the task's own budget leaves for an attempt, without overhead. null: no limit. */
function left(task: Spender, { taskBudget }: Policy): Budget {
  const used = sum([task]);
  const rest = (limit: number | null, amount: number) => (limit === null ? null : limit - amount);
  return {
    usd: rest(taskBudget.usd, used.usd),
    tokens: rest(taskBudget.tokens, used.tokens),
    minutes: rest(taskBudget.minutes, used.minutes + OVERHEAD_MINUTES),
  };
}

/** Returns true when the task's own budget is spent, so that only a person starts another attempt. The first is always allowed. */
export function isSpent(task: Spender, policy: Policy): boolean {
  if (task.attempts.length === 0) return false;
  return Object.values(left(task, policy)).some((rest) => rest !== null && rest <= 0);
}

/** Limits of the engine, without overhead. tokens null: none. */
interface Ceiling {
  usd: number;
  tokens: number | null;
  minutes: number;
}

/** An attempt's own limits, or what its task's budget leaves of them. What a person started beyond that has its own limits. */
export function ceilingOf(task: Spender, policy: Policy): Ceiling {
  const { usd, tokens, minutes } = policy.attempts;
  if (isSpent(task, policy)) return { usd, tokens, minutes };
  const rest = left(task, policy);
  return {
    usd: Math.min(usd, rest.usd ?? usd),
    tokens: tokens === null ? rest.tokens : Math.min(tokens, rest.tokens ?? tokens),
    minutes: Math.min(minutes, Math.max(1, rest.minutes ?? minutes)),
  };
}

/** Before that a runner boots, checks out and installs: no agent has been at work. */
const AT_WORK_AFTER_MS = 30_000;

/** The task's last attempt has ended and left no report. */
export function countUnreported(task: Task, policy: Policy): void {
  const { startedAt, endedAt } = task.attempts.at(-1) ?? { startedAt: null, endedAt: null };
  if (startedAt === null || endedAt === null || endedAt - startedAt < AT_WORK_AFTER_MS) return;
  const { usd, tokens } = ceilingOf(atDispatch(task), policy);
  const before = task.unreported ?? { usd: 0, tokens: 0 };
  task.unreported = { usd: before.usd + usd, tokens: before.tokens + (tokens ?? 0) };
}

/** As the task was when its last attempt got its limits. */
export function atDispatch(task: Task): Spender {
  return { ...task, attempts: task.attempts.slice(0, -1) };
}

/** Sums the most that the next attempts of these tasks use. Tokens without a limit are unknown before they are used. */
export function reservedFor(tasks: readonly Spender[], policy: Policy): Spend {
  const total = { usd: 0, tokens: 0, minutes: 0 };
  for (const task of tasks) {
    const ceiling = ceilingOf(task, policy);
    total.usd += ceiling.usd;
    total.tokens += ceiling.tokens ?? 0;
    total.minutes += ceiling.minutes + OVERHEAD_MINUTES;
  }
  return total;
}
