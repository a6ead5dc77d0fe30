/** Maps this core's names to those of the other checkout, and lists the fields that hold text. */
import type { Brief, BriefFacts } from "../../../src/core/attempt.ts";
import type { Failure } from "../../../src/core/failure.ts";
import type { TaskDescription, TaskTitle } from "../../../src/core/plan.ts";
import { writeBrief } from "../../../src/messages/agent/brief.ts";
import type { OtherCore } from "./other-core.ts";
import type { Fields } from "./step-form.ts";

/**
 * Fields with text for people, anywhere in an effect. Each core chooses its own text; the comparison checks only that
 * there is some.
 */
const WORDS: ReadonlySet<string> = new Set([
  "cause",
  "reason",
  "standing",
  "details",
  "problems",
  "errors",
  "history",
  "fault",
  "refusal",
]);

/** Names that only have to map one to one. */
export const OPAQUE = ["timer", "key"] as const;

/** Pairs of `[old, new]`. */
const EFFECT_TYPES: readonly Pair[] = [["tell", "send"]];
const NOTICES: readonly Pair[] = [
  ["unauthorised-order", "unauthorised-command"],
  ["malformed-order", "malformed-command"],
  ["refused-order", "refused-command"],
];
type Pair = readonly [old: string, now: string];

/** Converts the other core's effect to this core's names. */
export function renamed(dialect: OtherCore["dialect"], theirs: Fields): Fields {
  if (dialect === "same") return theirs;
  const effect: Fields = { ...theirs, type: toNew(EFFECT_TYPES, theirs.type) };
  if (effect.type === "notice.post") {
    const { about, ...rest } = effect.notice as { about: string };
    const reason = about === "malformed-order" ? "fault" : "refusal";
    const said = fieldRenamed(fieldRenamed(rest, "reason", reason), "errors", "problems");
    return { ...effect, notice: { about: toNew(NOTICES, about), ...said } };
  }
  if (effect.type === "send") return { ...effect, event: newEvent(effect.event as Fields) };
  if (effect.type === "plan.make") return { ...effect, policy: fieldRenamed(effect.policy, "isolation", "overlap") };
  return effect;
}

/** Converts an event that the other core sends to another aggregate to this core's names. */
function newEvent(theirs: Fields): Fields {
  if (theirs.type === "order.given") {
    const { order, ...rest } = theirs;
    return { ...rest, type: "command.given", command: fieldRenamed(order, "reason", "fault") };
  }
  if (theirs.type === "entry.explained") {
    const { explanation, actor, ...rest } = theirs;
    return { ...rest, standing: `${explanation}, says ${actor}` };
  }
  return theirs;
}

/** Names why an entry is not merging. Two standings differ exactly when the other core's sentences or actors differ. */
export function standingName(effect: Fields): string | null {
  const event = effect.type === "send" ? (effect.event as Fields) : null;
  return event?.type === "entry.explained" ? JSON.stringify(event.standing) : null;
}

/** Converts an event from outside to the other core's names. */
export function oldEvent(event: Fields): Fields {
  return oldNames(withSentences(event));
}

/** Replaces values by sentences, which the other core expects. Only their presence matters to it. */
function withSentences(event: Fields): Fields {
  const sentences = (values: unknown) => (values as unknown[]).map((value) => JSON.stringify(value));
  switch (event.type) {
    case "feature.observed":
      return { ...event, problems: sentences(event.problems), warnings: sentences(event.warnings) };
    case "command.given":
      return { ...event, command: fieldRenamed(event.command, "fault", "reason", JSON.stringify) };
    case "issue.observed": {
      const observation = event.observation as { commands: { command: unknown }[] };
      const commands = observation.commands.map(({ command, ...rest }) => ({
        ...rest,
        command: fieldRenamed(command, "fault", "reason", JSON.stringify),
      }));
      return { ...event, observation: { ...observation, commands } };
    }
    default:
      return event;
  }
}

function oldNames(event: Fields): Fields {
  switch (event.type) {
    case "effect.failed":
      return { ...fieldRenamed(event, "effect", "command"), type: event.type, failure: oldFailure(event.failure) };
    case "plan.failed":
    case "change.refused":
      return { ...event, failure: oldFailure(event.failure) };
    case "failure.read":
      return { ...event, details: oldDetails(event.details) };
    case "attempt.observed": {
      const outcome = event.outcome as { findings: { path: string; finding: unknown }[] } | null;
      const findings = outcome?.findings.map(({ path, finding }) => ({ path, finding: sentence(finding) }));
      const problem = event.problem === null ? null : sentence(event.problem);
      return { ...event, outcome: outcome === null ? null : { ...outcome, findings }, problem };
    }
    case "command.given":
      return { ...fieldRenamed(event, "command", "order"), type: "order.given" };
    case "issue.observed": {
      const observation = event.observation as { commands: unknown[] };
      const orders = observation.commands.map((one) => fieldRenamed(one, "command", "order"));
      return { ...event, observation: { ...fieldRenamed(observation, "commands", "orders"), orders } };
    }
    case "feature.observed":
      return { ...event, policy: fieldRenamed(event.policy, "overlap", "isolation") };
    default:
      return event;
  }
}

function oldFailure(failure: unknown): Failure1 {
  const { class: of, cause, details } = failure as Failure;
  return { class: of, cause: sentence(cause), details: oldDetails(details) };
}

function oldDetails(details: unknown): Failure1["details"] {
  return (details as Failure["details"]).map(({ of, text }) => ({ title: sentence(of), text }));
}

interface Failure1 {
  class: string;
  cause: string;
  details: { title: string; text: string }[];
}

/** Stands for the text of a value: equal values give equal texts, different values different ones. */
function sentence(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Replaces the values of an effect by the text that they stand for: titles, descriptions, and the brief that an agent
 * receives. One core writes these texts; the other's loop does.
 */
export function written(effect: Fields): Fields {
  const titled = withTitles(effect) as Fields;
  const brief = titled.brief as BriefFacts | Brief | undefined;
  return brief !== undefined && "failure" in brief ? { ...titled, brief: writeBrief(brief) } : titled;
}

function withTitles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTitles);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]) => {
      if (field === "title") return [field, oldTitle(part)];
      return [field, field === "description" ? oldDescription(part) : withTitles(part)];
    }),
  );
}

/** Writes the title of a task that Headgate added as 8bfd912 did. */
function oldTitle(title: TaskTitle): string {
  if (typeof title === "string") return title;
  return title.kind === "undo" ? `Take back ${title.task}` : title.issueTitle;
}

function oldDescription(description: TaskDescription): string {
  if (typeof description === "string") return description;
  if (description.kind === "undo") {
    return `The feature was given up. This reverts ${description.merge}, which landed the task ${description.task}.`;
  }
  return `It brings together: ${description.tasks.map(({ id, title }) => `${id} (${title})`).join(", ")}.`;
}

function toNew(pairs: readonly Pair[], name: string): string {
  return pairs.find(([old]) => old === name)?.[1] ?? name;
}

function fieldRenamed(
  value: unknown,
  from: string,
  to: string,
  written: (part: unknown) => unknown = (part) => part,
): Record<string, unknown> | null {
  if (value === null || typeof value !== "object") return null;
  const entries = Object.entries(value).map(([field, part]) => {
    return field === from ? ([to, written(part)] as const) : ([field, part] as const);
  });
  return Object.fromEntries(entries);
}

/** Removes text and opaque names. */
export function wordless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wordless);
  if (typeof value !== "object" || value === null) return value;
  const left: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(value)) {
    if (part === undefined) continue;
    left[field] = WORDS.has(field) ? placeholder(part) : wordless(part);
  }
  return left;
}

function placeholder(words: unknown): unknown {
  if (Array.isArray(words)) return words.map(() => "…");
  return words === null ? null : "…";
}
