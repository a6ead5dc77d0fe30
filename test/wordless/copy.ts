/**
 * Copies the project with every sentence of src/messages replaced by `x`. Whatever still works there does not depend on
 * wording. What Headgate reads back (src/messages/markers.ts) is no wording and stays.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));
const READ_BACK = ["markers.ts"];

export interface Copy {
  folder: string;
  /** How many literals were replaced. */
  replaced: number;
  remove(): void;
}

export function wordlessCopy(parts: readonly string[]): Copy {
  const folder = mkdtempSync(join(tmpdir(), "headgate-wordless-"));
  for (const part of [...parts, "src", "package.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const messages = join(folder, "src", "messages");
  let replaced = 0;
  for (const file of readdirSync(messages, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || READ_BACK.includes(file)) continue;
    const path = join(messages, file);
    const wordless = withoutWords(readFileSync(path, "utf8"));
    writeFileSync(path, wordless.code);
    replaced += wordless.replaced;
  }
  return { folder, replaced, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Replaces every literal that a person could read by `x`, and leaves those that the code itself compares or calls. */
export function withoutWords(code: string): { code: string; replaced: number } {
  const edits: { start: number; end: number; text: string }[] = [];
  visit(parseAst(code, { lang: "ts" }) as unknown as Node, (node) => {
    if (node.type === "Literal" && typeof node.value === "string" && isWords(node.value)) {
      edits.push({ start: node.start, end: node.end, text: '"x"' });
    }
    if (node.type !== "TemplateElement") return;
    const { raw } = node.value as { raw: string };
    // The parser counts the backtick or the brace before it in.
    const start = code.indexOf(raw, node.start);
    if (isWords(raw)) edits.push({ start, end: start + raw.length, text: "x" });
  });
  let wordless = code;
  for (const { start, end, text } of edits.toSorted((left, right) => right.start - left.start)) {
    wordless = wordless.slice(0, start) + text + wordless.slice(end);
  }
  return { code: wordless, replaced: edits.length };
}

/** Who must act is a value that explanations carry along. */
const ACTORS = ["headgate", "github", "person"];

function isWords(text: string): boolean {
  return /\p{L}/u.test(text) && !ACTORS.includes(text);
}

interface Node {
  type: string;
  start: number;
  end: number;
  value?: unknown;
  [field: string]: unknown;
}

/** Methods whose strings look for something in a text. */
const SEARCHES = ["startsWith", "endsWith", "includes", "split", "replace", "replaceAll", "test"];

/** Visits what is evaluated, without the strings that only name, compare or look for something. */
function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const [field, value] of Object.entries(node)) {
    if (!isEvaluated(node, field)) continue;
    for (const child of [value].flat()) if (isNode(child)) visit(child, see);
  }
}

function isEvaluated(node: Node, field: string): boolean {
  switch (node.type) {
    case "ImportDeclaration":
      return false;
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return field !== "source";
    case "SwitchCase":
      return field !== "test";
    case "BinaryExpression":
      return !["===", "!==", "in"].includes(String(node.operator));
    case "Property":
      return field !== "key" || node.computed === true;
    case "CallExpression": {
      const { property } = node.callee as { property?: { name?: string } };
      return field !== "arguments" || !SEARCHES.includes(property?.name ?? "");
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return field === "expression";
    default:
      return !node.type.startsWith("TS");
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
