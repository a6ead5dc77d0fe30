/** Writes what an agent reads of its task, cut to the size that a workflow input may have. */
import { type Brief, type BriefFacts, MAX_BRIEF_BYTES } from "../../core/attempt.ts";
import type { FailureDetail } from "../../core/failure.ts";
import { causeText } from "../explain/cause.ts";
import { descriptionText, titleText } from "../task.ts";

export function writeBrief(facts: BriefFacts): Brief {
  const { acceptance: _, checks: __, failure, ...rest } = facts;
  const history =
    failure === null
      ? []
      : [
          { title: `The last attempt ended as ${failure.class}`, text: causeText(failure.cause) },
          ...failure.details.map((detail) => ({ title: titleOf(detail.of), text: detail.text })),
        ];
  return cutToSize({
    ...rest,
    title: titleText(facts.title),
    description: described(facts),
    history,
    dependencies: facts.dependencies.map((one) => ({ ...one, title: titleText(one.title) })),
    siblings: facts.siblings.map((one) => ({ ...one, title: titleText(one.title) })),
  });
}

function titleOf(of: FailureDetail["of"]): string {
  switch (of.kind) {
    case "check":
      return `${of.name} failed`;
    case "review":
      return `@${of.by} asked for changes`;
    case "unknown":
      return of.title;
  }
}

function described({ description, acceptance, checks }: BriefFacts): string {
  const facts = acceptance.length === 0 ? [] : ["Acceptance criteria:", ...acceptance.map((fact) => `- ${fact}`)];
  const judged = checks.length === 0 ? [] : [`These checks will judge it: ${checks.join(", ")}.`];
  return [descriptionText(description), facts.join("\n"), ...judged].filter((part) => part !== "").join("\n\n");
}

/** Shorten the longest texts until the brief fits. What can't be cut further is small: ids, titles, numbers. */
function cutToSize(brief: Brief): Brief {
  let cut = brief;
  for (
    let limit = 20_000;
    new TextEncoder().encode(JSON.stringify(cut)).length > MAX_BRIEF_BYTES && limit >= 100;
    limit /= 2
  ) {
    cut = {
      ...cut,
      issue: { ...cut.issue, body: shorten(cut.issue.body, limit) },
      description: shorten(cut.description, limit),
      files: cut.files.slice(0, limit),
      history: cut.history.map((item) => ({ ...item, text: shorten(item.text, limit) })),
      dependencies: cut.dependencies.map((dependency) => ({
        ...dependency,
        summary: shorten(dependency.summary, limit),
        // Drops notes before summaries when little room is left.
        notes: limit < 500 ? [] : dependency.notes.slice(0, 10).map((note) => shorten(note, limit)),
      })),
      siblings: cut.siblings.map((sibling) => ({ ...sibling, files: sibling.files.slice(0, limit / 1_000) })),
    };
  }
  return cut;
}

/** The beginning and the end: causes stand at either. */
function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  return `${text.slice(0, half)}\n… (${text.length - 2 * half} characters left out) …\n${text.slice(-half)}`;
}
