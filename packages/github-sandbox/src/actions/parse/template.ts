/**
 * A value of a workflow file before its expressions are evaluated: plain YAML, with `${{ … }}` kept as an Expression.
 * `text ${{ a }} text` has already become one `format(…)` expression by the parser.
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
  constructor(text: string) {
    this.text = text;
  }
}

export type Template = null | boolean | number | string | Expression | Template[] | TemplateMap;
export type TemplateMap = Map<string, Template>;

export function templateOf(token: TemplateToken): Template {
  if (isMapping(token)) return mappingOf(token);
  if (isSequence(token)) return [...token].map(templateOf);
  if (isBasicExpression(token)) return new Expression(token.expression);
  if (isString(token) || isNumber(token) || isBoolean(token)) return token.value;
  return null;
}

/** The mapping's entries; empty when the token is something else or missing. */
export function mappingOf(token: TemplateToken | undefined): TemplateMap {
  const map: TemplateMap = new Map();
  if (token === undefined || !isMapping(token)) return map;
  for (const { key, value } of token) map.set(key.toString(), templateOf(value));
  return map;
}

export function asMap(template: Template | undefined): TemplateMap {
  return template instanceof Map ? template : new Map();
}

/** The text of a value that may hold no expression; undefined when it is missing or is not a scalar. */
export function asText(template: Template | undefined): string | undefined {
  if (typeof template === "string") return template;
  if (typeof template === "number" || typeof template === "boolean") return String(template);
  return undefined;
}

/** One text or a list of texts. */
export function asTexts(template: Template | undefined): string[] {
  const list = Array.isArray(template) ? template : [template];
  return list.flatMap((item) => asText(item) ?? []);
}
