/** The feature's circuit breaker: pauses when runners, GitHub or the provider fail, and parks when many tasks fail. */
import { isInfrastructure, spendsTry } from "../../failure.ts";
import { featureBreaker } from "../../rules/breaker.ts";
import type { Draft } from "../draft.ts";
import type { Trip } from "../parked.ts";
import type { FeatureState } from "../state.ts";

/** Pause after lost attempts. It doubles with every trip. */
const PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Trips the breaker, or closes it after a success. */
export function judgeBreaker(draft: Draft): void {
  const { state } = draft;
  if (state.stage !== "executing") return;
  const { breaker } = state;
  const last = state.endings.at(-1);
  if (breaker.state === "half-open" && last !== undefined) {
    if (last === null) state.breaker = { ...breaker, state: "closed", trips: 0 };
    else if (isInfrastructure(last)) trip(draft, { kind: "trial-lost" });
    return;
  }
  if (breaker.state === "closed") judgeClosed(draft);
}

function judgeClosed(draft: Draft): void {
  const { state } = draft;
  const { breaker } = state;
  const failed = state.tasks.filter((task) => task.stage === "parked" && spendsTry(task.failure.class)).length;
  if (failed < breaker.acknowledged) state.breaker = { ...breaker, acknowledged: failed };
  // A person resumed in spite of so many failed tasks, so the breaker trips only when another one fails.
  const counted = failed > breaker.acknowledged ? failed : 0;
  const verdict = featureBreaker(state.endings, { total: state.tasks.length, parkedByFault: counted });
  if (verdict.state === "closed") return;
  if (verdict.kind === "infrastructure") {
    trip(draft, { kind: "lost-in-a-row", attempts: verdict.attempts });
    return;
  }
  if (state.parked !== null) return;
  state.breaker = { ...breaker, acknowledged: failed };
  state.parked = { kind: "tasks-failing", failed: verdict.failed, total: verdict.total };
}

function trip(draft: Draft, cause: Trip): void {
  const { state } = draft;
  const pause = Math.min(PAUSE_MS * 2 ** Math.min(state.breaker.trips, 10), LONGEST_PAUSE_MS);
  state.breaker = { ...state.breaker, state: "open", trips: state.breaker.trips + 1, cause };
  state.endings = [];
  draft.effects.push({ type: "timer.set", timer: "breaker", dueAt: draft.at + pause });
}

/** Lets one attempt test whether attempts can run again. Forgets earlier endings: they came before the pause. */
export function halfOpen(state: FeatureState): boolean {
  if (state.breaker.state !== "open") return false;
  state.breaker = { ...state.breaker, state: "half-open" };
  state.endings = [];
  return true;
}
