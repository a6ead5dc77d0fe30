/** The plan for a terminal: its waves from top to bottom, each task with what it needs. */
import type { FeatureState } from "../../core/feature/state.ts";
import { findTask } from "../../core/feature/state.ts";
import { waves } from "../../core/plan.ts";
import { oneLine } from "../sanitise.ts";
import { titleText } from "../task.ts";
import { columns } from "./columns.ts";

export function planTree(state: FeatureState): string[] {
  const plan = state.tasks.map((task) => ({ id: task.plan.id, dependsOn: task.plan.dependsOn }));
  const rows = waves(plan).levels.flatMap((level, wave) =>
    level.map((id, index) => {
      const task = findTask(state, id)?.plan;
      const needs = task === undefined || task.dependsOn.length === 0 ? "" : `← ${task.dependsOn.join(", ")}`;
      return [index === 0 ? String(wave + 1) : "", id, oneLine(titleText(task?.title ?? ""), 60), needs];
    }),
  );
  return columns(rows);
}
