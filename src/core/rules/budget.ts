/**
 * What a feature may cost, in dollars, tokens and Actions minutes. Judged before an attempt starts: what is in flight counts
 * at its own ceiling, so that no budget is exceeded by more than one attempt may overrun its limit.
 */

export interface Spend {
  usd: number;
  tokens: number;
  /** Actions minutes, each job rounded up as GitHub bills them. */
  minutes: number;
}

/** null: no limit. */
export interface Budget {
  usd: number | null;
  tokens: number | null;
  minutes: number | null;
}

export const NOTHING: Spend = { usd: 0, tokens: 0, minutes: 0 };

function add(left: Spend, right: Spend): Spend {
  return {
    usd: left.usd + right.usd,
    tokens: left.tokens + right.tokens,
    minutes: left.minutes + right.minutes,
  };
}

const kinds = ["usd", "tokens", "minutes"] as const;
type Kind = (typeof kinds)[number];

/** From this share of a limit on, people get a warning. */
const WARN_AT = 0.8;

export type BudgetVerdict =
  /** `warn`: the limits of which most is spent. */
  | { verdict: "within"; warn: Kind[] }
  /** Starting would exceed these limits. `spent` alone exceeds none: what is in flight may still come in cheaper. */
  | { verdict: "wait"; short: Kind[] }
  /** Not even with nothing in flight. */
  | { verdict: "exhausted"; short: Kind[] };

/** `spent`: for certain. `reserved`: the ceilings of what is in flight. `next`: the ceiling of what wants to start. */
export function judgeBudget(budget: Budget, spent: Spend, reserved: Spend, next: Spend): BudgetVerdict {
  const over = (spend: Spend) => kinds.filter((kind) => exceeds(spend[kind], budget[kind]));
  const alone = over(add(spent, next));
  if (alone.length > 0) return { verdict: "exhausted", short: alone };
  const together = over(add(add(spent, reserved), next));
  if (together.length > 0) return { verdict: "wait", short: together };
  const warn = kinds.filter((kind) => {
    const limit = budget[kind];
    return limit !== null && spent[kind] >= limit * WARN_AT;
  });
  return { verdict: "within", warn };
}

/** An amount that is not a number is not within any limit: unknown never counts as nothing. */
function exceeds(amount: number, limit: number | null): boolean {
  return limit !== null && !(amount <= limit);
}
