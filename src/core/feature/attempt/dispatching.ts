/** Starts ready tasks: an attempt where the task needs an agent, a promotion where it does not. */
import type { Policy } from "../../policy.ts";
import { attemptIdOf, type Draft, hasPlan, type PlannedDraft } from "../draft.ts";
import { isFreshTarget, isWhole } from "../landing/targets.ts";
import type { FeatureState } from "../state.ts";
import { isUnderWay } from "../state.ts";
import { landingOf, type Task, type TaskAt } from "../task.ts";
import { moveTask } from "../transitions.ts";
import { briefFacts, commitsFor } from "./brief.ts";
import { mayStartAttempt } from "./budget.ts";
import { promote } from "./promoting.ts";
import { judgeStarts, needsNoAgent, nextKind } from "./starting.ts";

/** Attempts that a task keeps. People and the next attempt only read the last ones. */
const REMEMBERED_ATTEMPTS = 50;

/** Returns false while a person holds the feature or is needed, or the repository is closed to the App. */
function mayStart(draft: Draft): draft is PlannedDraft {
  const { state } = draft;
  const { hold, parked, closed } = state;
  return isUnderWay(state) && hasPlan(draft) && hold === null && parked === null && closed === null;
}

/** Promotes the ready tasks that need no agent: reverts, and the pull of the whole feature. */
export function promoteReady(draft: Draft): void {
  if (!mayStart(draft)) return;
  for (const task of draft.state.tasks) {
    if (task.stage !== "ready" || !needsNoAgent(task)) continue;
    if (isWhole(task)) promoteWhole(draft, task);
    else startPromotion(draft, task, { step: "revert" });
  }
}

function promoteWhole(draft: PlannedDraft, task: TaskAt<"ready">): void {
  const { state } = draft;
  if (state.tasks.every((one) => landingOf(one) === null)) {
    moveTask(task, { type: "NOTHING_TO_LAND" }, { stage: "done", landing: null, without: { why: "nothing-landed" } });
    draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
    return;
  }
  if (state.land === null || !isFreshTarget(state.land)) return;
  task.head = state.land.sha;
  startPromotion(draft, task, { step: "open", paths: [] });
}

function startPromotion(
  draft: PlannedDraft,
  task: Task,
  promotion: { step: "revert" } | { step: "open"; paths: string[] },
): void {
  if (moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) promote(draft, task, promotion);
}

/** Starts attempts in the order of the schedule, and records why the other ready tasks wait. */
export function startReady(draft: Draft): void {
  if (!mayStart(draft)) return;
  const { state } = draft;
  const { policy } = state;
  const { starts, delays, judgeAgainAt } = judgeStarts(state, policy, draft.at);
  for (const task of state.tasks) {
    if (task.stage === "ready") task.delay = delays.get(task.plan.id) ?? null;
  }
  for (const task of starts) {
    if (!mayStartAttempt(draft, task, policy)) {
      waitForBudget(state);
      return;
    }
    startAttempt(draft, task, policy);
  }
  if (judgeAgainAt !== null) draft.effects.push({ type: "timer.set", timer: "launch", dueAt: judgeAgainAt });
}

/** Records that the budget delays every ready task. Attempts cost alike, so a task held for the cache could not start either. */
function waitForBudget(state: FeatureState): void {
  for (const task of state.tasks) {
    if (task.stage !== "ready") continue;
    if (task.delay === null || task.delay.cause === "cache") task.delay = { cause: "budget" };
  }
}

function startAttempt(draft: PlannedDraft, task: TaskAt<"ready">, policy: Policy): void {
  const { state } = draft;
  const kind = nextKind(task);
  task.machine = { ...task.machine, kind };
  const commits = commitsFor(state, task, kind);
  if (commits === null) return;
  const { against, parents } = commits;
  const { failure } = task;
  moveTask(task, { type: "START" }, { stage: "dispatching", commits: { against, parents }, failure });
  const number = task.machine.attempt;
  const brief = briefFacts(state, task, policy, commits);
  task.attempts = task.attempts.slice(1 - REMEMBERED_ATTEMPTS);
  task.attempts.push({
    number,
    kind,
    model: brief.model.name,
    run: null,
    dispatchedAt: draft.at,
    startedAt: null,
    endedAt: null,
    conclusion: null,
    class: null,
    cause: null,
  });
  const id = attemptIdOf(state, task, number);
  draft.effects.push({ type: "attempt.dispatch", repo: state.repo, task: task.plan.id, attempt: number, id, brief });
}
