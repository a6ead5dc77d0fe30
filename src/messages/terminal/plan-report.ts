/** What came of planning, for a terminal: the plan, or why there is none, and what stands in the way. */
import { analysisOf } from "../../core/feature/planning/approval.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { parkedText } from "../explain/parked.ts";
import { oneLine } from "../sanitise.ts";
import { planSheet } from "./plan-sheet.ts";

/** A model wrote the questions, and anybody what the reasons repeat. */
const MAX_WORDS = 2_000;

/** `problems`: why nothing could begin, whatever the plan. */
export function planReport(state: FeatureState, problems: readonly string[]): string[] {
  const analysis = analysisOf(state);
  const questions = state.questions?.texts ?? [];
  const lines = analysis === null ? [] : planSheet(state, analysis);
  const { parked } = state;
  // The problems are listed below.
  if (analysis === null && questions.length === 0 && parked?.kind !== "not-ready") {
    lines.push(oneLine(parked === null ? "No plan." : parkedText(parked), MAX_WORDS));
  }
  const list = (title: string, texts: readonly string[]) => {
    if (texts.length === 0) return;
    if (lines.length > 0) lines.push("");
    lines.push(title, ...texts.map((text) => `  ${oneLine(text, MAX_WORDS)}`));
  };
  list("It cannot be planned before somebody has answered:", questions);
  list("Headgate could not start here yet:", problems);
  list("Before agents' code runs here:", state.warnings);
  return lines;
}
