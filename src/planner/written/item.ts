/**
 * One line of a task list: `parser: Parse fields (after: lexer) [files: src/csv/**] [size: M] [role: research]`. Where the
 * line begins with no id of its own, as in most lists, it is a step, and comes after the one before it.
 */
import { visibleMarkdown } from "../../messages/agent/untrusted.ts";

export interface Line {
  /** null: it names none. */
  id: string | null;
  title: string;
  /** null: it does not say. */
  after: string[] | null;
  files: string[];
  /** As written; `problems.ts` checks it. */
  size: string | null;
  role: string | null;
  /** Marked `[P]`: it may run beside the steps around it. */
  parallel: boolean;
  /** It has an id that stands before a colon, or says what it comes after: its order is written down. */
  explicit: boolean;
}

/** A box of the list: its line, with what stands around it. */
export interface Item extends Line {
  line: number;
  done: boolean;
  description: string;
}

const TAGS = ["after", "files", "size", "role"] as const;
type Tag = (typeof TAGS)[number];

/** Ids as tools number their tasks: `T001 Title`, `1. Title`, `2.1 Title`. */
const NUMBERED = /^(T\d{1,5}(?=[ :])|\d+(?:\.\d+)+(?=\.? )|\d+(?=\. ))[.:]? +/;
/** With or without the marks of bold type or code. */
const NAMED = /^[*_`]{0,2}([A-Za-z0-9-]{1,40})(?:[*_`]{0,2}:|:[*_`]{0,2})\s+/;

export function readLine(text: string): Line {
  const { rest, tags, parallel } = takeTags(visibleMarkdown(text).replace(/\\([!-/:-@[-`{-~])/g, "$1"));
  const line = rest.replace(/\s+/g, " ").trim();
  const named = NAMED.exec(line);
  const begin = named ?? NUMBERED.exec(line);
  const after = tags.get("after");
  return {
    id: begin?.[1]?.toLowerCase().replaceAll(".", "-") ?? null,
    title: line.slice(begin?.[0].length ?? 0).trim(),
    after: after === undefined ? null : words(after).map((id) => id.toLowerCase().replaceAll(".", "-")),
    files: words(tags.get("files") ?? ""),
    size: tags.get("size")?.toUpperCase() ?? null,
    role: tags.get("role")?.toLowerCase() ?? null,
    parallel,
    explicit: named !== null || after !== undefined,
  };
}

function words(list: string): string[] {
  return list.split(/[\s,]+/).flatMap((word) => word.replace(/^`+|`+$/g, "") || []);
}

/** A tag said twice adds to itself; brackets that hold anything else stay where they are. */
function takeTags(text: string): { rest: string; tags: Map<Tag, string>; parallel: boolean } {
  const tags = new Map<Tag, string>();
  let parallel = false;
  let rest = "";
  for (let at = 0; at < text.length; at += 1) {
    const end = text[at] === "(" || text[at] === "[" ? closing(text, at) : -1;
    const inner = text.slice(at + 1, Math.max(end, at + 1));
    const said = /^\s*(after|files|size|role)\s*:([\s\S]*)$/i.exec(inner);
    const tag = TAGS.find((one) => one === said?.[1]?.toLowerCase());
    // A link's text is no tag.
    if (end < 0 || text[end + 1] === "(") rest += text[at];
    else if (tag !== undefined) {
      tags.set(tag, `${tags.get(tag) ?? ""} ${said?.[2] ?? ""}`.trim());
      at = end;
    } else if (inner.trim().toUpperCase() === "P" && text[at] === "[") {
      parallel = true;
      at = end;
    } else rest += text[at];
  }
  return { rest, tags, parallel };
}

/** Limits how far the end of a tag is looked for. File names may hold brackets. */
const LONGEST_TAG = 4_000;

function closing(text: string, from: number): number {
  const [open, close] = text[from] === "(" ? ["(", ")"] : ["[", "]"];
  let depth = 0;
  for (let at = from; at < Math.min(text.length, from + LONGEST_TAG); at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close && --depth === 0) return at;
  }
  return -1;
}
