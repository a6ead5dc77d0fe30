/** Computes when a timer is due. Bounds the time, because a config, a check's clock or a server may ask for any. */

/** Longer than any wait. A timer that is due too early is set again. */
const LONGEST_MS = 48 * 60 * 60_000;

export function dueAfter(at: number, ms: number): number {
  return at + Math.ceil(Math.min(Math.max(ms, 0), LONGEST_MS));
}
