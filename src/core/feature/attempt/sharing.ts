/**
 * Shares the attempts that a repository may run at the same time between its features: each next one goes to the feature that has
 * fewest, and of those to the one that has waited longest.
 *
 * Safe without a lock: an attempt is asked for before it is dispatched, so every process sees the same claims, and only so many of
 * them are within the limit.
 */
import { attemptIdOf } from "../draft.ts";
import { isActive } from "../stages.ts";
import type { FeatureState } from "../state.ts";
import { currentAttempt } from "../task.ts";

/** An attempt that runs, or waits to be dispatched. */
export interface Claim {
  feature: string;
  id: string;
  runs: boolean;
  /** When it was asked for. */
  since: number;
}

export function claimsOf(state: FeatureState): Claim[] {
  return state.tasks.flatMap((task): Claim[] => {
    const attempt = isActive(task.stage) ? currentAttempt(task) : undefined;
    if (attempt === undefined) return [];
    const id = attemptIdOf(state, task, attempt.number);
    return [{ feature: state.key, id, runs: task.stage === "working", since: attempt.dispatchedAt }];
  });
}

/** Returns true where the attempt of this feature and id is among the next that may be dispatched. */
export function isNext(claims: readonly Claim[], own: Pick<Claim, "feature" | "id">, limit: number): boolean {
  const held = new Map<string, number>();
  const holds = (feature: string) => held.get(feature) ?? 0;
  const take = ({ feature }: Claim) => held.set(feature, holds(feature) + 1);
  for (const claim of claims) if (claim.runs) take(claim);
  const waiting = claims.filter(({ runs }) => !runs).toSorted(bySinceAndName);
  for (let free = limit - claims.length + waiting.length; free > 0; free -= 1) {
    const fewest = Math.min(...waiting.map(({ feature }) => holds(feature)));
    const at = waiting.findIndex(({ feature }) => holds(feature) === fewest);
    const [next] = at < 0 ? [] : waiting.splice(at, 1);
    if (next === undefined) return false;
    if (next.feature === own.feature && next.id === own.id) return true;
    take(next);
  }
  return false;
}

function bySinceAndName(left: Claim, right: Claim): number {
  return left.since - right.since || (`${left.feature} ${left.id}` < `${right.feature} ${right.id}` ? -1 : 1);
}
