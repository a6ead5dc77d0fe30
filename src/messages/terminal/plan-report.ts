/** The result of planning, for a terminal: the plan, or why there is none, and what keeps Headgate from starting. */
import { analysisOf } from "../../core/feature/planning/approval.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import type { Problem } from "../../core/preflight/index.ts";
import { parkedText } from "../explain/parked.ts";
import { problemText, warningText } from "../problems/preflight.ts";
import { oneLine } from "../sanitise.ts";
import { planSheet } from "./plan-sheet.ts";

/** Models write questions, and reasons quote anybody. */
const MAX_WORDS = 2_000;

/** `problems`: why Headgate could not start, whatever the plan. `priced` false: the engine's price is not known. */
export function planReport(state: FeatureState, problems: readonly Problem[], priced = true): string[] {
  const analysis = analysisOf(state);
  const questions = state.questions?.texts ?? [];
  const lines = analysis === null ? [] : planSheet(state, analysis, priced);
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
  list("Answer these questions, so that Headgate can plan:", questions);
  list("Headgate cannot start here yet. Fix this:", problems.map(problemText));
  list("Check this before agents' code runs here:", state.warnings.map(warningText));
  return lines;
}
