/** After every event: whatever has become possible starts, and what is finished ends. */
import { schedule } from "../judge/schedule.ts";
import { mayStartAttempt, slotsOf } from "./allowance.ts";
import { promote } from "./attempts.ts";
import { commitsFor, writeBrief } from "./brief.ts";
import type { Draft } from "./draft.ts";
import { advanceFeature, advanceTask, attemptIdOf } from "./draft.ts";
import type { Task } from "./state.ts";
import { findTask, isActive, isSatisfied } from "./state.ts";
import { isFresh, isWhole } from "./targets.ts";

/** The last attempts are what people and the next attempt look at. */
const REMEMBERED_ATTEMPTS = 50;

export function progress(draft: Draft): void {
  const { state } = draft;
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
    draft.commands.push({ type: "timer.cancel", timer: "sweep" });
    draft.commands.push({ type: "issue.close", repo: state.repo, issue: state.issue.number });
  }
}

/** Everything that landed is taken back, or left as it is by a person's word. */
function endRollback(draft: Draft): void {
  const { state } = draft;
  const undos = state.tasks.filter((task) => task.undoes !== null);
  if (state.awaiting.length > 0 || !undos.every((task) => isSatisfied(task.stage))) return;
  if (!advanceFeature(state, { type: "FAIL" })) return;
  state.endedAt = draft.at;
  draft.commands.push({ type: "timer.cancel", timer: "sweep" });
}

/** What no agent has to work for: a revert, and everything together on its way to the base. */
function needsNoAgent(task: Task): boolean {
  return task.head === null && (task.undoes !== null || isWhole(task));
}

function promoteReady(draft: Draft): void {
  const { state } = draft;
  for (const task of state.tasks) {
    if (task.stage !== "ready" || !needsNoAgent(task)) continue;
    if (isWhole(task)) {
      if (!state.tasks.some((one) => one.landing !== null)) {
        advanceTask(task, { type: "NOTHING_TO_LAND" });
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
  const slots = slotsOf(state, state.policy) - state.tasks.filter((task) => isActive(task.stage)).length;
  const ready = state.tasks.filter((task) => task.stage === "ready" && !needsNoAgent(task)).map((task) => task.plan.id);
  const plan = state.tasks.map((task) => ({
    id: task.plan.id,
    size: task.plan.size,
    dependsOn: task.plan.dependsOn,
  }));
  for (const id of schedule(plan, ready, slots)) {
    const task = findTask(state, id);
    if (task === undefined || !mayStartAttempt(draft, state.policy)) return;
    start(draft, task);
  }
}

function start(draft: Draft, task: Task): void {
  const { state } = draft;
  const { policy } = state;
  // A build whose head exists was promoted but never reached its pull: what follows builds on that head.
  if (task.machine.kind === "build" && task.head !== null) task.machine = { ...task.machine, kind: "repair" };
  const commits = commitsFor(state, task, task.machine.kind);
  if (policy === null || commits === null || !advanceTask(task, { type: "START" })) return;
  const number = task.machine.attempt;
  const id = attemptIdOf(state, task, number);
  const brief = writeBrief(state, task, policy);
  if (brief === null) return;
  task.attempts = task.attempts.slice(1 - REMEMBERED_ATTEMPTS);
  task.attempts.push({
    number,
    kind: task.machine.kind,
    run: null,
    dispatchedAt: draft.at,
    startedAt: null,
    endedAt: null,
    against: commits.against,
    parents: commits.parents,
    conclusion: null,
    class: null,
    cause: null,
    summary: "",
  });
  task.waitsUntil = null;
  draft.commands.push({ type: "attempt.dispatch", repo: state.repo, task: task.plan.id, attempt: number, id, brief });
}
