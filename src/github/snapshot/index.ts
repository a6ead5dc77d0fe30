/**
 * Reads pulls. Those that are asked for together are one query; what it does not show in full is read over REST. A query proves no
 * producer of a check, so its pulls say that it showed them.
 */
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import type { GitHub, SeenPull } from "../../loop/github-port.ts";
import type { Calls } from "../calls.ts";
import { Recent } from "../memory/recent.ts";
import { type Answered, answeredOf, type Besides, readAnswered } from "./by-query.ts";
import { compare, type RestReading, readOverRest } from "./over-rest.ts";
import { MAX_PULLS, type NamedPull, snapshotQuery } from "./query.ts";

/** Pulls that are remembered, of some hundred bytes each. */
const MAX_REMEMBERED = 1_000;
/** The outbox starts what is due together within a moment. */
const TOGETHER_MS = 10;

interface Asked {
  named: NamedPull;
  answered: Promise<Answered | null>;
  answer(answered: Answered | null): void;
}

interface Outside extends RestReading, Pick<Besides, "ownAppId"> {
  /** Where heads forked from their bases, by repository and head. */
  forks: Recent<string>;
}

export function createPullReader(outside: Outside): GitHub["pull"] {
  const { calls, forks } = outside;
  /** The branches of pulls, as they were seen last. */
  const branches = new Recent<{ base: string; head: string }>(MAX_REMEMBERED);
  const ask = together(calls);

  const besides: Besides = {
    ...outside,
    // A base that moves on leaves the fork, unless it takes in the head's own commits. Then the older fork shows more changes, not less.
    async mergeBase(repo, base, head, behindBy) {
      const key = `${repo.id} ${head}`;
      const fork = behindBy === 0 ? base : (forks.get(key) ?? (await compare(calls, repo, base, head)).mergeBase);
      forks.set(key, fork);
      return fork;
    },
  };

  async function readByQuery(repo: Repo, named: NamedPull): Promise<SeenPull | null> {
    const answered = await ask(repo, named);
    return answered === null ? null : readAnswered(besides, repo, answered);
  }

  return async (repo, number, named) => {
    const key = `${repo.id} ${number}`;
    const between = branches.get(key) ?? named;
    const seen = between === undefined ? null : await readByQuery(repo, { number, ...between });
    if (seen !== null) return seen;
    const read = await readOverRest(outside, repo, number);
    branches.set(key, { base: read.seen.base, head: read.head });
    if (read.seen.state === "open") forks.set(`${repo.id} ${read.seen.headSha}`, read.seen.mergeBase);
    return read.seen;
  };
}

/** Asks for the pulls of a moment in one query for each 25 of them. */
function together(calls: Calls): (repo: Repo, named: NamedPull) => Promise<Answered | null> {
  /** By repository, then by pull. */
  const waiting = new Map<number, Map<number, Asked>>();

  async function ask(repo: Repo, asked: readonly Asked[]): Promise<void> {
    const { query, variables } = snapshotQuery(asked.map(({ named }) => named));
    const found = await calls
      .query(repo, query, variables, z.object({ repository: z.record(z.string(), z.unknown()) }))
      // Each pull is read over REST then, whose errors say what is wrong.
      .catch(() => ({ repository: {} }));
    for (const { named, answer } of asked) answer(answeredOf(found.repository, named));
  }

  function begin(repo: Repo): Map<number, Asked> {
    const asked = new Map<number, Asked>();
    waiting.set(repo.id, asked);
    setTimeout(() => {
      waiting.delete(repo.id);
      const all = [...asked.values()];
      for (let from = 0; from < all.length; from += MAX_PULLS) void ask(repo, all.slice(from, from + MAX_PULLS));
    }, TOGETHER_MS);
    return asked;
  }

  return (repo, named) => {
    const asked = waiting.get(repo.id) ?? begin(repo);
    const known = asked.get(named.number);
    if (known !== undefined) return known.answered;
    const { promise: answered, resolve: answer } = Promise.withResolvers<Answered | null>();
    asked.set(named.number, { named, answered, answer });
    return answered;
  };
}
