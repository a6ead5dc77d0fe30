/**
 * Which attempts start now and which wait for the leader's prompt cache. A cache entry can be read only once the first answer
 * begins to stream, so identical prefixes sent at the same time are all paid in full. One goes first; the others follow at
 * its first token, or after a few seconds, whichever is sooner. Nothing ever waits for a whole task.
 */

export interface Candidate {
  id: string;
  /** What must be identical to share a cache: model, effort and prefix. */
  prefix: string;
}

/** What the cache is worth. Dollars per token; the multipliers are of the base price. */
export interface CacheTerms {
  prefixTokens: number;
  /** Below it nothing is cached, silently. */
  minimumTokens: number;
  usdPerToken: number;
  writeMultiplier: number;
  readMultiplier: number;
  /** The longest that anything waits for a first token, in milliseconds. 0: nothing ever waits. */
  holdMs: number;
  /** What an hour of everybody's waiting is worth. */
  usdPerHour: number;
}

export interface Launch {
  id: string;
  /** Milliseconds to wait at most; 0: now. */
  holdMs: number;
  why: "first of its prefix" | "the cache is warm" | "follows its leader" | "a hold would not pay";
}

/** `warm`: prefixes whose cache entry is readable now. */
export function launch(
  candidates: readonly Candidate[],
  warm: ReadonlySet<string>,
  terms: (prefix: string) => CacheTerms,
): Launch[] {
  const groups = Map.groupBy(candidates, (candidate) => candidate.prefix);
  return candidates.map(({ id, prefix }): Launch => {
    if (warm.has(prefix)) return { id, holdMs: 0, why: "the cache is warm" };
    const group = groups.get(prefix) ?? [];
    if (group[0]?.id === id) return { id, holdMs: 0, why: "first of its prefix" };
    const given = terms(prefix);
    return holdPays(group.length, given)
      ? { id, holdMs: given.holdMs, why: "follows its leader" }
      : { id, holdMs: 0, why: "a hold would not pay" };
  });
}

/** (N-1)(w-r)Pc against the price of the delay. */
export function holdPays(count: number, terms: CacheTerms): boolean {
  if (terms.holdMs <= 0 || count < 2 || terms.prefixTokens < terms.minimumTokens) return false;
  const saved = (count - 1) * (terms.writeMultiplier - terms.readMultiplier) * terms.prefixTokens * terms.usdPerToken;
  return saved > (terms.usdPerHour * terms.holdMs) / 3_600_000;
}
