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

/** `leading`: somebody has sent the prefix and no answer has begun yet. `warm`: its entry can be read now. */
export type Cache = "cold" | "leading" | "warm";

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
  /** When a leader's first token usually comes, in milliseconds. Later than `holdMs`: waiting would be for nothing. */
  firstTokenMs: number;
  /** What an hour of everybody's waiting is worth. */
  usdPerHour: number;
}

export interface Launch {
  id: string;
  /** Milliseconds to wait at most; 0: now. */
  holdMs: number;
  why: "first of its prefix" | "the cache is warm" | "follows its leader" | "a hold would not pay";
}

/** `candidates` want to start now; the first of a cold prefix leads. */
export function launch(
  candidates: readonly Candidate[],
  cacheOf: (prefix: string) => Cache,
  termsOf: (prefix: string) => CacheTerms,
): Launch[] {
  const groups = Map.groupBy(candidates, (candidate) => candidate.prefix);
  return candidates.map(({ id, prefix }): Launch => {
    const cache = cacheOf(prefix);
    if (cache === "warm") return { id, holdMs: 0, why: "the cache is warm" };
    const group = groups.get(prefix) ?? [];
    if (cache === "cold" && group[0]?.id === id) return { id, holdMs: 0, why: "first of its prefix" };
    const terms = termsOf(prefix);
    return holdPays(cache === "cold" ? group.length - 1 : group.length, terms)
      ? { id, holdMs: terms.holdMs, why: "follows its leader" }
      : { id, holdMs: 0, why: "a hold would not pay" };
  });
}

/** What the followers save, against the price of a wait that they have together. */
export function holdPays(followers: number, terms: CacheTerms): boolean {
  const { prefixTokens, holdMs } = terms;
  if (holdMs <= 0 || terms.firstTokenMs > holdMs || prefixTokens < terms.minimumTokens) return false;
  const saved = followers * (terms.writeMultiplier - terms.readMultiplier) * prefixTokens * terms.usdPerToken;
  return saved > (terms.usdPerHour * holdMs) / 3_600_000;
}
