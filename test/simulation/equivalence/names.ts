/** What the core's values are called in the checkout that is compared with, and which of their parts are words. */
import type { OtherCore } from "./other-core.ts";
import type { Fields } from "./step-form.ts";

/** Words for people, anywhere in an effect. Both cores choose them freely; only whether there are any is compared. */
const WORDS: ReadonlySet<string> = new Set([
  "cause",
  "reason",
  "explanation",
  "actor",
  "details",
  "problems",
  "errors",
  "history",
]);

/** Names that only have to be one to one. */
export const OPAQUE = ["timer", "key"] as const;

/** The other core's effect or event, as this core would write it. */
export function renamed(_dialect: OtherCore["dialect"], theirs: Fields): Fields {
  return theirs;
}

/** Without words, and without opaque names. */
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
