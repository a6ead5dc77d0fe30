/**
 * Refuses files that expand to too much. With anchors a few lines can stand for billions of values, and the official parser
 * would expand them all while the whole process waits. The messages are those of GitHub's runner:
 * https://github.com/actions/runner/blob/main/src/Sdk/DTObjectTemplating/ObjectTemplating/TemplateMemory.cs
 */
import { type Document, isAlias, isCollection, isPair, parseDocument } from "yaml";

const maxLength = 1_000_000;
const maxValues = 100_000;

/** Returns why the file must not be read, or null. */
export function sizeRefusal(text: string): string | null {
  if (text.length > maxLength) return "Maximum object size exceeded";
  const document = parseDocument(text, { uniqueKeys: false });
  return valuesIn(document.contents, document, new Map()) > maxValues ? "Maximum events exceeded" : null;
}

/** Counts values with every alias expanded. An alias within itself counts nothing. */
function valuesIn(node: unknown, document: Document, known: Map<unknown, number>): number {
  const counted = known.get(node);
  if (counted !== undefined) return counted;
  if (isAlias(node)) return valuesIn(node.resolve(document), document, known);
  known.set(node, 0);
  let values = 1;
  if (isCollection(node)) for (const item of node.items) values += valuesIn(item, document, known);
  if (isPair(node)) values += valuesIn(node.value, document, known);
  known.set(node, values);
  return values;
}
