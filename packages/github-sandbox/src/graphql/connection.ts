/** Pages through lists. https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api */
import { type Arguments, Refused } from "./fields.ts";

const most = 100;

/**
 * Reads `first` and `last`. GitHub refuses a list without either:
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit
 */
function bounds(name: string, given: Arguments): { first: number | null; last: number | null } {
  const first = typeof given.first === "number" ? given.first : null;
  const last = typeof given.last === "number" ? given.last : null;
  if (first === null && last === null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new Refused("MISSING_PAGINATION_BOUNDARIES", message);
  }
  for (const [side, value] of Object.entries({ first, last })) {
    if (value === null) continue;
    if (value < 0) {
      throw new Refused("EXCESSIVE_PAGINATION", `\`${side}\` on the \`${name}\` connection cannot be less than zero.`);
    }
    if (value > most) {
      const message = `Requesting ${value} records on the \`${name}\` connection exceeds the \`${side}\` limit of ${most} records.`;
      throw new Refused("EXCESSIVE_PAGINATION", message);
    }
  }
  return { first, last };
}

const cursorOf = (index: number) => Buffer.from(`cursor:${index}`).toString("base64");

/** Decodes a cursor; returns `otherwise` if it is not one of the sandbox's. */
function indexOf(cursor: unknown, otherwise: number): number {
  if (typeof cursor !== "string") return otherwise;
  const [, index] = /^cursor:(\d+)$/.exec(Buffer.from(cursor, "base64").toString("utf8")) ?? [];
  return index === undefined ? otherwise : Number(index);
}

/**
 * Makes a connection field. @param type The connection's type in the schema. @param edge An edge's fields besides its
 * node.
 */
export function connection<Item, Node>(
  type: string,
  name: string,
  items: () => readonly Item[] | Promise<readonly Item[]>,
  show: (item: Item) => Node | Promise<Node>,
  more: (items: readonly Item[]) => Record<string, unknown> = () => ({}),
): (given: Arguments) => Promise<Record<string, unknown>> {
  return async (given) => {
    const { first, last } = bounds(name, given);
    const all = await items();
    const from = indexOf(given.after, -1) + 1;
    const until = Math.min(indexOf(given.before, all.length), all.length);
    let [start, end] = [from, Math.max(from, until)];
    if (first !== null) end = Math.min(end, start + first);
    if (last !== null) start = Math.max(start, end - last);
    const page = all.slice(start, end).map((item, at) => ({ index: start + at, item }));
    return {
      __typename: type,
      totalCount: all.length,
      nodes: () => Promise.all(page.map(({ item }) => show(item))),
      edges: () => page.map(({ index, item }) => ({ cursor: cursorOf(index), node: () => show(item) })),
      pageInfo: {
        hasNextPage: end < all.length,
        hasPreviousPage: start > 0,
        startCursor: page.length === 0 ? null : cursorOf(start),
        endCursor: page.length === 0 ? null : cursorOf(end - 1),
      },
      ...more(all),
    };
  };
}
