/** Reads YAML that people write by hand: what is wrong with it and on which line, and on which line each key stands. */
import type { Document, YAMLParseError, YAMLWarning } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { YamlFault } from "../core/preflight/index.ts";

export interface YamlProblem {
  /** From 1; null: the whole file. */
  line: number | null;
  fault: YamlFault;
}

/** The line of a key or of a list's entry; for a missing key, the line of what would hold it. */
export type LineOf = (path: readonly PropertyKey[]) => number | null;

export type YamlReading = { ok: true; value: unknown; lineOf: LineOf } | { ok: false; problems: YamlProblem[] };

/** Reads one document in plain YAML 1.2. Duplicate keys, unknown tags and alias bombs are problems; an empty text is `null`. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: "error" });
  const found = [...document.errors, ...document.warnings];
  if (found.length > 0) {
    const problems = found.map((error) => ({ line: lines.linePos(error.pos[0]).line, fault: faultOf(error, text) }));
    return { ok: false, problems };
  }
  try {
    return { ok: true, value: document.toJS(), lineOf: (path) => lineIn(document, path, lines) };
  } catch (error) {
    // An alias to nowhere, or so many that resolving them is an attack (the package's own limit is 100).
    if (error instanceof ReferenceError)
      return { ok: false, problems: [{ line: null, fault: notYaml(error.message) }] };
    throw error;
  }
}

function faultOf({ code, message, pos }: YAMLParseError | YAMLWarning, text: string): YamlFault {
  if (code === "DUPLICATE_KEY") return { kind: "duplicate-key", key: /^[^\s:]{0,100}/.exec(text.slice(pos[0]))![0] };
  if (code === "MULTIPLE_DOCS") return { kind: "second-document" };
  return notYaml(message);
}

/** The parser repeats what people wrote. */
const MAX_QUOTED_CHARACTERS = 500;

function notYaml(message: string): YamlFault {
  return { kind: "not-yaml", quoted: message.slice(0, MAX_QUOTED_CHARACTERS) };
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
