/** Stands where something was left out, so that the model does not take the rest for the whole. */
export const HIDDEN_MARK = "[hidden text left out]";

/** Finds where in a text something hidden ends; null: not in this one. */
type FindEnd = (text: string) => number | null;

/** Names the end of what GitHub hides at this place; null: it hides nothing. It may end in a later block. */
export interface Skipping {
  until: FindEnd | null;
}

/** `end`: the name of an element, or what its end looks like. */
export function closedBy(end: string | RegExp): FindEnd {
  return (text) => {
    const found = typeof end === "string" ? closingTag(text, end) : end.exec(text);
    return found === null ? null : found.index + found[0].length;
  };
}

function closingTag(text: string, element: string): RegExpExecArray | null {
  for (const tag of text.matchAll(/<\/([A-Za-z][^\s>]*)[^>]{0,2000}>/g)) {
    if (tag[1]?.toLowerCase() === element) return tag;
  }
  return null;
}
