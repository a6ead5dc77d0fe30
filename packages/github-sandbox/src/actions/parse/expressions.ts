/**
 * Evaluates the expressions of a template with GitHub's own expression library, also over contexts that are known in part, as
 * before there is a run: what is not known decides nothing.
 */
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { Logical } from "@actions/expressions/ast";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { TokenType } from "@actions/expressions/lexer";
import { falsy, truthy } from "@actions/expressions/result";
import { Expression, type Template } from "./template.ts";

type Value = data.ExpressionData;

/** Thrown where the result depends on what only the run shows. */
export class NotKnown extends Error {
  constructor() {
    super("It depends on the run.");
    this.name = "NotKnown";
  }
}

const more = Symbol("more");

/** Makes a context of which only these entries are known. */
export function knownInPart(known: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...known, [more]: true };
}

class OpenDictionary extends data.Dictionary {
  override get(key: string) {
    const value = super.get(key);
    if (value === undefined) throw new NotKnown();
    return value;
  }

  override values(): data.ExpressionData[] {
    throw new NotKnown();
  }
}

/** The library wraps what an index throws. */
export function isNotKnown(error: unknown): boolean {
  return error instanceof NotKnown || (error instanceof Error && error.cause instanceof NotKnown);
}

/** Decides `a && b` and `a || b` by one side where that suffices, also when the other is not known. */
class PartialEvaluator extends Evaluator {
  override visitLogical({ operator, args }: Logical): data.ExpressionData {
    const decides = operator.type === TokenType.AND ? falsy : truthy;
    let result: data.ExpressionData = new data.Null();
    let unknown = false;
    for (const each of args) {
      try {
        result = this.eval(each);
        if (decides(result)) return result;
      } catch (error) {
        if (!isNotKnown(error)) throw error;
        unknown = true;
      }
    }
    if (unknown) throw new NotKnown();
    return result;
  }
}

/** The contexts and functions that an expression can use. A context that is missing is an empty object. */
export interface Scope {
  contexts: Record<string, unknown>;
  functions: FunctionDefinition[];
}

const contextNames = [
  "github",
  "env",
  "vars",
  "job",
  "jobs",
  "steps",
  "runner",
  "secrets",
  "strategy",
  "matrix",
  "needs",
  "inputs",
];

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toValue));
  const pairs = Object.entries(value).map(([key, item]) => ({ key, value: toValue(item) }));
  return Object.hasOwn(value, more) ? new OpenDictionary(...pairs) : new data.Dictionary(...pairs);
}

function fromValue(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer));
}

/** Unescapes every `''` of a string literal: the library (0.3.61) unescapes only the first. */
function tokensOf(expression: string) {
  return new Lexer(expression).lex().tokens.map((token) => {
    if (token.type !== TokenType.STRING) return token;
    return { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") };
  });
}

function run(expression: string, scope: Scope): Value {
  const functions = new Map(scope.functions.map((definition) => [definition.name.toLowerCase(), definition]));
  const tree = new Parser(tokensOf(expression), contextNames, [...functions.values()]).parse();
  // Converts only the contexts that the text names. A payload is large, and converting it for each expression would be slow.
  const text = expression.toLowerCase();
  const pairs = contextNames.map((key) => ({
    key,
    value: toValue(text.includes(key) ? (scope.contexts[key] ?? {}) : {}),
  }));
  return new PartialEvaluator(tree, new data.Dictionary(...pairs), functions).evaluate();
}

/** Evaluates an `if`. Throws the library's error when it cannot be evaluated. */
export function holds(condition: string, scope: Scope): boolean {
  return truthy(run(condition, scope));
}

/** Returns the template as plain JSON with every expression evaluated. */
export function evaluate(template: Template | undefined, scope: Scope): unknown {
  if (template === undefined) return undefined;
  if (template instanceof Expression) return fromValue(run(template.text, scope));
  if (Array.isArray(template)) return template.map((item) => evaluate(item, scope));
  if (template instanceof Map) {
    return Object.fromEntries([...template].map(([key, item]) => [key, evaluate(item, scope)]));
  }
  return template;
}

/** Returns the template as the text that GitHub makes of it; "" for a missing one. */
export function evaluateText(template: Template | undefined, scope: Scope): string {
  if (template === undefined || template === null) return "";
  if (template instanceof Expression) return run(template.text, scope).coerceString();
  if (typeof template === "object") return JSON.stringify(evaluate(template, scope));
  return String(template);
}

/** Returns a mapping's values as texts, for `env` and `with`. One expression may stand for the whole mapping. */
export function evaluateTexts(template: Template | undefined, scope: Scope): Record<string, string> {
  if (template instanceof Map) {
    return Object.fromEntries([...template].map(([key, item]) => [key, evaluateText(item, scope)]));
  }
  const whole = evaluate(template, scope);
  if (typeof whole !== "object" || whole === null) return {};
  return Object.fromEntries(Object.entries(whole).map(([key, item]) => [key, toValue(item).coerceString()]));
}

/** Makes `success()` and its like for one place. Each reads the status when an expression calls it. */
export function statusFunctions(status: {
  success(): boolean;
  failure(): boolean;
  cancelled(): boolean;
}): FunctionDefinition[] {
  const define = (name: string, holdsNow: () => boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(holdsNow()),
  });
  return [
    define("success", status.success),
    define("failure", status.failure),
    define("cancelled", status.cancelled),
    define("always", () => true),
  ];
}

/** Makes `hashFiles(…)` from a function over patterns. */
export function hashFilesFunction(hash: (patterns: string[]) => string): FunctionDefinition {
  return {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: 255,
    call: (...patterns) => new data.StringData(hash(patterns.map((pattern) => pattern.coerceString()))),
  };
}
