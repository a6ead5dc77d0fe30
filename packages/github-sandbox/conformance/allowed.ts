/** Lists the accepted differences from GitHub's descriptions, each with the reason. */

export interface Allowed {
  /** A row of the table, such as `GET /repos/:owner/:repo` or `issues opened`. */
  where: string;
  /** The complaint as the table prints it. */
  complaint: string;
  because: string;
}

/**
 * Differences that GitHub's own examples have too. If the description has an example of the answer, it must draw the
 * same complaint. An entry that nothing draws is an error.
 */
export const allowed: readonly Allowed[] = [
  {
    where: "GET /app/installations",
    complaint: "200: /*/account must match a schema in anyOf (/*/account must have required property 'name')",
    because: "the account shall be a user and an enterprise at once",
  },
  {
    where: "PUT /repos/:owner/:repo/contents/:path",
    complaint: "409: / must match exactly one schema in oneOf",
    because: "neither of the two errors has a required field, so that every plain error is both",
  },
];

/** Paths under the API's root that are no operation of GitHub's. */
export const beside: readonly { prefix: string; because: string }[] = [
  { prefix: "/_downloads/", because: "where the redirects of logs and artifacts lead; at GitHub another host" },
  { prefix: "/graphql", because: "GraphQL has a schema of its own, and runs by it" },
  { prefix: "/_sandbox/", because: "sets the sandbox's faults; GitHub has no such address" },
];
