/**
 * Finds the steps that fetch what a pull proposes. Where the base's workflow runs with the base's secrets, that is how an agent's code
 * gets at them.
 */
import type { WorkflowJob } from "../../core/preflight/index.ts";
import { expressionsIn } from "./expressions.ts";

type TakesHead = WorkflowJob["takesHead"];

/** The head of a pull or of the run before, as expressions and shells name it. Bounded, since anybody writes the text. */
const HEAD = new RegExp(
  [
    /github\.event\.pull_request\.(?:head|merge_commit_sha)/,
    /github\.event\.(?:issue\.)?pull_request\.(?:diff|patch)_url/,
    /github\.event\.workflow_run\.(?:head|pull_requests)/,
    /github\.event\.check_(?:suite|run)\.(?:head|check_suite|pull_requests)/,
    /github\.head_ref|GITHUB_HEAD_REF|refs\/pull\/|\bpull\/.{1,120}\/(?:head|merge)\b/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "i",
);
const CHECKS_OUT = /\bgh\s{1,9}(?:pr\s{1,9}checkout|co)\b|\bhub\s{1,9}(?:pr\s{1,9})?checkout\b/i;
const SHOWS_CHANGE = /\bgh\s{1,9}pr\s{1,9}diff\b/i;
const APPLIES_CHANGE = /\bgit\s{1,9}(?:apply|am)\b|\bpatch\b/i;
const GIT =
  /\bgit\b[^\n;&|]{1,200}\b(?:fetch|pull|checkout|switch|clone|merge|reset|worktree|rebase|cherry-pick|apply|am)\b/i;
/** Reads files that another run made. */
const DOWNLOADS =
  /download[-\w]{0,40}artifact|\bgh\s{1,9}run\s{1,9}download\b|actions\/(?:runs|artifacts)\/\S{1,200}(?:artifacts|zip)/i;
/** Refs that are the base's whatever the pull is. */
const OF_BASE =
  /^\s*github\.(?:sha|ref|ref_name|base_ref|workflow_sha|repository|event\.pull_request\.base\.[\w.]+|event\.repository\.[\w.]+)\s*$/i;

export interface HeadStep {
  run?: string | null | undefined;
  uses?: string | null | undefined;
  with?: Record<string, unknown> | null | undefined;
  env?: unknown;
}

/** `around`: the environment of the job and the workflow. */
export function headTaken(steps: readonly HeadStep[], around: readonly string[]): TakesHead {
  const found = steps.map((step) => takenBy(step, around));
  return found.find((one) => one === "yes") ?? found.find((one) => one === "maybe") ?? "no";
}

function takenBy({ run, uses, with: given, env }: HeadStep, around: readonly string[]): TakesHead {
  if (run != null) {
    const isNamed = [run, ...textsOf(env), ...around].some((text) => HEAD.test(text));
    const usesGit = GIT.test(run);
    if (CHECKS_OUT.test(run) || (usesGit && HEAD.test(run))) return "yes";
    if (SHOWS_CHANGE.test(run) && APPLIES_CHANGE.test(run)) return "yes";
    // A variable may hold the head, or the number of the pull, which is all that a fetch needs.
    return isNamed || (usesGit && run.includes("$")) || DOWNLOADS.test(run) ? "maybe" : "no";
  }
  if (uses == null) return "no";
  // The file of an action of the repository itself is not read.
  if (uses.startsWith("./")) return "maybe";
  const refs = ["ref", "repository"].flatMap((input) => textsOf([given?.[input]]));
  if (refs.some((ref) => HEAD.test(ref))) return "yes";
  const isNamed = [...textsOf(given), ...textsOf(env)].some((text) => HEAD.test(text));
  return isNamed || refs.some(hasOpenExpression) || DOWNLOADS.test(uses) ? "maybe" : "no";
}

/** An output of another step, a variable or an input may name anything. */
function hasOpenExpression(text: string): boolean {
  return [...expressionsIn(text)].some(({ start, end }) => !OF_BASE.test(text.slice(start + 3, end - 2)));
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter((part) => typeof part === "string");
}
