/** The titles and messages of Headgate's commits, and the titles of its pulls: as it writes them, or as a repository's templates say. */
import type { Effect } from "../core/effect.ts";
import type { TaskTitle } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";
import { withoutSkips } from "../core/rules/skip-ci.ts";
import { attemptTrailers } from "./markers.ts";
import { pullTitle } from "./pull.ts";
import { oneLine, stripHidden, truncate } from "./sanitise.ts";

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

export function commitMessage(effect: EffectOf<"change.write">): string {
  return templatedMessage(effect, [], attemptTrailers(effect));
}

export function revertMessage(effect: EffectOf<"revert.write">): string {
  return templatedMessage(effect, [`This reverts commit ${effect.merge}.`], attemptTrailers(effect));
}

interface Titled {
  title: TaskTitle;
  issue: number;
  /** Left out: an older version's effect. */
  templates?: Policy["templates"] | undefined;
}

/** The title of a pull and of its commits. GitHub takes 256 characters. */
export function templatedTitle(effect: Titled): string {
  const template = effect.templates?.title ?? null;
  return template === null ? pullTitle(effect) : truncate(withoutSkips(filled(oneLine(template, 200), effect)), 250);
}

/** `title`, the paragraphs between, and one paragraph of trailers, our own last. */
export function templatedMessage(effect: Titled, paragraphs: readonly string[], trailers: string): string {
  const { message = null, trailers: more = [] } = effect.templates ?? {};
  const between = message === null ? paragraphs : [filled(stripHidden(message).trim(), effect), ...paragraphs];
  const texts = between.map(withoutSkips).filter((text) => text !== "");
  const last = [...more.map((trailer) => withoutSkips(filled(oneLine(trailer, 200), effect))), trailers].join("\n");
  return `${[templatedTitle(effect), ...texts, last].join("\n\n")}\n`;
}

function filled(template: string, effect: Titled): string {
  const title = pullTitle(effect);
  const values: Record<string, string> = { title, subject: subjectOf(title), issue: String(effect.issue) };
  return template.replace(/\{(title|subject|issue)\}/g, (_, name: string) => values[name] ?? "");
}

/** As commitlint's usual rules want it: no capital at the beginning, except of a word like `URL`, and no full stop. */
function subjectOf(title: string): string {
  const whole = title.replace(/[.\s]+$/, "");
  return /^[A-Z][^A-Z]/.test(whole) ? whole.charAt(0).toLowerCase() + whole.slice(1) : whole;
}
