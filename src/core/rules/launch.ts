/**
 * Which attempts start now and which wait for the leader's prompt cache. A cache entry can be read only once the first answer
 * begins to stream, so identical prefixes sent at the same time are all paid in full. One goes first; the others follow as
 * soon as its run is at work, or after a few seconds, whichever is sooner: while their runners boot, its first answer begins.
 * Nothing ever waits for a whole task.
 */
import type { AttemptKind, Price } from "../attempt.ts";

export interface Candidate {
  id: string;
  prefix: string;
}

/** An attempt that was started before. Times in milliseconds. */
export interface Use {
  id: string;
  prefix: string;
  dispatchedAt: number;
  /** null: its run has not been seen at work. */
  startedAt: number | null;
  endedAt: number | null;
}

/** The cost and the saving of a hold. */
export interface CacheTerms {
  prefixTokens: number;
  price: Pick<Price, "cacheRead" | "cacheWrite">;
  /** The longest that anything waits for its leader, in milliseconds. 0: nothing ever waits. */
  holdMs: number;
  /** US dollars for an hour of one attempt's waiting. */
  usdPerHour: number;
}

export type Launch = { id: string; leader: null; until: null; why: Going } | Held;
type Going = "first-of-prefix" | "cache-warm" | "leader-late" | "hold-too-dear";
interface Held {
  id: string;
  /** Whom it follows. */
  leader: string;
  /** When it starts at the latest. */
  until: number;
  why: "follows-leader";
}

/** The most that any model we know asks of a prefix before it caches it; below, nothing is cached, silently. */
export const MINIMUM_PREFIX_TOKENS = 4_096;

/** An entry lives so long after it was last used. */
const CACHE_MS = 5 * 60_000;

/** Half a second, and the reading of 25,000 tokens a second. */
export function firstTokenMs(prefixTokens: number): number {
  return 500 + prefixTokens / 25;
}

/** Names what attempts must share to share a cache: the model, and the tools and rules for reading or changing files. */
export function prefixOf(model: string, kind: AttemptKind): string {
  return `${model} ${kind === "research" || kind === "review" ? "reads" : "changes"}`;
}

/** `candidates` may start at `at`; the first of a cold prefix leads. Terms that are null, such as of an unknown price, never hold. */
export function launch(
  candidates: readonly Candidate[],
  uses: readonly Use[],
  termsOf: (prefix: string) => CacheTerms | null,
  at: number,
): Launch[] {
  const groups = Map.groupBy(candidates, (candidate) => candidate.prefix);
  return candidates.map(({ id, prefix }): Launch => {
    const goes = (why: Going): Launch => ({ id, leader: null, until: null, why });
    const same = uses.filter((use) => use.prefix === prefix);
    if (same.some((use) => isWarm(use, at))) return goes("cache-warm");
    const underWay = same.filter((use) => use.endedAt === null);
    const group = groups.get(prefix) ?? [];
    const [first] = group;
    if (underWay.length === 0 && first?.id === id) return goes("first-of-prefix");
    const terms = termsOf(prefix);
    const followers = underWay.length === 0 ? group.length - 1 : group.length;
    if (terms === null || !holdPays(followers, terms)) return goes("hold-too-dear");
    const led = underWay.length === 0 && first !== undefined ? [{ id: first.id, dispatchedAt: at }] : underWay;
    // A clock that was set back must not make anybody wait longer: what began in the future is not waited for.
    const leader = led.find(({ dispatchedAt }) => dispatchedAt <= at && at < dispatchedAt + terms.holdMs);
    if (leader === undefined) return goes("leader-late");
    return { id, leader: leader.id, until: leader.dispatchedAt + terms.holdMs, why: "follows-leader" };
  });
}

/** Every turn of a running agent reads the prefix again and keeps the entry alive. */
function isWarm({ startedAt, endedAt }: Use, at: number): boolean {
  return startedAt !== null && (endedAt === null || at < endedAt + CACHE_MS);
}

/** Compares what the followers save with the price of their wait. */
export function holdPays(followers: number, { prefixTokens, price, holdMs, usdPerHour }: CacheTerms): boolean {
  if (holdMs <= 0 || firstTokenMs(prefixTokens) > holdMs || prefixTokens < MINIMUM_PREFIX_TOKENS) return false;
  const saved = (followers * (price.cacheWrite - price.cacheRead) * prefixTokens) / 1_000_000;
  return saved > (usdPerHour * holdMs) / 3_600_000;
}
