/**
 * Reads the expressions of a workflow file with GitHub's own parser, before any run gives them values. What only a run can show
 * stays unresolved, and counts as anything.
 */
import { Lexer, Parser } from "@actions/expressions";
import {
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
} from "@actions/expressions/ast";
import { TokenType } from "@actions/expressions/lexer";

/** Where each `${{ … }}` stands. What is quoted in one may hold braces of its own; one that never ends is text. */
export function* expressionsIn(text: string): Generator<{ start: number; end: number }> {
  for (let start = text.indexOf("${{"); start >= 0; ) {
    let quoted = false;
    let at = start + 3;
    while (at < text.length && (quoted || !text.startsWith("}}", at))) {
      if (text[at] === "'") quoted = !quoted;
      at += 1;
    }
    if (at >= text.length) return;
    yield { start, end: at + 2 };
    start = text.indexOf("${{", at + 2);
  }
}

const CONTEXTS = [
  ...["github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs"],
];
const FUNCTIONS = ["success", "failure", "cancelled", "always", "hashFiles", "case"].map((name) => {
  return { name, minArgs: 0, maxArgs: 255 };
});

/** Parses the text between the braces. null: GitHub's parser refuses it. */
function parsed(expression: string): Expr | null {
  try {
    return new Parser(new Lexer(expression).lex().tokens, CONTEXTS, FUNCTIONS).parse();
  } catch {
    return null;
  }
}

/**
 * Returns the names of the secrets that the texts read, in capitals. `*`: any of them may be read, as with a computed name. The job's
 * own token is no secret that anybody gave it.
 */
export function secretsIn(texts: readonly string[]): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    for (const { start, end } of expressionsIn(text)) {
      const expression = text.slice(start + 3, end - 2);
      if (!/secrets/i.test(expression)) continue;
      const tree = parsed(expression);
      if (tree !== null) collectSecrets(tree, names);
      else if (/\bsecrets\b/i.test(expression)) names.add("*");
    }
  }
  names.delete("GITHUB_TOKEN");
  return [...names];
}

function collectSecrets(tree: Expr, names: Set<string>): void {
  if (isContext(tree, "secrets")) names.add("*");
  else if (tree instanceof IndexAccess && isContext(tree.expr, "secrets")) {
    const index = literalOf(tree.index);
    if (typeof index === "string") names.add(index.toUpperCase());
    else {
      names.add("*");
      collectSecrets(tree.index, names);
    }
  } else for (const part of partsOf(tree)) collectSecrets(part, names);
}

function partsOf(tree: Expr): Expr[] {
  return Object.values(tree)
    .flatMap((value: unknown) => (Array.isArray(value) ? value : [value]))
    .filter(isExpr);
}

function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && "accept" in value;
}

function isContext(tree: Expr, name: string): boolean {
  return tree instanceof ContextAccess && tree.name.lexeme.toLowerCase() === name;
}

function literalOf(tree: Expr): string | null {
  return tree instanceof Literal ? tree.literal.coerceString() : null;
}

/** Returns every value that `matrix.…` may have at the keys; null: the file does not show them all. */
export type MatrixValues = (keys: readonly string[]) => readonly unknown[] | null;

/** Values that one text may have. More are as good as unknown. */
const MAX_VALUES = 200;

/**
 * Returns every value that a text with expressions may have; null: the file does not show them all. Knows literals, `matrix`,
 * `fromJSON`, and what `&&` and `||` choose from.
 */
export function possibleValues(text: string, matrix: MatrixValues): unknown[] | null {
  let values: unknown[] = [""];
  let from = 0;
  for (const { start, end } of expressionsIn(text)) {
    const tree = parsed(text.slice(start + 3, end - 2));
    const filled = tree === null ? null : chosen(tree, matrix);
    if (filled === null) return null;
    if (start === 0 && end === text.length) return filled;
    const before = text.slice(from, start);
    values = values.flatMap((value) => filled.map((one) => `${String(value)}${before}${String(one)}`));
    if (values.length > MAX_VALUES) return null;
    from = end;
  }
  const rest = text.slice(from);
  return values.map((value) => `${String(value)}${rest}`);
}

function chosen(tree: Expr, matrix: MatrixValues): unknown[] | null {
  if (tree instanceof Literal) return [tree.literal.coerceString()];
  if (tree instanceof Grouping) return chosen(tree.group, matrix);
  if (tree instanceof Logical) {
    // `a && b` is `b`, or something false that no text consists of.
    const choices = tree.operator.type === TokenType.AND ? tree.args.slice(-1) : tree.args;
    return allOf(choices.map((choice) => chosen(choice, matrix)));
  }
  if (tree instanceof FunctionCall) return fromJson(tree, matrix);
  const keys = keysBelowMatrix(tree);
  return keys === null ? null : allOf([matrix(keys)]);
}

function allOf(found: readonly (readonly unknown[] | null)[]): unknown[] | null {
  const values: unknown[] = [];
  for (const some of found) {
    if (some === null || values.length + some.length > MAX_VALUES) return null;
    values.push(...some);
  }
  return values;
}

function fromJson({ functionName, args }: FunctionCall, matrix: MatrixValues): unknown[] | null {
  const [arg] = args;
  if (functionName.lexeme.toLowerCase() !== "fromjson" || arg === undefined) return null;
  const texts = chosen(arg, matrix);
  try {
    return texts?.map((text): unknown => JSON.parse(String(text))) ?? null;
  } catch {
    return null;
  }
}

function keysBelowMatrix(tree: Expr): string[] | null {
  if (isContext(tree, "matrix")) return [];
  if (!(tree instanceof IndexAccess)) return null;
  const above = keysBelowMatrix(tree.expr);
  const key = literalOf(tree.index);
  return above === null || key === null ? null : [...above, key];
}
