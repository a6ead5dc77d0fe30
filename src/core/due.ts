/** When a timer is due: a time that can be stored, whatever wait a config, a check's clock or a server asks for. */

/** Longer than anything that is waited for; whoever is woken too early looks again and goes on waiting. */
const LONGEST_MS = 48 * 60 * 60_000;

export function dueAfter(at: number, ms: number): number {
  return at + Math.ceil(Math.min(Math.max(ms, 0), LONGEST_MS));
}
