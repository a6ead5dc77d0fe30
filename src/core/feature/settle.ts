/**
 * Does what the state allows after any event. Handlers only record what happened; these passes run after each of them, in this
 * order. So no handler can forget to start a task that it made ready.
 */
import { judgeBreaker } from "./attempt/breaker.ts";
import { waitsFor } from "./attempt/dependencies.ts";
import { promoteReady, startReady } from "./attempt/dispatching.ts";
import type { Draft } from "./draft.ts";
import { completeFeature, endRollback } from "./ending/finishing.ts";
import { closeSubIssues, leaveOutClosed } from "./ending/sub-issues.ts";
import { holdSiblings } from "./landing/rollback.ts";
import { isUnderWay } from "./state.ts";
import { moveTask } from "./transitions.ts";

const passes: readonly ((draft: Draft) => void)[] = [
  leaveOutClosed,
  judgeBreaker,
  holdSiblings,
  forgetDelays,
  readySatisfied,
  promoteReady,
  startReady,
  endRollback,
  closeSubIssues,
  completeFeature,
];

export function settle(draft: Draft): void {
  for (const pass of passes) pass(draft);
}

/** Forgets why ready tasks wait. `startReady` judges that again, or nothing may start. */
function forgetDelays({ state }: Draft): void {
  for (const task of state.tasks) if (task.stage === "ready") task.delay = null;
}

function readySatisfied({ state }: Draft): void {
  if (!isUnderWay(state)) return;
  for (const task of state.tasks) {
    if (task.stage !== "blocked") continue;
    if (waitsFor(state, task).length === 0)
      moveTask(task, { type: "SATISFIED" }, { stage: "ready", delay: null, failure: null });
  }
}
