/**
 * Reads pulls that were read before at a glance: many observations that are asked for together are one query, and a pull of which
 * nothing but its base has moved is not read again. Whatever could merge is always read in full, because a query proves no producer.
 */
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import type { GitHub, SeenPull } from "../../loop/github-port.ts";
import type { Calls } from "../calls.ts";
import { Recent } from "../memory/recent.ts";
import { type Glance, glanceOf, MAX_PULLS, snapshotQuery } from "./query.ts";

/** Pulls that are remembered, of some kilobytes each. */
const MAX_REMEMBERED = 1_000;
/** The outbox starts what is due together within a moment. */
const TOGETHER_MS = 10;

interface Known {
  seen: SeenPull;
  /** The branch of its head, which the comparison with the base needs. */
  branch: string;
  /** What the last glance showed of it; null: there was none. */
  rest: string | null;
}

interface Asked {
  number: number;
  known: Known;
  answer(glance: Glance | null): void;
}

export function createGlances(
  calls: Calls,
  read: (repo: Repo, pull: number) => Promise<{ seen: SeenPull; branch: string }>,
): GitHub["pull"] {
  const remembered = new Recent<Known>(MAX_REMEMBERED);
  const waiting = new Map<string, Asked[]>();

  function glance(repo: Repo, number: number, known: Known): Promise<Glance | null> {
    return new Promise((answer) => {
      const key = String(repo.id);
      const asked = waiting.get(key);
      if (asked !== undefined) {
        asked.push({ number, known, answer });
        return;
      }
      waiting.set(key, [{ number, known, answer }]);
      setTimeout(() => {
        const all = waiting.get(key) ?? [];
        waiting.delete(key);
        for (let from = 0; from < all.length; from += MAX_PULLS) void ask(repo, all.slice(from, from + MAX_PULLS));
      }, TOGETHER_MS);
    });
  }

  async function ask(repo: Repo, asked: readonly Asked[]): Promise<void> {
    const pulls = asked.map(({ number, known }) => ({ number, base: known.seen.base, head: known.branch }));
    const { query, variables } = snapshotQuery(pulls);
    const found = await calls
      .query(repo, query, variables, z.object({ repository: z.record(z.string(), z.unknown()) }))
      // Each pull is read over REST then, whose errors say what is wrong.
      .catch(() => ({ repository: {} }));
    for (const { number, known, answer } of asked) answer(glanceOf(found.repository, number, known.seen.base));
  }

  return async (repo, number) => {
    const key = `${repo.id} ${number}`;
    const known = remembered.get(key);
    const seen = known === undefined || known.seen.state !== "open" ? null : await glance(repo, number, known);
    if (known !== undefined && seen !== null && seen.rest === known.rest && seen.behindBy > 0) {
      const { baseSha, behindBy, mergeable } = seen;
      return { ...known.seen, baseSha, behindBy, mergeable };
    }
    // A change between the glance and this leads to another full reading, never to an old one.
    const full = await read(repo, number);
    remembered.set(key, { ...full, rest: seen?.rest ?? null });
    return full.seen;
  };
}
