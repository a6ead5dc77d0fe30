/** Makes a pull out of a query's answer. Returns null where the answer does not show it in full, so that it is read over REST. */
import type { z } from "zod";
import type { Repo } from "../../core/github.ts";
import type { SeenPull } from "../../loop/github-port.ts";
import { time } from "../checks/reading.ts";
import { closed, type RestReading } from "./over-rest.ts";
import { Compared, type NamedPull, PullFacts, Tip } from "./query.ts";
import { checksOf, loginOf } from "./query-checks.ts";
import { type LastVerdict, type MayWrite, readReviews } from "./reviews.ts";

/** Answers what a query does not tell. `mayWrite` is asked only for bots, which the query does not judge. */
export interface Besides extends Pick<RestReading, "learn" | "sameWorkflows" | "mayWrite"> {
  ownAppId: number;
  mergeBase(repo: Repo, base: string, head: string, behindBy: number): Promise<string>;
}

/** Holds the part of the answer about one pull. */
export interface Answered {
  facts: PullFacts;
  /** null: the branch of the head is gone. */
  compared: z.infer<typeof Compared> | null;
  base: Tip;
}

export function answeredOf(repository: Record<string, unknown>, { number, base, head }: NamedPull): Answered | null {
  const facts = PullFacts.safeParse(repository[`p${number}`]);
  if (!facts.success || facts.data.baseRefName !== base || facts.data.headRefName !== head) return null;
  const ref = Object.values(repository).find((one) => Object.hasOwn(Object(one), `c${number}`));
  const { target, [`c${number}`]: compared = null } = Object(ref);
  const tip = Tip.safeParse(target);
  const comparison = Compared.nullable().safeParse(compared);
  if (!tip.success || !comparison.success) return null;
  return { facts: facts.data, compared: comparison.data, base: tip.data };
}

export async function readAnswered(
  besides: Besides,
  repo: Repo,
  { facts, compared, base }: Answered,
): Promise<SeenPull | null> {
  const tip = facts.commits.nodes[0]?.commit;
  if (tip === undefined || tip.oid !== facts.headRefOid) return null;
  const common = {
    number: facts.number,
    base: facts.baseRefName,
    labels: facts.labels.nodes.map(({ name }) => name),
    draft: facts.isDraft,
    headSha: tip.oid,
    headTree: tip.tree.oid,
    mergeable: facts.mergeable === "UNKNOWN" ? null : facts.mergeable === "MERGEABLE",
    mergeSha: facts.mergeCommit?.oid ?? null,
    mergedAt: time(facts.mergedAt),
  };
  if (facts.state !== "OPEN") {
    const state = facts.state === "MERGED" ? "merged" : "closed";
    // The test merge of a closed pull has not landed.
    const merge = state === "merged" ? {} : { mergeSha: null, mergedAt: null };
    return closed({ ...common, ...merge, state, byQuery: null }, facts.baseRefOid);
  }
  if (compared?.baseTarget.oid !== base.oid || compared.headTarget.oid !== tip.oid) return null;
  const [checks, baseChecks] = [checksOf(tip, besides.ownAppId), checksOf(base, besides.ownAppId)];
  if (checks === null) return null;
  besides.learn(repo, tip.oid, tip.tree.oid);
  besides.learn(repo, base.oid, base.tree.oid);
  const { behindBy } = compared;
  return {
    ...common,
    state: "open",
    baseSha: base.oid,
    behindBy,
    mergeBase: await besides.mergeBase(repo, base.oid, tip.oid, behindBy),
    checks,
    byQuery: { baseChecks },
    sameWorkflows: await besides.sameWorkflows(repo, tip.oid, base.oid),
    ...(await readReviews(verdictsOf(facts), mayWriteBy(facts, besides.mayWrite(repo)))),
  };
}

function verdictsOf({ verdicts, writers }: PullFacts): LastVerdict[] {
  const bodies = new Map(writers.nodes.map(({ author, body }) => [author?.login, body]));
  return verdicts.nodes
    .toSorted((left, right) => (left.submittedAt ?? "").localeCompare(right.submittedAt ?? ""))
    .map(({ author, state, commit }) => ({
      by: author === null ? null : { login: loginOf(author), isPerson: author.__typename === "User" },
      state,
      body: bodies.get(author?.login) ?? "",
      head: commit?.oid ?? null,
    }));
}

/** GitHub says which people may write. It does not say it of bots. */
function mayWriteBy({ verdicts, writers }: PullFacts, ask: MayWrite): MayWrite {
  const people = new Set(verdicts.nodes.flatMap(({ author }) => (author?.__typename === "User" ? [author.login] : [])));
  const writing = new Set(writers.nodes.map(({ author }) => author?.login));
  return (login) => (people.has(login) ? writing.has(login) : ask(login));
}
