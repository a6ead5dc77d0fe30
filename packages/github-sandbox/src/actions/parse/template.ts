/**
 * A value of a workflow file before its expressions are evaluated: plain YAML, with `${{ … }}` kept as an Expression. The
 * parser has already made one `format(…)` expression of `text ${{ a }} text`.
 */
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/index";
import {
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
} from "@actions/workflow-parser/templates/tokens/type-guards";

export class Expression {
  readonly text: string;
  /** As it stands in the file, with `${{ … }}`. */
  readonly source: string;
  constructor(text: string, source = `\${{ ${text} }}`) {
    this.text = text;
    this.source = source;
  }
}

export type Template = null | boolean | number | string | Expression | Template[] | TemplateMap;
export type TemplateMap = Map<string, Template>;

export function templateOf(token: TemplateToken): Template {
  if (isMapping(token)) return mappingOf(token);
  if (isSequence(token)) return [...token].map(templateOf);
  if (isBasicExpression(token)) return new Expression(token.expression, token.source);
  if (isString(token) || isNumber(token) || isBoolean(token)) return token.value;
  return null;
}

/** Returns a mapping's entries; none when the token is missing or something else. */
export function mappingOf(token: TemplateToken | undefined): TemplateMap {
  const map: TemplateMap = new Map();
  if (token === undefined || !isMapping(token)) return map;
  for (const { key, value } of token) map.set(key.toString(), templateOf(value));
  return map;
}

export function asMap(template: Template | undefined): TemplateMap {
  return template instanceof Map ? template : new Map();
}

/** Returns the text of a value that may hold no expression; undefined when it is missing or no scalar. */
export function asText(template: Template | undefined): string | undefined {
  if (typeof template === "string") return template;
  if (typeof template === "number" || typeof template === "boolean") return String(template);
  return undefined;
}

/** Returns one text or a list of texts as a list. */
export function asTexts(template: Template | undefined): string[] {
  const list = Array.isArray(template) ? template : [template];
  return list.flatMap((item) => asText(item) ?? []);
}
