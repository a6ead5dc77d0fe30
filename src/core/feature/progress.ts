/** After every event: whatever has become possible starts, and what is finished ends. */
import { mayStartAttempt } from "./attempt/allowance.ts";
import { promote } from "./attempt/attempts.ts";
import { briefFacts, commitsFor } from "./attempt/brief.ts";
import { judgeStarts, needsNoAgent, nextKind } from "./attempt/starting.ts";
import type { Draft } from "./draft.ts";
import { advanceFeature, advanceTask, attemptIdOf } from "./draft.ts";
import { isFresh, isWhole } from "./landing/targets.ts";
import { isFiled } from "./planning/approval.ts";
import { isSatisfied } from "./stages.ts";
import type { FeatureState, Task } from "./state.ts";
import { findTask } from "./state.ts";

/** The last attempts are what people and the next attempt look at. */
const REMEMBERED_ATTEMPTS = 50;

export function progress(draft: Draft): void {
  const { state } = draft;
  for (const task of state.tasks) task.delay = null;
  if ((state.stage !== "executing" && state.stage !== "rolling-back") || state.policy === null) return;
  for (const task of state.tasks) {
    if (task.stage !== "blocked") continue;
    const satisfied = task.plan.dependsOn.every((id) => {
      const dependency = findTask(state, id);
      return dependency !== undefined && isSatisfied(dependency.stage);
    });
    if (satisfied) advanceTask(task, { type: "SATISFIED" });
  }
  if (state.hold === null && state.parked === null) startReady(draft);
  if (state.stage === "rolling-back") endRollback(draft);
  else if (state.tasks.every((task) => isSatisfied(task.stage)) && advanceFeature(state, { type: "FINISH" })) {
    state.endedAt = draft.at;
    draft.effects.push({ type: "timer.cancel", timer: "sweep" });
    const done = isFiled(state) ? state.tasks.filter((task) => task.stage === "done" && !isWhole(task)) : [];
    const tasks = done.map((task) => task.plan.id);
    draft.effects.push({ type: "issue.close", repo: state.repo, issue: state.issue.number, tasks });
  }
}

/** Everything that landed is taken back, or left as it is by a person's word. */
function endRollback(draft: Draft): void {
  const { state } = draft;
  const undos = state.tasks.filter((task) => task.undoes !== null);
  if (state.awaiting.length > 0 || !undos.every((task) => isSatisfied(task.stage))) return;
  if (!advanceFeature(state, { type: "FAIL" })) return;
  state.endedAt = draft.at;
  draft.effects.push({ type: "timer.cancel", timer: "sweep" });
}

/** What no agent has to work for. */
function promoteReady(draft: Draft): void {
  const { state } = draft;
  for (const task of state.tasks) {
    if (task.stage !== "ready" || !needsNoAgent(task)) continue;
    if (isWhole(task)) {
      if (!state.tasks.some((one) => one.landing !== null)) {
        advanceTask(task, { type: "NOTHING_TO_LAND" });
        draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
        continue;
      }
      if (state.land === null || !isFresh(state.land)) continue;
      task.head = state.land.sha;
    }
    if (advanceTask(task, { type: "PROMOTE" })) promote(draft, task);
  }
}

function startReady(draft: Draft): void {
  const { state } = draft;
  promoteReady(draft);
  if (state.policy === null) return;
  const { starts, delays, lookAt } = judgeStarts(state, state.policy, draft.at);
  for (const task of state.tasks) task.delay = delays.get(task.plan.id) ?? null;
  for (const task of starts) {
    if (!mayStartAttempt(draft, task, state.policy)) {
      waitForBudget(state);
      return;
    }
    start(draft, task);
  }
  if (lookAt !== null) draft.effects.push({ type: "timer.set", timer: "launch", dueAt: lookAt });
}

/** An attempt is as dear as the next: what was held for the leader's cache could not start either. */
function waitForBudget(state: FeatureState): void {
  for (const task of state.tasks) {
    if (task.stage === "ready" && (task.delay === null || task.delay.cause === "cache"))
      task.delay = { cause: "budget" };
  }
}

function start(draft: Draft, task: Task): void {
  const { state } = draft;
  const { policy } = state;
  task.machine = { ...task.machine, kind: nextKind(task) };
  const commits = commitsFor(state, task, task.machine.kind);
  if (policy === null || commits === null || !advanceTask(task, { type: "START" })) return;
  const number = task.machine.attempt;
  const id = attemptIdOf(state, task, number);
  const brief = briefFacts(state, task, policy);
  if (brief === null) return;
  task.attempts = task.attempts.slice(1 - REMEMBERED_ATTEMPTS);
  task.attempts.push({
    number,
    kind: task.machine.kind,
    model: brief.model.name,
    run: null,
    dispatchedAt: draft.at,
    startedAt: null,
    endedAt: null,
    conclusion: null,
    class: null,
    cause: null,
  });
  task.commits = { against: commits.against, parents: commits.parents };
  if (task.setback !== null) task.setback.until = null;
  draft.effects.push({ type: "attempt.dispatch", repo: state.repo, task: task.plan.id, attempt: number, id, brief });
}
