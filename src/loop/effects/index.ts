/** What each command does outside. Exhaustive: a new command does not compile until it is done here. */
import type { Effect } from "../../core/command.ts";
import { commandKey } from "../../core/command.ts";
import type { Event } from "../../core/event.ts";
import type { Inside } from "../remembered.ts";
import { cancelAttempt, dispatchAttempt, observeAttempt, promoteChange } from "./attempts.ts";
import { createBranch, writeRevert } from "./landing.ts";
import { compareHeads, observeFeature, observeIssue, observePull, readFailure } from "./looking.ts";
import { closeIssue, filePlan, makePlan } from "./planning.ts";
import { mergePull, openPull, rerunChecks, updatePull } from "./pulls.ts";
import { postNotice, publishPlan, publishStatus } from "./talking.ts";
import type { Told } from "./told.ts";

/** Run one effect. `leaseId` tells one run of a repeated command from the next. */
export async function perform(outside: Inside, aggregate: string, command: Effect, leaseId: string): Promise<Told[]> {
  const { github } = outside;
  const tell = (event: Event): Told[] => [{ aggregate, key: `${commandKey(command)}=${leaseId}`, event }];
  switch (command.type) {
    case "feature.observe":
      return tell(await observeFeature(outside, command));
    case "permission.observe": {
      const permission = await github.permission(command.repo, command.by);
      return tell({ type: "permission.observed", comment: command.comment, by: command.by, permission });
    }
    case "issue.observe":
      return tell(await observeIssue(outside, command));
    case "plan.make":
      return tell(await makePlan(outside, command));
    case "attempt.dispatch":
      return tell(await dispatchAttempt(outside, command));
    case "attempt.observe":
      return tell(await observeAttempt(outside, command));
    case "attempt.cancel":
      await cancelAttempt(outside, command);
      return [];
    case "change.promote":
      return tell(await promoteChange(outside, command));
    case "branch.create":
      return tell(await createBranch(outside, command));
    case "revert.write":
      return tell(await writeRevert(outside, command));
    case "pull.open":
      return tell(await openPull(outside, command));
    case "pull.observe":
      return tell(await observePull(outside, command));
    case "branch.observe": {
      const { branch, seq } = command;
      return tell({ type: "branch.observed", branch, seq, sha: await github.branchTip(command.repo, branch) });
    }
    case "failure.read":
      return tell(await readFailure(outside, command));
    case "heads.compare":
      return tell(await compareHeads(outside, command));
    case "pull.update":
      return tell(await updatePull(outside, command));
    case "checks.rerun":
      return tell(await rerunChecks(outside, command));
    case "pull.merge":
      return tell(await mergePull(outside, command));
    case "pull.close":
      await github.closePull(command.repo, command.pull);
      return [];
    case "branch.delete":
      await github.deleteBranch(command.repo, command.branch);
      return [];
    case "status.publish":
      await publishStatus(outside, aggregate, command);
      return [];
    case "plan.publish":
      return tell(await publishPlan(outside, aggregate, command));
    case "plan.file":
      await filePlan(outside, command);
      return [];
    case "notice.post":
      await postNotice(outside, command);
      return [];
    case "reaction.add":
      await github.react(command.repo, command.comment, command.content);
      return [];
    case "issue.close":
      await closeIssue(outside, command);
      return [];
  }
}
