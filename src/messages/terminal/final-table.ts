/** Writes the outcome of each task for a terminal. Merged tasks come first, in the order of their merges. */
import type { FeatureState } from "../../core/feature/state.ts";
import { landingOf, type Task } from "../../core/feature/task.ts";
import { shortSha, stages } from "../words.ts";
import { columns } from "./columns.ts";

export function finalTable(state: FeatureState): string[] {
  const place = (task: Task) => landingOf(task)?.order ?? Number.POSITIVE_INFINITY;
  const tasks = state.tasks.toSorted((left, right) => (place(left) < place(right) ? -1 : 1));
  return columns([["task", "state", "pull", "merged", "attempts", "tested = merged"], ...tasks.map(row)]);
}

function row(task: Task): string[] {
  const kinds = task.attempts.map((attempt) => attempt.kind).join(", ");
  return [
    task.plan.id,
    stages[task.stage].word,
    task.pull === null ? "-" : `#${task.pull}`,
    String(landingOf(task)?.order ?? "-"),
    kinds === "" ? "-" : `${task.attempts.length} (${kinds})`,
    trees(task),
  ];
}

function trees(task: Task): string {
  const landing = landingOf(task);
  if (landing === null) return "-";
  const { testedTree, landedTree } = landing;
  if (testedTree === landedTree) return `✓ ${shortSha(landedTree)}`;
  return `✗ tested ${shortSha(testedTree)}, merged ${shortSha(landedTree)}`;
}
