/**
 * Leaves out what GitHub hides within a block: elements and attributes of HTML, titles and addresses of links, and what stands for an
 * image. Reads from left to right once, as a browser and a Markdown parser do, and where they may disagree it leaves out more.
 */
import { labelOf } from "./definitions.ts";
import { closedBy, HIDDEN_MARK, type Skipping } from "./mark.ts";

/** Elements that show nothing of what they hold, or that GitHub drops. */
const HIDDEN = new Set([
  ...[
    "template",
    "script",
    "style",
    "title",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
  ],
  ...["object", "head", "svg", "math", "select", "datalist", "dialog", "audio", "video", "canvas", "map"],
]);
const STRICT =
  /<(\/?)([A-Za-z][A-Za-z0-9-]*)((?:[ \t\n]+[A-Za-z_:][\w.:-]*(?:[ \t\n]*=[ \t\n]*(?:[^\s"'=<>`]+|"[^"]{0,2000}"|'[^']{0,2000}'))?)*)[ \t\n]*\/?>/y;
/** In a block of HTML a browser takes anything for an attribute. */
const LOOSE = /<(\/?)([A-Za-z][^\s/>]*)((?:[^"'<>]|"[^"]{0,2000}"|'[^']{0,2000}')*)>/y;
/** A value longer than these bounds. */
const ENDLESS = /<[A-Za-z][^\s<>]*\s[^<>]*?=\s{0,9}["'][^"']{2000}/y;
const AUTOLINK = /<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000}>|<[\w.+-]{1,100}@[\w.-]{1,200}>/y;
const ADDRESS =
  /\(\s{0,9}(<[^<>\n]{0,2000}>|[^\s<>"'()]{0,2000}(?:\([^\s()]{0,500}\)[^\s<>"'()]{0,2000}){0,5})(?:\s{1,9}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s{0,9}\)/y;
/** Titles that do not end are looked for as often in one block. After that its rest goes. */
const MOST_UNENDED = 200;
const REFERENCE = /\[([^[\]]{1,999})\]/y;
/** Parts of formulas that take room and show nothing, or have a colour of their own. */
const INVISIBLE_MATH =
  /\\(?:[hv]?phantom|(?:text|color|f)?color(?:box)?|cssId|class|tip|unicode|href)\b[^$\n]{0,2000}/gi;

export function withoutHiddenInlines(
  text: string,
  known: ReadonlySet<string>,
  skipping: Skipping,
  isHtml: boolean,
): string {
  const closings = matching(text);
  let shown = "";
  let at = 0;
  // A code span is sure to be one only while every span before it in the block has ended on its own line.
  let keepsCode = !isHtml;
  let unended = 0;
  const closed = {
    instruction: text.lastIndexOf("?>"),
    data: text.lastIndexOf("]]>"),
    tag: text.lastIndexOf(">"),
  };
  const taken = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    if (skipping.until !== null) {
      const end = skipping.until(text.slice(at));
      if (end === null) break;
      shown += HIDDEN_MARK;
      at += end;
      skipping.until = null;
      continue;
    }
    const sign = text.charAt(at);
    const next = text.charAt(at + 1);
    if (sign === "\\" && /[!-/:-@[-`{-~]/.test(next)) {
      shown += sign + next;
      at += 2;
    } else if (sign === "`") {
      const end = keepsCode ? endOfCode(text, at) : null;
      const upTo = end ?? at + (/^`+/.exec(text.slice(at, at + 1_000))?.[0].length ?? 1);
      keepsCode &&= end !== null;
      shown += text.slice(at, upTo);
      at = upTo;
    } else if (sign === "<") {
      const link = taken(AUTOLINK)?.[0];
      const tag = link === undefined ? taken(isHtml ? LOOSE : STRICT) : null;
      if (link !== undefined) {
        shown += link;
        at += link.length;
      } else if (tag !== null) {
        shown += shownTag(tag, skipping);
        at += tag[0].length;
      } else if ((next === "?" || next === "!") && at < closed[closerOf(text, at)]) {
        skipping.until = CLOSERS[closerOf(text, at)];
      } else if (/[a-z]/i.test(next) && (isHtml || (taken(ENDLESS) !== null && at < closed.tag))) {
        // A browser reads on to a quotation mark or a bracket, wherever it is.
        shown += HIDDEN_MARK;
        at = isHtml ? text.length : text.indexOf(">", at) + 1;
      } else {
        shown += sign;
        at += 1;
      }
    } else if (sign === "!" && next === "[") {
      const end = endOfImage(text, at, closings, known);
      shown += end === null ? sign : "[image]";
      at = end ?? at + 1;
    } else if (sign === "]" && next === "(") {
      at += 1;
      const address = taken(ADDRESS);
      unended += address === null ? 1 : 0;
      shown += address === null ? "]" : `](${shownAddress(address[1] ?? "")})`;
      at += address?.[0].length ?? 0;
      if (unended > MOST_UNENDED) {
        shown += HIDDEN_MARK;
        at = text.length;
      }
    } else if (sign === "]" && next === "[") {
      at += 1;
      const reference = taken(REFERENCE);
      const isDefined = reference !== null && known.has(labelOf(reference[1] ?? ""));
      shown += "]";
      at += isDefined ? reference[0].length : 0;
    } else {
      const plain = /^[^\\`<!\]]+/.exec(text.slice(at, at + 4_000))?.[0] ?? sign;
      shown += plain;
      at += plain.length;
    }
  }
  if (skipping.until !== null && at < text.length) shown += HIDDEN_MARK;
  return text.includes("$") ? shown.replace(INVISIBLE_MATH, HIDDEN_MARK) : shown;
}

const CLOSERS = { instruction: closedBy(/\?>/), data: closedBy(/\]\]>/), tag: closedBy(/>/) };

function closerOf(text: string, at: number): keyof typeof CLOSERS {
  if (text.startsWith("<?", at)) return "instruction";
  return text.startsWith("<![CDATA[", at) ? "data" : "tag";
}

/** Keeps where a link leads, without what its reader never sees. */
function shownAddress(address: string): string {
  const plain = address.replace(/^<|>$/g, "");
  const [path = ""] = plain.split(/[?#]/);
  const place = /#(?:L\d+(?:-L\d+)?|issuecomment-\d+|discussion_r\d+)$/.exec(plain)?.[0] ?? "";
  return /^(?:[a-z]+:)/i.test(path) && !/^https?:/i.test(path) ? "" : `${path.slice(0, 200)}${place}`;
}

/** Keeps the name of the element: what it holds is what people see. */
function shownTag([, slash = "", name = "", attributes = ""]: RegExpExecArray, skipping: Skipping): string {
  const element = name.toLowerCase();
  if (element === "img") return "[image]";
  const hides = HIDDEN.has(element) || /(?:^|[\s"'/])hidden(?=[\s=/"']|$)/i.test(attributes);
  if (hides && slash === "") {
    skipping.until = closedBy(element);
    return "";
  }
  return /^[a-z0-9]{1,20}$/.test(element) ? `<${slash}${name}>` : HIDDEN_MARK;
}

/** Returns where a code span ends that begins here and stays on its line. null: there is none. */
function endOfCode(text: string, start: number): number | null {
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(start, Math.min(lineEnd < 0 ? text.length : lineEnd, start + 2_000));
  const length = /^`+/.exec(line)?.[0].length ?? 0;
  for (const run of line.slice(length).matchAll(/`+/g)) {
    if (run[0].length === length) return start + length + run.index + length;
  }
  return null;
}

/** Maps each opening bracket to its closing one. */
function matching(text: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === "\\") at += 1;
    else if (sign === "[") open.push(at);
    else if (sign === "]") {
      const start = open.pop();
      if (start !== undefined) closings.set(start, at);
    }
  }
  return closings;
}

/** Returns where an image ends that begins here. null: it is none. */
function endOfImage(
  text: string,
  start: number,
  closings: ReadonlyMap<number, number>,
  known: ReadonlySet<string>,
): number | null {
  const close = closings.get(start + 1);
  if (close === undefined) return null;
  const linkedAt = (position: number) => {
    const pattern = text.charAt(position) === "[" ? REFERENCE : ADDRESS;
    pattern.lastIndex = position;
    return pattern.exec(text);
  };
  const linked = linkedAt(close + 1) ?? (text.startsWith("[]", close + 1) ? ["[]"] : null);
  if (linked !== null) return close + 1 + linked[0].length;
  if (known.has(labelOf(text.slice(start + 2, close)))) return close + 1;
  // A bracket in code ends no text of an image, so that the address may come later.
  const later = text.indexOf("](", close);
  if (later < 0) return null;
  return later + 1 + (linkedAt(later + 1)?.[0].length ?? 0);
}
