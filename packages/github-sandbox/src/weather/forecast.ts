/**
 * What befalls a thing in which weather: a pure draw. The same seed and the same thing have the same fate, whatever else
 * happens meanwhile and in whatever order, so that a run that went wrong can be looked at again.
 */
import { createHash } from "node:crypto";

export const kinds = ["calm", "breezy", "storm"] as const;
export type Kind = (typeof kinds)[number];

export type RequestFate =
  | { kind: "fair" }
  | { kind: "slow"; ms: number }
  /** 502; `effect`: what was asked for was done all the same. */
  | { kind: "bad-gateway"; effect: boolean }
  /** No answer, and in the end a broken connection. */
  | { kind: "timeout"; effect: boolean; ms: number }
  | { kind: "secondary-limit"; retryAfter: number };

/** A webhook that is late arrives behind those that were not. */
export interface LetterFate {
  isLost: boolean;
  copies: 1 | 2;
  delayMs: number;
}

/** Chances of one request, webhook, test merge or job; times are the longest. */
interface Strength {
  badGateway: number;
  timeout: number;
  timeoutMs: number;
  secondaryLimit: number;
  retryAfter: number;
  slow: number;
  slowMs: number;
  letterLost: number;
  letterTwice: number;
  letterLate: number;
  letterLateMs: number;
  mergeabilityLate: number;
  mergeabilityLateMs: number;
  runnerLost: number;
  runnerLostMs: number;
}

const strengths: Record<Exclude<Kind, "calm">, Strength> = {
  breezy: {
    badGateway: 0.02,
    timeout: 0.01,
    timeoutMs: 1_000,
    secondaryLimit: 0.005,
    retryAfter: 2,
    slow: 0.3,
    slowMs: 50,
    letterLost: 0.03,
    letterTwice: 0.05,
    letterLate: 0.3,
    letterLateMs: 500,
    mergeabilityLate: 0.5,
    mergeabilityLateMs: 500,
    runnerLost: 0.01,
    runnerLostMs: 2_000,
  },
  storm: {
    badGateway: 0.08,
    timeout: 0.02,
    timeoutMs: 2_000,
    secondaryLimit: 0.02,
    retryAfter: 5,
    slow: 0.5,
    slowMs: 200,
    letterLost: 0.15,
    letterTwice: 0.15,
    letterLate: 0.6,
    letterLateMs: 2_000,
    mergeabilityLate: 0.8,
    mergeabilityLateMs: 2_000,
    runnerLost: 0.08,
    runnerLostMs: 2_000,
  },
};

/** Numbers from 0 to below 1, the same for the same seed and thing. */
function chances(seed: number, thing: string): number[] {
  const hash = createHash("sha256").update(`${seed}\n${thing}`).digest();
  return [0, 4, 8, 12].map((at) => hash.readUInt32BE(at) / 2 ** 32);
}

/** `thing` says which request of all: its method and path, and the how manieth of these it is. */
export function requestFate(kind: Kind, seed: number, thing: string): RequestFate {
  if (kind === "calm") return { kind: "fair" };
  const strength = strengths[kind];
  const [which = 0, effect = 0, slow = 0, howSlow = 0] = chances(seed, `request ${thing}`);
  const { badGateway, timeout, secondaryLimit } = strength;
  if (which < badGateway) return { kind: "bad-gateway", effect: effect < 0.5 };
  if (which < badGateway + timeout) return { kind: "timeout", effect: effect < 0.5, ms: strength.timeoutMs };
  if (which < badGateway + timeout + secondaryLimit) {
    return { kind: "secondary-limit", retryAfter: strength.retryAfter };
  }
  return slow < strength.slow ? { kind: "slow", ms: Math.round(howSlow * strength.slowMs) } : { kind: "fair" };
}

export function letterFate(kind: Kind, seed: number, thing: string): LetterFate {
  if (kind === "calm") return { isLost: false, copies: 1, delayMs: 0 };
  const strength = strengths[kind];
  const [lost = 0, twice = 0, late = 0, howLate = 0] = chances(seed, `letter ${thing}`);
  return {
    isLost: lost < strength.letterLost,
    copies: twice < strength.letterTwice ? 2 : 1,
    delayMs: late < strength.letterLate ? Math.round(howLate * strength.letterLateMs) : 0,
  };
}

/** Milliseconds until a test merge begins. */
export function mergeabilityDelay(kind: Kind, seed: number, thing: string): number {
  if (kind === "calm") return 0;
  const strength = strengths[kind];
  const [late = 0, howLate = 0] = chances(seed, `mergeability ${thing}`);
  return late < strength.mergeabilityLate ? Math.round(howLate * strength.mergeabilityLateMs) : 0;
}

/** Milliseconds after which the job's runner is lost; null: it stays. */
export function runnerLostAfter(kind: Kind, seed: number, thing: string): number | null {
  if (kind === "calm") return null;
  const strength = strengths[kind];
  const [lost = 0, when = 0] = chances(seed, `runner ${thing}`);
  return lost < strength.runnerLost ? Math.round(when * strength.runnerLostMs) : null;
}
