/**
 * From what an attempt left to a pull in the lane: the change becomes a commit, what the commit changes is judged, the task's branch
 * moves to that commit, and the pull opens. The branch never moves to a commit that was not judged.
 */
import type { Failure } from "../../failure.ts";
import { judgeDifference, outsideScope } from "../../promotion/guardrails.ts";
import type { Violation } from "../../promotion/violation.ts";
import type { Draft, EventOf, PlannedDraft, Reaction } from "../draft.ts";
import { attemptIdOf, hasPlan, nextRound, taskWithAttempt } from "../draft.ts";
import { writeRevert } from "../landing/rollback.ts";
import { describePull, submitPull } from "../landing/submitting.ts";
import { targetOf } from "../landing/targets.ts";
import { findTask } from "../state.ts";
import { currentAttempt, type Promotion, type Task, type TaskAt } from "../task.ts";
import { failTask, recordEnding } from "./failing.ts";

/** Paths that a pull's description names. */
const MAX_PATHS = 300;
const MAX_VIOLATIONS = 20;

/** Asks for the next step of the promotion that the task is in. */
export function promote(draft: PlannedDraft, task: Task, promotion: Promotion): void {
  switch (promotion.step) {
    case "commit":
      writeChange(draft, task, promotion);
      break;
    case "move":
      moveBranch(draft, task, promotion.commit);
      break;
    case "revert":
      writeRevert(draft, task);
      break;
    case "open":
      openPull(draft, task, promotion);
  }
}

function writeChange(draft: PlannedDraft, task: Task, promotion: Extract<Promotion, { step: "commit" }>): void {
  const { state } = draft;
  const attempt = currentAttempt(task);
  if (attempt === undefined || attempt.run === null) return;
  draft.effects.push({
    type: "change.write",
    repo: state.repo,
    task: task.plan.id,
    attempt: attempt.number,
    round: nextRound(state),
    id: attemptIdOf(state, task, attempt.number),
    run: attempt.run,
    branch: task.branch,
    ...promotion.commits,
    manifest: promotion.change,
    title: task.plan.title,
    issue: state.issue.number,
    templates: state.policy.templates,
  });
}

function moveBranch(draft: PlannedDraft, task: Task, commit: string): void {
  const { state } = draft;
  const attempt = currentAttempt(task);
  if (attempt === undefined) return;
  draft.effects.push({
    type: "change.promote",
    repo: state.repo,
    task: task.plan.id,
    attempt: attempt.number,
    round: nextRound(state),
    id: attemptIdOf(state, task, attempt.number),
    branch: task.branch,
    from: task.head,
    commit,
  });
}

function openPull(draft: PlannedDraft, task: Task, { paths, replaces }: Extract<Promotion, { step: "open" }>): void {
  const { state } = draft;
  const target = targetOf(state, task);
  if (target === null || task.head === null) return;
  draft.effects.push({
    type: "pull.open",
    repo: state.repo,
    task: task.plan.id,
    round: nextRound(state),
    branch: task.branch,
    head: task.head,
    base: target.branch,
    title: task.plan.title,
    issue: state.issue.number,
    templates: state.policy.templates,
    summary: task.summary,
    description: task.plan.description,
    files: paths,
    outsideScope: outsideScope(paths, task.plan.files),
    checks: state.checks,
    gateSurface: state.policy.gateSurface,
    reachesBase: target !== state.land,
    ...(replaces === undefined ? {} : { replaces }),
  });
}

/** Records the new head of the task's branch, and submits its pull or opens one. */
function onHead(draft: PlannedDraft, task: TaskAt<"promoting">, head: string, paths: string[]): void {
  task.head = head;
  if (task.pull !== null) {
    describePull(draft, task);
    submitPull(draft, task, { type: "SUBMITTED" });
    return;
  }
  task.promotion = { step: "open", paths };
  promote(draft, task, task.promotion);
}

/** Blames the agent for what guardrails refuse. The next attempt reads why. */
export function refusedChange(violations: readonly Violation[]): Failure {
  const cause = { kind: "change-refused" as const, violations: violations.slice(0, MAX_VIOLATIONS) };
  return { class: "agent-failed", cause, details: [] };
}

export function onChangeWritten(draft: Draft, event: EventOf<"change.written">): Reaction {
  const task = taskWithAttempt(draft.state, event);
  if (!hasPlan(draft) || task?.stage !== "promoting") return "stale-attempt";
  // Its branch is being moved already.
  if (task.promotion.step !== "commit") return "duplicate";
  const violations = judgeDifference(event.difference, draft.state.policy);
  if (violations.length > 0) return failTask(draft, task, refusedChange(violations), { where: "attempt" });
  const paths = event.difference.changes.map((change) => change.path).slice(0, MAX_PATHS);
  task.promotion = { step: "move", commit: event.commit, paths };
  promote(draft, task, task.promotion);
  return null;
}

export function onChangePromoted(draft: Draft, event: EventOf<"change.promoted">): Reaction {
  const { state } = draft;
  const task = taskWithAttempt(state, event);
  if (task !== null && wasGivenUp(task)) {
    draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
    return null;
  }
  if (!hasPlan(draft) || task?.stage !== "promoting") return "stale-attempt";
  const { promotion } = task;
  // Its pull is being opened already.
  if (promotion.step !== "move" && promotion.step !== "commit") return "duplicate";
  recordEnding(draft, null);
  // An older version wrote the commit and moved the branch at once.
  const paths = promotion.step === "move" ? promotion.paths : promotion.change.map(({ path }) => path);
  onHead(draft, task, event.head, paths.slice(0, MAX_PATHS));
  return null;
}

export function onRevertWritten(draft: Draft, event: EventOf<"revert.written">): Reaction {
  const task = findTask(draft.state, event.task);
  if (!hasPlan(draft) || task?.stage !== "promoting" || task.promotion.step !== "revert") return "superseded";
  onHead(draft, task, event.head, []);
  return null;
}

export function onPullOpened(draft: Draft, event: EventOf<"pull.opened">): Reaction {
  const { state } = draft;
  const task = findTask(state, event.task);
  if (task !== undefined && wasGivenUp(task)) {
    // The pull was opened while the feature was being cancelled, or the task left out.
    draft.effects.push({ type: "pull.close", repo: state.repo, pull: event.pull });
    return null;
  }
  if (!hasPlan(draft) || task?.stage !== "promoting") return "not-accepted-here";
  task.pull = event.pull;
  return submitPull(draft, task, { type: "SUBMITTED" }) ? null : "not-accepted-here";
}

/** Forgets the work that is gone, so that a retry makes it again instead of asking for the same pull for ever. */
export function onPullRefused(draft: Draft, event: EventOf<"pull.refused">): Reaction {
  const task = findTask(draft.state, event.task);
  if (!hasPlan(draft) || task?.stage !== "promoting" || task.promotion.step !== "open") return "not-accepted-here";
  task.head = null;
  task.pull = null;
  return failTask(draft, task, event.failure, { where: "attempt" });
}

/** Returns true where nothing of the task may be pushed or opened any more. */
function wasGivenUp(task: Task): boolean {
  return task.stage === "cancelled" || (task.stage === "done" && task.landing === null);
}

export function onChangeRefused(draft: Draft, event: EventOf<"change.refused">): Reaction {
  const task = taskWithAttempt(draft.state, event);
  if (!hasPlan(draft) || task?.stage !== "promoting") return "stale-attempt";
  const { failure } = event;
  // Without its artifact the change cannot be promoted again, so a new attempt makes it.
  if (failure.class === "attempt-lost") return failTask(draft, task, failure, { where: "attempt" });
  return failTask(draft, task, failure, { where: "promotion", promotion: task.promotion });
}
