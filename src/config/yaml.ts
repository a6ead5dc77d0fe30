/** Reads YAML that people write by hand: what is wrong with it and on which line, and on which line each key stands. */
import type { Document, YAMLParseError, YAMLWarning } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { YamlFault } from "../core/preflight/index.ts";

export interface YamlProblem {
  /** From 1; null: the whole file. */
  line: number | null;
  fault: YamlFault;
}

/** The line of a key or of a list's entry; for a missing key, the line of what would hold it. */
export type LineOf = (path: readonly PropertyKey[]) => number | null;

export type YamlReading = { ok: true; value: unknown; lineOf: LineOf } | { ok: false; problems: YamlProblem[] };

/**
 * Reads one document in plain YAML 1.2. Duplicate keys, unknown tags, alias bombs and anchors within themselves are problems; an empty
 * text is `null`.
 */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  // The package compares each key with all before it, which takes minutes for a map of 100,000.
  const options = { prettyErrors: false, lineCounter: lines, logLevel: "error", uniqueKeys: false } as const;
  const document = parseDocument(text, options);
  const found = [...document.errors, ...document.warnings];
  if (found.length > 0) {
    const problems = found.map((error) => ({ line: lines.linePos(error.pos[0]).line, fault: faultOf(error) }));
    return { ok: false, problems };
  }
  try {
    const repeated = repeatedKeys(document, lines);
    if (repeated.length > 0) return { ok: false, problems: repeated };
    const value: unknown = document.toJS();
    if (holdsItself(value)) return { ok: false, problems: [{ line: null, fault: notYaml(CYCLE) }] };
    return { ok: true, value, lineOf: (path) => lineIn(document, path, lines) };
  } catch (error) {
    // An alias to nowhere, so many that resolving them is an attack (the package's own limit is 100), or too deep a nesting.
    if (error instanceof ReferenceError || error instanceof RangeError)
      return { ok: false, problems: [{ line: null, fault: notYaml(error.message) }] };
    throw error;
  }
}

const CYCLE = "An anchor must not hold an alias of itself";

function repeatedKeys(document: Document, lines: LineCounter): YamlProblem[] {
  const found: YamlProblem[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (!seen.has(key.value)) {
          seen.add(key.value);
          continue;
        }
        const line = key.range ? lines.linePos(key.range[0]).line : null;
        found.push({ line, fault: { kind: "duplicate-key", key: String(key.value).slice(0, MAX_KEY_CHARACTERS) } });
      }
    },
  });
  return found;
}

/** Without this a reader that walks through the value would never end. */
function holdsItself(value: unknown, above = new Set<unknown>(), done = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null || done.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((one) => holdsItself(one, above, done));
  above.delete(value);
  done.add(value);
  return found;
}

function faultOf({ code, message }: YAMLParseError | YAMLWarning): YamlFault {
  if (code === "MULTIPLE_DOCS") return { kind: "second-document" };
  return notYaml(message);
}

/** The parser repeats what people wrote, and people choose the keys. */
const [MAX_QUOTED_CHARACTERS, MAX_KEY_CHARACTERS] = [500, 100];

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
