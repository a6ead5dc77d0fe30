/** What each effect does outside. Exhaustive: a new effect does not compile until it is done here. */
import type { ExternalEffect } from "../../core/effect.ts";
import { effectKey } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { Inside } from "../remembered.ts";
import { cancelAttempt, dispatchAttempt, observeAttempt, promoteChange } from "./attempts.ts";
import { createBranch, writeRevert } from "./landing.ts";
import { compareHeads, observeFeature, observeIssue, observePull, readFailure } from "./observing.ts";
import type { OutcomeEvent } from "./outcome-event.ts";
import { closeIssue, filePlan, makePlan } from "./planning.ts";
import { mergePull, openPull, rerunChecks, updatePull } from "./pulls.ts";
import { postNotice, publishPlan, publishStatus } from "./talking.ts";

/** Run one effect. `leaseId` tells one run of a repeated effect from the next. */
export async function perform(
  outside: Inside,
  aggregate: string,
  effect: ExternalEffect,
  leaseId: string,
): Promise<OutcomeEvent[]> {
  const { github } = outside;
  const tell = (event: Event): OutcomeEvent[] => [{ aggregate, key: `${effectKey(effect)}=${leaseId}`, event }];
  switch (effect.type) {
    case "feature.observe":
      return tell(await observeFeature(outside, effect));
    case "permission.observe": {
      const permission = await github.permission(effect.repo, effect.by);
      return tell({ type: "permission.observed", comment: effect.comment, by: effect.by, permission });
    }
    case "issue.observe":
      return tell(await observeIssue(outside, effect));
    case "plan.make":
      return tell(await makePlan(outside, effect));
    case "attempt.dispatch":
      return tell(await dispatchAttempt(outside, effect));
    case "attempt.observe":
      return tell(await observeAttempt(outside, effect));
    case "attempt.cancel":
      await cancelAttempt(outside, effect);
      return [];
    case "change.promote":
      return tell(await promoteChange(outside, effect));
    case "branch.create":
      return tell(await createBranch(outside, effect));
    case "revert.write":
      return tell(await writeRevert(outside, effect));
    case "pull.open":
      return tell(await openPull(outside, effect));
    case "pull.observe":
      return tell(await observePull(outside, effect));
    case "branch.observe": {
      const { branch, seq } = effect;
      return tell({ type: "branch.observed", branch, seq, sha: await github.branchTip(effect.repo, branch) });
    }
    case "failure.read":
      return tell(await readFailure(outside, effect));
    case "heads.compare":
      return tell(await compareHeads(outside, effect));
    case "pull.update":
      return tell(await updatePull(outside, effect));
    case "checks.rerun":
      return tell(await rerunChecks(outside, effect));
    case "pull.merge":
      return tell(await mergePull(outside, effect));
    case "pull.close":
      await github.closePull(effect.repo, effect.pull);
      return [];
    case "branch.delete":
      await github.deleteBranch(effect.repo, effect.branch);
      return [];
    case "status.publish":
      await publishStatus(outside, aggregate, effect);
      return [];
    case "plan.publish":
      return tell(await publishPlan(outside, aggregate, effect));
    case "plan.file":
      await filePlan(outside, effect);
      return [];
    case "notice.post":
      await postNotice(outside, effect);
      return [];
    case "reaction.add":
      await github.react(effect.repo, effect.comment, effect.content);
      return [];
    case "issue.close":
      await closeIssue(outside, effect);
      return [];
  }
}
