/** Reads from `runs-on` on which runners a job may run. */
import type { WorkflowJob } from "../../core/preflight/index.ts";
import { type MatrixValues, possibleValues } from "./expressions.ts";

/** GitHub's own runners. https://docs.github.com/actions/reference/runners/github-hosted-runners */
const HOSTED =
  /^(?:ubuntu|windows|macos)-(?:latest|slim|\d{2,4}(?:\.\d{2})?)(?:-(?:arm|large|xlarge|intel|vs\d{4}))?$/i;

type Runner = WorkflowJob["runner"];

/** A group, or a label that is not GitHub's, may stand for any runner. Self-hosted ones need not bear the label `self-hosted`. */
export function runnerOf(runsOn: unknown, matrix: MatrixValues): Runner {
  // A job that names none calls a workflow, or GitHub refuses it.
  if (runsOn === undefined) return { kind: "hosted", shown: "" };
  const texts = textsIn(runsOn).slice(0, MAX_LABELS);
  const shown = texts.join(", ");
  // Labels add up, so that one of them decides whatever the others are.
  if (texts.some((text) => text.toLowerCase() === SELF_HOSTED)) return { kind: "self-hosted", shown };
  const values = texts.map((text) => possibleValues(text, matrix));
  const labels = values.flatMap((some) => some ?? []).flatMap(textsIn);
  if (labels.some((label) => label.toLowerCase() === SELF_HOSTED)) return { kind: "self-hosted", shown };
  const isKnown = labels.length > 0 && values.every((some) => some !== null) && labels.every((one) => HOSTED.test(one));
  return { kind: isKnown && !hasGroup(runsOn) ? "hosted" : "unknown", shown };
}

const SELF_HOSTED = "self-hosted";
const MAX_LABELS = 20;

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.filter((label) => typeof label === "string");
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((part) =>
    typeof part === "object" && !Array.isArray(part) ? [] : textsIn(part),
  );
}

function hasGroup(runsOn: unknown): boolean {
  return typeof runsOn === "object" && runsOn !== null && Object.hasOwn(runsOn, "group");
}
