/** Judges whether the feature's budget allows one more attempt. */
import type { Policy } from "../../policy.ts";
import { judgeBudget, type Spend } from "../../rules/budget.ts";
import { atDispatch, budgetOf, reservedFor, spent } from "../../rules/spending.ts";
import { type Draft, postNotice } from "../draft.ts";
import { isActive } from "../stages.ts";
import type { Task } from "../task.ts";

/** Returns true where the budget allows the attempt. Parks the feature where it allows no further attempt at all. */
export function mayStartAttempt(draft: Draft, task: Task, policy: Policy): boolean {
  const { state } = draft;
  const active = state.tasks.filter((one) => isActive(one.stage));
  const reserved = reservedFor(active.map(atDispatch), policy);
  const verdict = judgeBudget(budgetOf(state, policy), spent(state), reserved, reservedFor([task], policy));
  switch (verdict.verdict) {
    case "within":
      warn(draft, verdict.warn);
      return true;
    case "wait":
      return false;
    case "exhausted":
      state.parked = { kind: "budget-short", of: verdict.short };
      return false;
  }
}

function warn(draft: Draft, kinds: readonly (keyof Spend)[]): void {
  const { state } = draft;
  const fresh = kinds.filter((kind) => !state.warned.includes(kind));
  if (fresh.length === 0) return;
  state.warned = [...state.warned, ...fresh];
  postNotice(draft, { about: "budget-warning", extra: state.extraUsd, short: fresh });
}
