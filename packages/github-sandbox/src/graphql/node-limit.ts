/**
 * Limits a query's size before it runs. Nested lists multiply it, and so do fragments within fragments.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit
 */
import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from "graphql";
import { Refused } from "./fields.ts";

const maxNodes = 500_000;
/** Not multiplied by lists. Only fragments within fragments reach so many fields. */
const maxFields = 20_000;
const mostPerList = 100;

interface Size {
  /** Upper bound of the nodes in all lists. */
  nodes: number;
  fields: number;
}

/**
 * @throws Refused if the document asks for too much. Validation has refused recursive fragments before; they would
 * never end here.
 */
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

/**
 * Returns the length of the list that a field asks for; null if the field is no list. `connection` refuses a wrong
 * length later.
 */
function lengthOf(field: FieldNode, variables: Record<string, unknown> | null): number | null {
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== "first" && name.value !== "last") continue;
    const given = value.kind === Kind.VARIABLE ? variables?.[value.name.value] : "value" in value ? value.value : null;
    // A variable's default counts as the longest list.
    const length = given === undefined ? mostPerList : Number(given);
    return Math.min(Math.max(0, Number.isFinite(length) ? length : 0), mostPerList);
  }
  return null;
}
