/** Performs effects. Exhaustive: an effect without an executor does not compile. */
import type { EffectOf, ExternalEffect } from "../../core/effect.ts";
import { effectKey } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { Inside } from "../memory/states.ts";
import { performAttemptCancel, performAttemptDispatch, performAttemptObserve } from "./attempts.ts";
import {
  performBranchCreate,
  performBranchDelete,
  performBranchObserve,
  performChangePromote,
  performChangeWrite,
  performRevertWrite,
} from "./branches.ts";
import {
  performClosingObserve,
  performIssueClose,
  performIssueObserve,
  performNoticePost,
  performPermissionObserve,
  performReactionAdd,
  performStatusPublish,
  performSubIssueClose,
  performSubIssueObserve,
} from "./issue.ts";
import type { EffectRun, OutcomeEvent } from "./outcome-event.ts";
import { performFeatureObserve, performPlanFile, performPlanMake, performPlanPublish } from "./planning.ts";
import {
  performChecksRerun,
  performFailureRead,
  performHeadsCompare,
  performPullClose,
  performPullDescribe,
  performPullMerge,
  performPullObserve,
  performPullOpen,
  performPullUpdate,
} from "./pulls.ts";
import { performRepositoryObserve } from "./repository.ts";

/** Does one effect outside. The events say what came of it; null: the aggregate does not wait for an answer. */
type Executor<Of> = (inside: Inside, effect: Of, run: EffectRun) => Promise<Event | Event[] | null>;
type Executors = { [Type in ExternalEffect["type"]]: Executor<EffectOf<Type>> };

const executors: Executors = {
  "feature.observe": performFeatureObserve,
  "permission.observe": performPermissionObserve,
  "closing.observe": performClosingObserve,
  "issue.observe": performIssueObserve,
  "plan.make": performPlanMake,
  "plan.file": performPlanFile,
  "plan.publish": performPlanPublish,
  "attempt.dispatch": performAttemptDispatch,
  "attempt.observe": performAttemptObserve,
  "attempt.cancel": performAttemptCancel,
  "change.write": performChangeWrite,
  "change.promote": performChangePromote,
  "branch.create": performBranchCreate,
  "branch.observe": performBranchObserve,
  "branch.delete": performBranchDelete,
  "revert.write": performRevertWrite,
  "pull.open": performPullOpen,
  "pull.describe": performPullDescribe,
  "pull.observe": performPullObserve,
  "pull.update": performPullUpdate,
  "pull.merge": performPullMerge,
  "pull.close": performPullClose,
  "failure.read": performFailureRead,
  "heads.compare": performHeadsCompare,
  "checks.rerun": performChecksRerun,
  "status.publish": performStatusPublish,
  "notice.post": performNoticePost,
  "reaction.add": performReactionAdd,
  "sub-issue.observe": performSubIssueObserve,
  "sub-issue.close": performSubIssueClose,
  "issue.close": performIssueClose,
  "repository.observe": performRepositoryObserve,
};

/** Runs one effect. `lease` names one run of a repeated effect, so that each run has an outcome of its own. */
export async function performEffect(
  inside: Inside,
  effect: ExternalEffect,
  { aggregate, lease, isFirst }: EffectRun & { lease: string },
): Promise<OutcomeEvent[]> {
  // The table has the executor of an effect under the effect's type.
  const perform = executors[effect.type] as Executor<ExternalEffect>;
  const came = await perform(inside, effect, { aggregate, isFirst });
  const key = `${effectKey(effect)}=${lease}`;
  return [came ?? []].flat().map((event, index) => ({ aggregate, key: index === 0 ? key : `${key}/${index}`, event }));
}
