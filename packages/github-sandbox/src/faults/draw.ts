/**
 * Draws the faults of requests, webhooks, test merges and runners. A draw is pure: the same level, seed and subject
 * give the same fault, in whatever order and whatever else happens. So a failed run can be repeated.
 */
import { createHash } from "node:crypto";

export const faultLevels = ["none", "light", "heavy"] as const;
export type FaultLevel = (typeof faultLevels)[number];

export type RequestFault =
  | { kind: "none" }
  | { kind: "slow"; ms: number }
  /** 502. `effect`: the request had its effect all the same. */
  | { kind: "bad-gateway"; effect: boolean }
  /** No answer, then a broken connection. */
  | { kind: "timeout"; effect: boolean; ms: number }
  | { kind: "secondary-limit"; retryAfter: number };

/** A late webhook arrives behind later ones. */
export interface DeliveryFault {
  isLost: boolean;
  copies: 1 | 2;
  delayMs: number;
}

/** The chances of each fault; times are upper bounds. */
interface Strength {
  badGateway: number;
  timeout: number;
  timeoutMs: number;
  secondaryLimit: number;
  retryAfter: number;
  slow: number;
  slowMs: number;
  deliveryLost: number;
  deliveryTwice: number;
  deliveryLate: number;
  deliveryLateMs: number;
  mergeabilityLate: number;
  mergeabilityLateMs: number;
  runnerLost: number;
  runnerLostMs: number;
}

const strengths: Record<Exclude<FaultLevel, "none">, Strength> = {
  light: {
    badGateway: 0.02,
    timeout: 0.01,
    timeoutMs: 1_000,
    secondaryLimit: 0.005,
    retryAfter: 2,
    slow: 0.3,
    slowMs: 50,
    deliveryLost: 0.03,
    deliveryTwice: 0.05,
    deliveryLate: 0.3,
    deliveryLateMs: 500,
    mergeabilityLate: 0.5,
    mergeabilityLateMs: 500,
    runnerLost: 0.01,
    runnerLostMs: 2_000,
  },
  heavy: {
    badGateway: 0.08,
    timeout: 0.02,
    timeoutMs: 2_000,
    secondaryLimit: 0.02,
    retryAfter: 5,
    slow: 0.5,
    slowMs: 200,
    deliveryLost: 0.15,
    deliveryTwice: 0.15,
    deliveryLate: 0.6,
    deliveryLateMs: 2_000,
    mergeabilityLate: 0.8,
    mergeabilityLateMs: 2_000,
    runnerLost: 0.08,
    runnerLostMs: 2_000,
  },
};

/** Returns numbers from 0 to below 1 by seed and subject. Every recorded seed depends on the kinds in `thing`. */
function chances(seed: number, thing: string): number[] {
  const hash = createHash("sha256").update(`${seed}\n${thing}`).digest();
  return [0, 4, 8, 12].map((at) => hash.readUInt32BE(at) / 2 ** 32);
}

/** @param thing The request's method and path, and its number among those. */
export function requestFault(level: FaultLevel, seed: number, thing: string): RequestFault {
  if (level === "none") return { kind: "none" };
  const strength = strengths[level];
  const [which = 0, effect = 0, slow = 0, howSlow = 0] = chances(seed, `request ${thing}`);
  const { badGateway, timeout, secondaryLimit } = strength;
  if (which < badGateway) return { kind: "bad-gateway", effect: effect < 0.5 };
  if (which < badGateway + timeout) return { kind: "timeout", effect: effect < 0.5, ms: strength.timeoutMs };
  if (which < badGateway + timeout + secondaryLimit) {
    return { kind: "secondary-limit", retryAfter: strength.retryAfter };
  }
  return slow < strength.slow ? { kind: "slow", ms: Math.round(howSlow * strength.slowMs) } : { kind: "none" };
}

export function deliveryFault(level: FaultLevel, seed: number, thing: string): DeliveryFault {
  if (level === "none") return { isLost: false, copies: 1, delayMs: 0 };
  const strength = strengths[level];
  const [lost = 0, twice = 0, late = 0, howLate = 0] = chances(seed, `letter ${thing}`);
  return {
    isLost: lost < strength.deliveryLost,
    copies: twice < strength.deliveryTwice ? 2 : 1,
    delayMs: late < strength.deliveryLate ? Math.round(howLate * strength.deliveryLateMs) : 0,
  };
}

/** Returns the milliseconds before a test merge begins. */
export function mergeabilityDelay(level: FaultLevel, seed: number, thing: string): number {
  if (level === "none") return 0;
  const strength = strengths[level];
  const [late = 0, howLate = 0] = chances(seed, `mergeability ${thing}`);
  return late < strength.mergeabilityLate ? Math.round(howLate * strength.mergeabilityLateMs) : 0;
}

/** Returns the milliseconds after which the job's runner is lost; null: never. */
export function runnerLostAfter(level: FaultLevel, seed: number, thing: string): number | null {
  if (level === "none") return null;
  const strength = strengths[level];
  const [lost = 0, when = 0] = chances(seed, `runner ${thing}`);
  return lost < strength.runnerLost ? Math.round(when * strength.runnerLostMs) : null;
}
