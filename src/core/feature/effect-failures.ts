/** Reacts to an effect that was given up: tried as often as it may be, or refused for good. */
import { failTask } from "./attempt/failing.ts";
import { onAttemptUnreachable } from "./attempt/running.ts";
import { onPermissionUnknown } from "./commands/receiving.ts";
import { type Draft, type EventOf, hasPlan, type Reaction } from "./draft.ts";
import { keepPlan } from "./planning/showing.ts";
import { findTask, isOver } from "./state.ts";

type EffectFailed = EventOf<"effect.failed">;

export function onEffectFailed(draft: Draft, event: EffectFailed): Reaction {
  const { state } = draft;
  const task = event.task === null ? undefined : findTask(state, event.task);
  switch (event.effect) {
    case "feature.observe":
      if (state.stage !== "planning" || state.planAwaited) return "superseded";
      return park(draft, event.effect, event);
    case "plan.make":
      if (state.stage !== "planning" && state.stage !== "proposed") return "superseded";
      state.planAwaited = false;
      park(draft, event.effect, event);
      keepPlan(draft);
      return null;
    case "plan.publish":
      // A plan that nobody can read cannot be approved.
      if (state.stage !== "planning" && state.stage !== "proposed") return "superseded";
      return park(draft, event.effect, event);
    case "branch.create":
      if (isOver(state) || state.land !== null) return "superseded";
      return park(draft, event.effect, event);
    case "branch.observe":
      if (isOver(state)) return "superseded";
      return park(draft, event.effect, event);
    case "attempt.dispatch":
      return task?.stage === "dispatching" ? onAttemptUnreachable(draft, task, event.failure) : "stale-attempt";
    case "attempt.observe":
      return task?.stage === "working" ? onAttemptUnreachable(draft, task, event.failure) : "stale-attempt";
    case "change.write":
    case "change.promote":
    case "revert.write":
    case "pull.open":
      if (!hasPlan(draft) || task?.stage !== "promoting") return "stale-attempt";
      return failTask(draft, task, event.failure, { where: "promotion", promotion: task.promotion });
    case "permission.observe":
      return onPermissionUnknown(draft, event.key);
    default:
      // Ignores the others: a comment that could not be posted, or an observation that the next sweep repeats.
      return "not-accepted-here";
  }
}

type Needed = Extract<NonNullable<Draft["state"]["parked"]>, { kind: "effect-failed" }>["effect"];

function park({ state }: Draft, effect: Needed, event: EffectFailed): null {
  state.parked = { kind: "effect-failed", effect, cause: event.failure.cause };
  return null;
}
