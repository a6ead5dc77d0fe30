/**
 * Arbitraries made from zod schemas, by way of their JSON Schema: an event that is new tomorrow is covered tomorrow. Fields
 * whose names are `known` mostly take values that mean something to the state, so that events find what they are about.
 */
import fc from "fast-check";
import { z } from "zod";

export type Known = Readonly<Record<string, readonly unknown[]>>;

interface Node {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  oneOf?: Node[];
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  minItems?: number;
  additionalProperties?: Node | false;
  pattern?: string;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

export function fromSchema(schema: z.ZodType, known: Known): fc.Arbitrary<unknown> {
  const node = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as Node;
  // Refinements are not in a JSON Schema.
  return arbitraryOf(node, known).filter((value) => schema.safeParse(value).success);
}

function arbitraryOf(node: Node, known: Known): fc.Arbitrary<unknown> {
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  const options = node.anyOf ?? node.oneOf;
  if (options !== undefined) return fc.oneof(...options.map((option) => arbitraryOf(option, known)));
  const { type } = node;
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => arbitraryOf({ ...node, type: one }, known)));
  switch (type) {
    case "object":
      return objectOf(node, known);
    case "array":
      return fc.array(arbitraryOf(node.items ?? {}, known), { minLength: node.minItems ?? 0, maxLength: 3 });
    case "string":
      if (node.pattern !== undefined) return fc.stringMatching(new RegExp(node.pattern));
      return fc.string({ minLength: 1, maxLength: Math.min(node.maxLength ?? 30, 30), unit: "binary" });
    case "integer":
      return fc.integer({ min: least(node, 1), max: node.maximum ?? Number.MAX_SAFE_INTEGER });
    case "number":
      return fc.double({ min: least(node, 0.01), max: node.maximum ?? 1e12, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function least(node: Node, step: number): number {
  if (node.exclusiveMinimum !== undefined) return node.exclusiveMinimum + step;
  return node.minimum ?? Number.MIN_SAFE_INTEGER;
}

function objectOf(node: Node, known: Known): fc.Arbitrary<unknown> {
  if (node.properties === undefined) {
    const values = arbitraryOf(node.additionalProperties || {}, known);
    return fc.dictionary(fc.string(), values, { maxKeys: 3 });
  }
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, property] of Object.entries(node.properties)) fields[name] = fieldOf(name, property, known);
  return fc.record(fields, { requiredKeys: node.required ?? [], noNullPrototype: true });
}

function fieldOf(name: string, node: Node, known: Known): fc.Arbitrary<unknown> {
  const whatever = arbitraryOf(node, known);
  const types = (node.anyOf ?? [node]).flatMap(({ type }) => (type === "integer" ? "number" : type));
  const fitting = (known[name] ?? []).filter((value) => node.const === undefined && types.includes(typeof value));
  if (fitting.length === 0) return whatever;
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: whatever });
}

/** What no schema expects anywhere. */
const ABSURD = [undefined, null, "", "\u0000", "💥".repeat(1_000), -1, 0, 1.5, 1e308, Number.NaN, [], {}, [[]], true];

/** The value with one field, however deep, gone or turned into something absurd. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value);
  const nothing = fc.constantFrom<unknown>(...ABSURD);
  if (paths.length === 0) return nothing;
  const change = fc.oneof(fc.constant(GONE), nothing);
  return fc.tuple(fc.constantFrom(...paths), change).map(([path, change]) => replaced(value, path, change));
}

const GONE = Symbol("gone");

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[...path, name], ...pathsOf(inner, [...path, name])]);
}

function replaced(value: unknown, [name, ...rest]: readonly string[], change: unknown): unknown {
  if (name === undefined) return change;
  const inside = (value as Record<string, unknown>)[name];
  if (Array.isArray(value)) {
    const index = Number(name);
    return change === GONE && rest.length === 0
      ? value.toSpliced(index, 1)
      : value.with(index, replaced(inside, rest, change));
  }
  const { [name]: _, ...others } = value as Record<string, unknown>;
  return change === GONE && rest.length === 0 ? others : { ...others, [name]: replaced(inside, rest, change) };
}
