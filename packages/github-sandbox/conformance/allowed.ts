/** What may differ from GitHub's descriptions, and why that is not the sandbox's fault. */

export interface Allowed {
  /** A row of the table, such as `GET /repos/:owner/:repo` or `issues opened`. */
  where: string;
  /** As the table shows it. */
  complaint: string;
  because: string;
}

/**
 * Only what GitHub's own examples get wrong too: where the description has an example of that answer, the program
 * checks that it draws the same complaint. An entry that nothing draws any more is an error.
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

/** Paths under the API's root that are none of GitHub's operations. */
export const beside: readonly { prefix: string; because: string }[] = [
  { prefix: "/_downloads/", because: "where the redirects of logs and artifacts lead; at GitHub another host" },
  { prefix: "/graphql", because: "GraphQL has a schema of its own, and runs by it" },
  { prefix: "/_sandbox/", because: "sets the sandbox's faults; GitHub has no such address" },
];
