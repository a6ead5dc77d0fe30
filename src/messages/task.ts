/** Puts the titles and descriptions of tasks into words, also of those that Headgate adds to a plan. */
import type { TaskDescription, TaskTitle } from "../core/plan.ts";

export function titleText(title: TaskTitle): string {
  if (typeof title === "string") return title;
  switch (title.kind) {
    case "whole-feature":
      return title.issueTitle;
    case "undo":
      return `Revert task ${title.task}`;
  }
}

export function descriptionText(description: TaskDescription): string {
  if (typeof description === "string") return description;
  switch (description.kind) {
    case "whole-feature":
      return `Merge the feature's tasks into the base branch together: ${description.tasks.map(({ id, title }) => `${id} (${title})`).join(", ")}.`;
    case "undo":
      return `The feature was cancelled. Revert ${description.merge}, the merge of its task ${description.task}.`;
  }
}
