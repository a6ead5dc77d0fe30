/** Says why a slash command was not carried out, and what to type instead. */
import type { Refusal } from "../../core/feature/refusal.ts";
import { planProblemText } from "../problems/plan.ts";

export function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case "unknown":
      return refusal.text;
    case "permission-unknown":
      return "GitHub did not say whether you have write access. Repeat the command.";
    case "over":
      return over(refusal);
    case "overtaken":
      return "A later comment to hold or resume was carried out already, so this one changes nothing.";
    case "nothing-stopped":
      return "Nothing is on hold.";
    case "nothing-to-retry":
      return "No task waits or needs attention.";
    case "no-dollar-limit":
      return "This feature has no limit in dollars.";
    case "no-such-task": {
      const { named, tasks, rows } = refusal;
      const listed = rows ? tasks.map((id, index) => `${index + 1} ${id}`) : tasks;
      return `There is no task '${named}'. Tasks: ${listed.join(", ")}.`;
    }
    case "not-retryable":
      return `Task '${refusal.task}' is ${refusal.stage}; you can only retry a task that needs attention or waits.`;
    case "not-begun":
      return `The plan is not carried out yet. To leave task '${refusal.task}' out of it, comment /headgate plan drop ${refusal.task}.`;
    case "task-ended":
      return `Task '${refusal.task}' is ${refusal.stage} already; that can no longer change.`;
    case "brings-everything":
      return `Task '${refusal.task}' brings the other tasks to the base branch, so it cannot be left out. To end the feature without that, comment /headgate cancel; if you merged it yourself, comment /headgate done ${refusal.task}.`;
    case "no-plan":
      return `There is no plan to ${refusal.wanted} yet.`;
    case "plan-settled":
      return refusal.wanted === "approve"
        ? `This feature is ${refusal.stage}; its plan was approved.${approvable(refusal.waiting ?? [])}`
        : `This feature is ${refusal.stage}; its plan can no longer be changed.`;
    case "not-ready":
      return "Headgate cannot start here yet. Comment /headgate resume to check again.";
    case "other-version":
      return `That would approve version ${refusal.named}. ${readFirst(refusal.current)}`;
    case "planned-anew":
      return "Headgate is making another plan. Look at that one, then approve it.";
    case "plan-unseen":
      return `You wrote that before the current plan was posted. ${readFirst(refusal.current)}`;
    case "rollback-unseen":
      return "You wrote that before the reverts of what was merged had begun. They go on; comment /headgate cancel again to stop them.";
    case "nothing-to-approve":
      return `Task '${refusal.task}' does not wait for an approval now; the status comment says what it waits for.`;
    case "changes-unseen":
      return `You wrote that before it was shown which changes of task '${refusal.task}' wait for an approval. Look at #${refusal.pull}, then comment /headgate approve ${refusal.task} again.`;
    case "plan-invalid":
      return `That plan cannot be carried out: ${refusal.problems.map(planProblemText).join("; ")}.`;
  }
}

function over({ verb, stage }: Extract<Refusal, { kind: "over" }>): string {
  switch (verb) {
    case "hold":
      return `This feature is ${stage}; there is nothing to hold.`;
    case "resume":
      return `This feature is ${stage}; it cannot be resumed.`;
    case "cancel":
      return `This feature is ${stage} already.`;
    case "retry":
      return `This feature is ${stage}; its tasks cannot be retried.`;
    case "skip":
    case "done":
      return `This feature is ${stage}; its tasks can no longer change.`;
    case "approve-task":
      return `This feature is ${stage}; none of its changes waits for an approval.`;
    case "budget":
      return `This feature is ${stage}; its budget can no longer change.`;
  }
}

function approvable(tasks: readonly string[]): string {
  if (tasks.length === 0) return "";
  const commands = tasks.map((id) => `/headgate approve ${id}`).join(", ");
  return ` To approve the changes of a task that waits for it, look at its pull request, then comment: ${commands}.`;
}

function readFirst(current: number): string {
  return `The plan is version ${current} now. Look at it, then comment /headgate approve ${current}.`;
}
