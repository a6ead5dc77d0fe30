/**
 * Decides what becomes of a feature when something happens to it: `decideFeature(state, event) -> { state, effects, ignored }`.
 *
 * Two steps. *Evolve* writes down what happened: one handler per event, listed below, each in the folder of the part of a
 * feature's life that it belongs to (planning, attempt, landing, commands, ending). *Settle* does what the state now allows:
 * the same passes after every event, in the order that `settle.ts` lists. A handler that makes a task ready does not start it,
 * so that no handler can forget to.
 *
 * Properties
 * - Pure. No clock, no chance, no calls. The same state and event give the same state and effects.
 * - One event at a time. The loop holds the feature's lock. The state is a copy that a handler may mutate.
 * - Every event is applied, or ignored with a reason that the history records.
 * - Only a task's last attempt counts, by its number. Whatever an older one does is `stale-attempt`.
 * - A task starts only when what it depends on is done, from a tip that was read after the last merge, within slots and budget.
 * - One writer per branch. The feature owns it until its pull is submitted and again after the lane ejects it; in between the
 *   lane does.
 * - Every wait has a timer: `attempt:<id>`, `wait:<task>`, `breaker`, `launch`, `sweep`; effects have tries of their own.
 * - Nothing starts and nothing merges during a hold. Nothing runs after the end.
 *
 * Where events come from
 * - People, by webhook or by sweep: labels, commands, edits, closing. Both copies of a comment and of the first
 *   label carry one key, so that they count once. Of the others the second copy changes nothing.
 * - Effects: what each came to, or that it was given up (`effect.failed`).
 * - Lanes: why an entry waits, that it landed, was ejected, or left.
 * - Timers, hints ("read this again"), and the feature itself: a sweep sends what no webhook announced.
 *
 * Races, and what decides them
 * 1. A run ends before its number is known, and its webhook finds nobody: every dispatch is followed by an observation.
 * 2. A run starts while its attempt is given up: its number, when it comes, cancels it again.
 * 3. A change is promoted, or a pull opens, while the feature is cancelled: the branch is deleted, the pull is closed.
 * 4. A person merges a pull at any time, whatever its task was doing: LANDED leads to done from every stage, and an attempt
 *    under way is cancelled.
 * 5. A feature is given up while its lane merges: it is over, or rolls back, and the late landing is recorded. A rollback
 *    waits for each lane's last word (`awaiting`), and takes the late landing back too.
 * 6. Merges are reported in another order than they happened: only a fresh observation of a branch counts (`observeTarget`).
 * 7. Somebody resumes, or labels again, just before somebody else stops: what was asked for in an earlier round than the stop
 *    (`stoppedIn`) lifts nothing.
 * 8. The plan changes between reading and approving: an approval counts only if it was written after that version was shown,
 *    or names it.
 * 9. Another plan was asked for than the one that arrives: only `planVersion` counts. A late plan is paid for, and dropped.
 * 10. The permission of a later command is known first: commands of one person are carried out in the order in which they were given.
 *     Those of other people do not wait for them, so that a stranger delays nobody.
 * 11. Somebody pushes onto a branch of ours: nothing is forced. Their head is judged like any other, or a person is asked.
 * 12. An issue is labelled again while effects of its former life are under way: the new life is another aggregate, and has
 *    other branches and numbers of attempts (`ending/lives.ts`).
 * 13. A branch that tasks land on is deleted: the feature parks, and says at which commit to restore it.
 *
 * Races that are accepted
 * - During a hold running attempts continue, and their changes are promoted. Stopping them would waste what they cost.
 * - A budget may be exceeded by what is in flight when the last report comes. An attempt's own limits bound that.
 * - An attempt that is dispatched in the moment of a cancellation may run until its cancellation reaches GitHub.
 * - A label that was off for less than a sweep, and whose webhooks were lost, stopped nothing.
 *
 * Designs that were dropped
 * - One XState actor with spawned children per task: it persists 3 to 300 events a second, pure transitions 14,000.
 * - `after` and `invoke` in the machines: a wait that lives in a process ends with it. A wait is a timer, and its end an event.
 * - A stage for each kind of hold: stages multiply, and a task forgets what it was doing. A hold is a field beside the stage.
 * - Starting tasks wave by wave: the slowest task of a wave would hold up everything behind it.
 * - Starting tasks in the handler that made them ready: several did, and each forgot another condition.
 */
import type { Effect } from "../effect.ts";
import type { FeatureEvent } from "../event.ts";
import { topics } from "../keys.ts";
import {
  onChangePromoted,
  onChangeRefused,
  onChangeWritten,
  onPullOpened,
  onPullRefused,
  onRevertWritten,
} from "./attempt/promoting.ts";
import { onAttemptDispatched, onAttemptObserved } from "./attempt/running.ts";
import { onUnlabelled } from "./commands/holding.ts";
import { onCommandGiven, onPermissionObserved } from "./commands/receiving.ts";
import { attemptIdOf, type Draft, type Reaction } from "./draft.ts";
import { onEffectFailed } from "./effect-failures.ts";
import { onClosingObserved, onIssueClosed, onIssueGone, onIssueReopened } from "./ending/issue-closed.ts";
import { passOn } from "./ending/lives.ts";
import { onRepositoryObserved } from "./ending/repository-closed.ts";
import { onSubIssueObserved } from "./ending/sub-issues.ts";
import { onEntryEjected, onEntryExplained, onEntryHealed, onEntryLanded, onEntryLeft } from "./landing/entries.ts";
import { onBranchCreated, onBranchObserved } from "./landing/targets.ts";
import { newFeature, onFeatureObserved, onFirstLabelled, onLabelledAgain } from "./planning/admission.ts";
import { onIssueEdited } from "./planning/approval.ts";
import { onPlanFailed, onPlanMade, onPlanQuestioned } from "./planning/making.ts";
import { onPlanFiled, onPlanShown } from "./planning/showing.ts";
import { onHinted, onIssueObserved } from "./reconciling.ts";
import { settle } from "./settle.ts";
import { isActive } from "./stages.ts";
import type { FeatureState } from "./state.ts";
import { isOver, isUnderWay } from "./state.ts";
import { currentAttempt, watchedSubIssue } from "./task.ts";
import { onTimerDue } from "./timers.ts";

/** Mutates `before`, which becomes the next state. `decide` passes a copy of its own. */
export function decideFeature(
  before: FeatureState | null,
  envelope: { id: string; at: number; event: FeatureEvent },
): { state: FeatureState | null; effects: Effect[]; ignored: Reaction } {
  const { id, at, event } = envelope;
  const draftOf = (state: FeatureState): Draft => ({ state, at, eventId: id, effects: [] });
  if (before !== null) {
    const draft = draftOf(before);
    return concluded(draft, evolve(draft, event));
  }
  if (event.type !== "feature.labelled") return { state: null, effects: [], ignored: "not-accepted-here" };
  const draft = draftOf(newFeature(event, at));
  return concluded(draft, onFirstLabelled(draft, event));
}

function concluded(draft: Draft, ignored: Reaction): { state: FeatureState; effects: Effect[]; ignored: Reaction } {
  settle(draft);
  const { state, effects } = draft;
  if (ignored === null && state.base !== null) {
    effects.push({ type: "status.publish", repo: state.repo, issue: state.issue.number });
  }
  return { state, effects, ignored };
}

/** Writes down what happened. */
function evolve(draft: Draft, event: FeatureEvent): Reaction {
  if (passOn(draft, event)) return "passed-on";
  switch (event.type) {
    // Planning
    case "feature.labelled":
      return onLabelledAgain(draft, event);
    case "feature.observed":
      return onFeatureObserved(draft, event);
    case "plan.made":
      return onPlanMade(draft, event);
    case "plan.failed":
      return onPlanFailed(draft, event);
    case "plan.questioned":
      return onPlanQuestioned(draft, event);
    case "plan.shown":
      return onPlanShown(draft, event);
    case "plan.filed":
      return onPlanFiled(draft, event);
    case "issue.edited":
      return onIssueEdited(draft, event);

    // Attempts
    case "attempt.dispatched":
      return onAttemptDispatched(draft, event);
    case "attempt.observed":
      return onAttemptObserved(draft, event);
    case "change.written":
      return onChangeWritten(draft, event);
    case "change.promoted":
      return onChangePromoted(draft, event);
    case "change.refused":
      return onChangeRefused(draft, event);
    case "revert.written":
      return onRevertWritten(draft, event);
    case "pull.opened":
      return onPullOpened(draft, event);
    case "pull.refused":
      return onPullRefused(draft, event);

    // Landing
    case "entry.explained":
      return onEntryExplained(draft, event);
    case "entry.landed":
      return onEntryLanded(draft, event);
    case "entry.ejected":
      return onEntryEjected(draft, event);
    case "entry.healed":
      return onEntryHealed(draft, event);
    case "entry.left":
      return onEntryLeft(draft, event);
    case "branch.created":
      return onBranchCreated(draft, event);
    case "branch.observed":
      return onBranchObserved(draft, event);

    // People
    case "command.given":
      return onCommandGiven(draft, event);
    case "permission.observed":
      return onPermissionObserved(draft, event);
    case "feature.unlabelled":
      return onUnlabelled(draft, event);
    case "issue.closed":
      return onIssueClosed(draft, event);
    case "issue.gone":
      return onIssueGone(draft, event);
    case "issue.reopened":
      return onIssueReopened(draft);
    case "closing.observed":
      return onClosingObserved(draft, event);
    case "sub-issue.observed":
      return onSubIssueObserved(draft, event);

    // Time, hints, and what could not be done
    case "hinted":
      return onHinted(draft, event);
    case "repository.observed":
      return onRepositoryObserved(draft, event);
    case "issue.observed":
      return onIssueObserved(draft, event);
    case "timer.due":
      return onTimerDue(draft, event);
    case "effect.failed":
      return onEffectFailed(draft, event);
  }
}

/** The topics through which hints find this feature. */
export function featureRoutes(state: FeatureState): string[] {
  if (isOver(state)) return [];
  const routes = [topics.issue(state.repo, state.issue.number), topics.repository(state.repo)];
  for (const target of isUnderWay(state) ? [state.base, state.land] : []) {
    if (target !== null) routes.push(topics.rewritten(state.repo, target.branch));
  }
  for (const task of state.tasks) {
    if (task.pull !== null) routes.push(topics.conversation(state.repo, task.pull));
    const subIssue = watchedSubIssue(task);
    if (subIssue !== null) routes.push(topics.subIssue(state.repo, subIssue.number));
    const attempt = isActive(task.stage) ? currentAttempt(task) : undefined;
    if (attempt !== undefined) routes.push(topics.attempt(state.repo, attemptIdOf(state, task, attempt.number)));
  }
  return routes;
}
