/** A plan and what it would take, for a terminal: first the line to decide on. */
import type { Analysis } from "../../core/analysis/index.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { approvalNotes, dollars, estimateNotes, planHeadline } from "../plan.ts";
import { oneLine } from "../sanitise.ts";
import { titleText } from "../task.ts";
import { columns } from "./columns.ts";

export function planSheet(state: FeatureState, analysis: Analysis, priced: boolean): string[] {
  const rows = state.tasks.map(({ plan }, index) => {
    const estimate = analysis.tasks.find((one) => one.id === plan.id);
    return [
      String(index + 1),
      plan.id,
      oneLine(titleText(plan.title), 50),
      plan.dependsOn.join(", "),
      oneLine(plan.files.join(" "), 40),
      plan.role === "research" ? `${plan.size}, read-only` : plan.size,
      ...(priced ? [estimate?.model ?? "", estimate === undefined ? "" : dollars(estimate.ceilingUsd)] : []),
    ];
  });
  const why = oneLine(state.plan?.why ?? "", 400);
  return [
    planHeadline(state, analysis, priced),
    "",
    ...columns([["#", "task", "", "after", "files", "size", ...(priced ? ["model", "at most"] : [])], ...rows]),
    "",
    ...(why === "" ? [] : [`Why it is split this way: ${why}`]),
    ...approvalNotes(analysis),
    ...estimateNotes(state, analysis),
  ];
}
