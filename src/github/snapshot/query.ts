/**
 * Asks in one query for everything that decides about many pulls: their own facts, how far each is behind the tip of its base, the
 * checks of heads and bases with their makers, and the reviews with who may write.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import { z } from "zod";

/** Pulls of one query. With the lists below, far fewer nodes than the 500,000 that GitHub allows. */
export const MAX_PULLS = 25;

/** A pull with the branches that it had when it was read last. The comparison of the two needs their names. */
export interface NamedPull {
  number: number;
  base: string;
  head: string;
}

const FRAGMENTS = `
fragment Tip on Commit {
  oid
  tree { oid }
  checkSuites(first: 20) {
    nodes {
      app { databaseId }
      workflowRun { databaseId event file { path } }
      checkRuns(first: 100, filterBy: { checkType: ALL }) {
        nodes { databaseId name status conclusion startedAt completedAt detailsUrl permalink }
        pageInfo { hasNextPage }
      }
    }
    pageInfo { hasNextPage }
  }
  status { contexts { context state targetUrl createdAt creator { __typename login } } }
}
fragment PullFacts on PullRequest {
  number state isDraft mergeable mergedAt headRefName headRefOid baseRefName baseRefOid
  mergeCommit { oid }
  labels(first: 50) { nodes { name } pageInfo { hasNextPage } }
  verdicts: latestOpinionatedReviews(first: 50) {
    nodes { state submittedAt author { __typename login } commit { oid } }
    pageInfo { hasNextPage }
  }
  writers: latestOpinionatedReviews(first: 50, writersOnly: true) { nodes { body author { login } } }
  commits(last: 1) { nodes { commit { ...Tip } } }
}`;

/** Aliases each pull and comparison by the pull's number, and each base by its place in the list of distinct ones. */
export function snapshotQuery(pulls: readonly NamedPull[]): { query: string; variables: Record<string, string> } {
  const variables: Record<string, string> = {};
  const facts = pulls.map(({ number }) => `p${number}: pullRequest(number: ${number}) { ...PullFacts }`);
  const bases = [...Map.groupBy(pulls, ({ base }) => base)].map(([base, own], index) => {
    variables[`base${index}`] = `refs/heads/${base}`;
    const comparisons = own.map(({ number, head }) => {
      variables[`head${number}`] = head;
      return `c${number}: compare(headRef: $head${number}) { behindBy baseTarget { oid } headTarget { oid } }`;
    });
    return `b${index}: ref(qualifiedName: $base${index}) { name target { ...Tip } ${comparisons.join(" ")} }`;
  });
  const declared = Object.keys(variables).map((name) => `, $${name}: String!`);
  const query = `query ($owner: String!, $repo: String!${declared.join("")}) {
  repository(owner: $owner, name: $repo) {
    ${[...facts, ...bases].join("\n    ")}
  }
}
${FRAGMENTS}`;
  return { query, variables };
}

const Oid = z.string().regex(/^[0-9a-f]{40}$/);
const Instant = z.iso.datetime({ offset: true });
/** A list that the answer shows to its end. A longer one makes the pull unreadable by query. */
const whole = <Node extends z.ZodType>(node: Node) =>
  z.object({ nodes: z.array(node), pageInfo: z.object({ hasNextPage: z.literal(false) }) });
const Actor = z.object({ __typename: z.string(), login: z.string() }).nullable();

const Suite = z.object({
  app: z.object({ databaseId: z.number().int() }).nullable(),
  workflowRun: z
    .object({ databaseId: z.number().int(), event: z.string(), file: z.object({ path: z.string() }) })
    .nullable(),
  checkRuns: whole(
    z.object({
      databaseId: z.number().int(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      startedAt: Instant.nullable(),
      completedAt: Instant.nullable(),
      detailsUrl: z.string().nullable(),
      permalink: z.string().nullable(),
    }),
  ),
});
export type Suite = z.infer<typeof Suite>;

const Status = z.object({
  context: z.string(),
  state: z.string(),
  targetUrl: z.string().nullable(),
  createdAt: Instant,
  creator: Actor,
});

export const Tip = z.object({
  oid: Oid,
  tree: z.object({ oid: Oid }),
  checkSuites: whole(Suite),
  status: z.object({ contexts: z.array(Status) }).nullable(),
});
export type Tip = z.infer<typeof Tip>;

export const PullFacts = z.object({
  number: z.number().int(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  isDraft: z.boolean(),
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  mergedAt: Instant.nullable(),
  mergeCommit: z.object({ oid: Oid }).nullable(),
  headRefName: z.string(),
  headRefOid: Oid,
  baseRefName: z.string(),
  baseRefOid: Oid,
  labels: whole(z.object({ name: z.string() })),
  verdicts: whole(
    z.object({
      state: z.string(),
      submittedAt: Instant.nullable(),
      author: Actor,
      commit: z.object({ oid: Oid }).nullable(),
    }),
  ),
  writers: z.object({
    nodes: z.array(z.object({ body: z.string(), author: z.object({ login: z.string() }).nullable() })),
  }),
  commits: z.object({ nodes: z.array(z.object({ commit: Tip })) }),
});
export type PullFacts = z.infer<typeof PullFacts>;

export const Compared = z.object({
  behindBy: z.number().int().nonnegative(),
  baseTarget: z.object({ oid: Oid }),
  headTarget: z.object({ oid: Oid }),
});
