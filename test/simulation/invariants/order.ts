/**
 * Checks the lane's sequence from the events that it received and the effects that it wrote: no entry may overtake one
 * that it is known to conflict with.
 */
import type { Check, PullSnapshot } from "../../../src/core/github.ts";
import { hasJudged } from "../github/checks.ts";
import type { Court } from "./court.ts";
import type { EventLike } from "./steps.ts";

interface QueuedPull {
  place: number;
  feature: string;
  task: string;
  required: string[];
  mode: string;
  held: boolean;
  away: boolean;
}

const RED = ["failure", "timed_out", "action_required", "cancelled", "stale", "startup_failure"];

export class OrderJudge {
  readonly #court: Court;
  readonly #snapshotOf: (pull: number) => PullSnapshot | undefined;
  readonly #entries = new Map<number, QueuedPull>();
  /** Keyed by two heads: the later entry's and the one ahead. */
  readonly #conflicts = new Set<string>();
  #places = 0;

  constructor(court: Court, snapshotOf: (pull: number) => PullSnapshot | undefined) {
    this.#court = court;
    this.#snapshotOf = snapshotOf;
  }

  /** Handles an event that the lane applied, before the effects of that event. */
  applied(event: EventLike): void {
    switch (event.type) {
      case "entry.submitted": {
        const { pull, feature, task, checks, mode, held } = event.entry as QueuedPull & {
          pull: number;
          checks: { name: string }[];
        };
        const place = this.#entries.get(pull)?.place ?? this.#places++;
        const required = checks.map((check) => check.name);
        this.#entries.set(pull, { place, feature, task, required, mode, held, away: false });
        return;
      }
      case "entry.withdrawn":
        for (const [pull, entry] of this.#entries) {
          if (entry.feature === event.feature && (event.task === null || entry.task === event.task)) {
            this.#entries.delete(pull);
          }
        }
        return;
      case "entries.held":
        for (const entry of this.#entries.values()) {
          if (entry.feature === event.feature) entry.held = event.held as boolean;
        }
        return;
      case "heads.compared":
        if (event.conflict === "unknown" || (event.conflict as string[]).length === 0) return;
        this.#conflicts.add(`${event.pull} ${event.head} ${event.ahead} ${event.aheadHead}`);
        return;
    }
  }

  sent(event: EventLike): void {
    const pull = event.pull as number;
    if (event.type === "entry.landed") this.#entries.delete(pull);
    const entry = this.#entries.get(pull);
    if (event.type === "entry.ejected" && entry !== undefined) entry.away = true;
  }

  /** `waits`: entries that GitHub refused to merge give way until that changes. */
  mergeAsked(pull: number, head: string, waits: ReadonlySet<number>): void {
    const own = this.#entries.get(pull);
    if (own === undefined) return;
    for (const [ahead, entry] of this.#entries) {
      if (entry.place >= own.place || waits.has(ahead) || !this.#advances(ahead, entry)) continue;
      const known = this.#conflicts.has(`${pull} ${head} ${ahead} ${this.#snapshotOf(ahead)?.headSha}`);
      this.#court.demand(
        !known,
        "no entry overtakes one that it is known to conflict with",
        () => `pull ${pull} is asked to merge before ${ahead}`,
      );
    }
  }

  #advances(pull: number, entry: QueuedPull): boolean {
    const snapshot = this.#snapshotOf(pull);
    if (snapshot === undefined || entry.away || entry.held || entry.mode !== "auto") return false;
    if (snapshot.state !== "open" || snapshot.draft || snapshot.changesRequestedBy.length > 0) return false;
    if (snapshot.heldBy !== undefined) return false;
    const required = snapshot.checks.filter((check) => entry.required.includes(check.name));
    const isRed = (check: Check) =>
      RED.includes(check.conclusion ?? "") || (check.conclusion === "skipped" && !hasJudged(check));
    return !required.some(isRed);
  }
}
