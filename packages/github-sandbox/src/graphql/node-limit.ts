/**
 * How much a query may ask for, judged before it runs: nested lists multiply, and so do fragments that name each other.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit
 */
import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from "graphql";
import { Refused } from "./fields.ts";

const maxNodes = 500_000;
/** Without what lists multiply: a query of that many fields can only come from fragments within fragments. */
const maxFields = 20_000;
const mostPerList = 100;

interface Size {
  /** What all lists together may hold at most. */
  nodes: number;
  fields: number;
}

/** @throws Refused when the document asks for too much. Fragments that name themselves were refused before. */
export function checkSize(document: DocumentNode, variables: Record<string, unknown> | null): void {
  const fragments = new Map<string, SelectionSetNode>();
  const known = new Map<SelectionSetNode, Size>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }

  function sizeOf(selections: SelectionSetNode | undefined): Size {
    const size = { nodes: 0, fields: 0 };
    if (selections === undefined) return size;
    const counted = known.get(selections);
    if (counted !== undefined) return counted;
    for (const selection of selections.selections) {
      const isField = selection.kind === Kind.FIELD;
      const within =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection.selectionSet;
      const inner = sizeOf(within);
      const length = isField ? lengthOf(selection, variables) : null;
      size.nodes += length === null ? inner.nodes : length * (1 + inner.nodes);
      size.fields += inner.fields + (isField ? 1 : 0);
    }
    known.set(selections, size);
    return size;
  }

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { nodes, fields } = sizeOf(definition.selectionSet);
    if (nodes > maxNodes) {
      const count = (number: number) => number.toLocaleString("en-US");
      const message = `This query requests up to ${count(nodes)} possible nodes which exceeds the maximum limit of ${count(maxNodes)}.`;
      throw new Refused("MAX_NODE_LIMIT_EXCEEDED", message);
    }
    if (fields > maxFields) throw new Refused("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.");
  }
}

/** How long a list is asked for; null: the field is none. A length that is not allowed is refused when the list is made. */
function lengthOf(field: FieldNode, variables: Record<string, unknown> | null): number | null {
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== "first" && name.value !== "last") continue;
    const given = value.kind === Kind.VARIABLE ? variables?.[value.name.value] : "value" in value ? value.value : null;
    // A variable's own default is not looked up: the most that it can be stands for it.
    const length = given === undefined ? mostPerList : Number(given);
    return Math.min(Math.max(0, Number.isFinite(length) ? length : 0), mostPerList);
  }
  return null;
}
