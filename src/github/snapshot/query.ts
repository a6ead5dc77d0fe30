/**
 * Asks in one query what decides about many pulls: their own facts, how far each is behind the tip of its base, and the state of every
 * check and review. It tells what has changed. It proves no producer of a check: REST's job lists do.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import { z } from "zod";

/** Pulls of one query. With the lists below, far fewer nodes than the 500,000 that GitHub allows. */
export const MAX_PULLS = 25;

const FIELDS = `
fragment Facts on PullRequest {
  number state isDraft title mergeable headRefOid baseRefName
  baseRef { target { oid } }
  labels(first: 50) { nodes { name } pageInfo { hasNextPage } }
  latestOpinionatedReviews(first: 50) { nodes { databaseId state } pageInfo { hasNextPage } }
  commits(last: 1) { nodes { commit {
    oid
    checkSuites(first: 20) {
      nodes {
        databaseId status conclusion
        checkRuns(first: 50) { nodes { databaseId status conclusion } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage }
    }
    status { contexts { id state } }
  } } }
}`;

/** Aliases each pull by its number. `head` is its branch, which the comparison with the base needs. */
export function snapshotQuery(pulls: readonly { number: number; base: string; head: string }[]): {
  query: string;
  variables: Record<string, string>;
} {
  const variables: Record<string, string> = {};
  const fields = pulls.map(({ number, base, head }) => {
    variables[`base${number}`] = `refs/heads/${base}`;
    variables[`head${number}`] = head;
    return [
      `p${number}: pullRequest(number: ${number}) { ...Facts }`,
      `c${number}: ref(qualifiedName: $base${number}) { compare(headRef: $head${number}) { behindBy } }`,
    ].join("\n    ");
  });
  const declared = Object.keys(variables).map((name) => `, $${name}: String!`);
  const query = `query ($owner: String!, $repo: String!${declared.join("")}) {
  repository(owner: $owner, name: $repo) {
    ${fields.join("\n    ")}
  }
}
${FIELDS}`;
  return { query, variables };
}

const Oid = z.string().regex(/^[0-9a-f]{40}$/);
const pageInfo = z.object({ hasNextPage: z.boolean() });
const listOf = <Node extends z.ZodType>(node: Node) => z.object({ nodes: z.array(node), pageInfo });

const Facts = z.object({
  number: z.number().int(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  isDraft: z.boolean(),
  title: z.string(),
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  headRefOid: Oid,
  baseRefName: z.string(),
  baseRef: z.object({ target: z.object({ oid: Oid }) }).nullable(),
  labels: listOf(z.object({ name: z.string() })),
  latestOpinionatedReviews: listOf(z.object({ databaseId: z.number(), state: z.string() })),
  commits: z.object({
    nodes: z.array(
      z.object({
        commit: z.object({
          oid: Oid,
          checkSuites: listOf(
            z.object({
              databaseId: z.number(),
              status: z.string(),
              conclusion: z.string().nullable(),
              checkRuns: listOf(
                z.object({ databaseId: z.number(), status: z.string(), conclusion: z.string().nullable() }),
              ),
            }),
          ),
          status: z.object({ contexts: z.array(z.object({ id: z.string(), state: z.string() })) }).nullable(),
        }),
      }),
    ),
  }),
});

const Compared = z.object({ compare: z.object({ behindBy: z.number().int().nonnegative() }).nullable() }).nullable();

/** The facts of an open pull, as far as a query can tell them. */
export interface Glance {
  baseSha: string;
  behindBy: number;
  mergeable: boolean | null;
  /** Differs once anything else of the pull does, such as a check or a review. */
  rest: string;
}

/** Returns null for a pull that the answer does not show in full, that has reviews, or that is not open. */
export function glanceOf(repository: Record<string, unknown>, number: number, base: string): Glance | null {
  const facts = Facts.safeParse(repository[`p${number}`]);
  const compared = Compared.safeParse(repository[`c${number}`]);
  if (!facts.success || !compared.success) return null;
  const { state, mergeable, baseRef, baseRefName, ...rest } = facts.data;
  const behindBy = compared.data?.compare?.behindBy;
  if (state !== "OPEN" || baseRef === null || baseRefName !== base || behindBy === undefined) return null;
  const [last] = rest.commits.nodes;
  if (last === undefined || last.commit.oid !== rest.headRefOid) return null;
  const { checkSuites } = last.commit;
  const lists = [
    rest.labels,
    rest.latestOpinionatedReviews,
    checkSuites,
    ...checkSuites.nodes.map((one) => one.checkRuns),
  ];
  // Who may still write decides which reviews count, and the query does not say it.
  if (rest.latestOpinionatedReviews.nodes.length > 0) return null;
  if (lists.some((list) => list.pageInfo.hasNextPage)) return null;
  return {
    baseSha: baseRef.target.oid,
    behindBy,
    mergeable: mergeable === "UNKNOWN" ? null : mergeable === "MERGEABLE",
    rest: JSON.stringify(rest),
  };
}
