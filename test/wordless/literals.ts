/** Finds the strings in a file of TypeScript that end up in a value. */
import { parseAst } from "vitest/node";

interface Literal {
  text: string;
  /** Of the text, without quotation marks. */
  start: number;
  end: number;
  /** From 1. */
  line: number;
  /** In the message of an error. */
  isThrown: boolean;
}

/** Leaves out strings that only name, compare or look for something, and types. */
export function literals(code: string): Literal[] {
  const found: Literal[] = [];
  const add = (start: number, text: string, isThrown: boolean) => {
    found.push({ text, start, end: start + text.length, line: code.slice(0, start).split("\n").length, isThrown });
  };
  visit(parseAst(code, { lang: "ts" }) as unknown as Node, false, (node, isThrown) => {
    if (node.type === "Literal" && typeof node.value === "string") {
      add(node.start + 1, code.slice(node.start + 1, node.end - 1), isThrown);
    }
    if (node.type === "TemplateElement") {
      const { raw } = node.value as { raw: string };
      // The parser counts the backtick or the brace before it in.
      add(code.indexOf(raw, node.start), raw, isThrown);
    }
  });
  return found;
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

function visit(node: Node, isThrown: boolean, see: (node: Node, isThrown: boolean) => void): void {
  see(node, isThrown);
  for (const [field, value] of Object.entries(node)) {
    if (!isEvaluated(node, field)) continue;
    for (const child of [value].flat())
      if (isNode(child)) visit(child, isThrown || node.type === "ThrowStatement", see);
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
