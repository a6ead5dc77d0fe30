/** YAML as people write it by hand: what is wrong with it and on which line, and where each of its keys stands. */
import type { Document, YAMLParseError, YAMLWarning } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";

export interface Problem {
  /** From 1; null: the whole file. */
  line: number | null;
  text: string;
}

/** The line of a key or of a list's entry; of what is missing, the line of what would hold it. */
export type LineOf = (path: readonly PropertyKey[]) => number | null;

export type YamlReading = { ok: true; value: unknown; lineOf: LineOf } | { ok: false; problems: Problem[] };

/** One document in plain YAML 1.2. Doubled keys, unknown tags and alias bombs are problems; an empty text is `null`. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: "error" });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.map((fault) => ({ line: lines.linePos(fault.pos[0]).line, text: describe(fault, text) }));
    return { ok: false, problems };
  }
  try {
    return { ok: true, value: document.toJS(), lineOf: (path) => lineIn(document, path, lines) };
  } catch (error) {
    // An alias to nowhere, or so many that resolving them is an attack (the package's own limit is 100).
    if (error instanceof ReferenceError)
      return { ok: false, problems: [{ line: null, text: lowerFirst(error.message) }] };
    throw error;
  }
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describe({ code, message, pos }: YAMLParseError | YAMLWarning, text: string): string {
  if (code === "DUPLICATE_KEY") return `the key '${/^[^\s:]{0,100}/.exec(text.slice(pos[0]))![0]}' is given twice`;
  if (code === "MULTIPLE_DOCS") return "the file holds a second document; it may hold one";
  return lowerFirst(message);
}

function lineIn(document: Document, path: readonly PropertyKey[], lines: LineCounter): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1])
      : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
