/**
 * Mirrors the store from outside: each aggregate's latest state, the open effects, and the start of an observation in
 * progress. The guarded stores fill it as their writes succeed.
 */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Repo } from "../../../src/core/github.ts";
import { featureKey } from "../../../src/core/keys.ts";
import type { ClaimedEffect, InboxEvent, StepWrite } from "../../../src/loop/store-port.ts";

export interface OpenEffect {
  aggregate: string;
  key: string;
  effect: { type: string; [field: string]: unknown };
  runAt: string;
  /** The effect is claimed and was requested again meanwhile. */
  rearmed: boolean;
  claimed: boolean;
}

export class Mirror {
  readonly states = new Map<string, unknown>();
  readonly effects = new Map<string, OpenEffect>();
  /** Keys that were requested before. Without `replace`, a second request changes nothing. */
  readonly #known = new Set<string>();
  /** The true time of the claim of the effect whose outcome an inbox event carries. */
  readonly claimedAt = new Map<string, number>();

  /** Returns the last life of the issue's feature; null: it has not begun. */
  feature(repo: Repo, issue: number, life = 1): FeatureState | null {
    const state = this.states.get(featureKey(repo, issue, life)) as FeatureState | undefined;
    return (state?.life.isFormer === true ? this.feature(repo, issue, life + 1) : null) ?? state ?? null;
  }

  stepped(aggregate: string, write: StepWrite): void {
    this.states.set(aggregate, write.state);
    for (const key of write.cancel) {
      const open = this.effects.get(nameOf(aggregate, key));
      if (open === undefined) continue;
      open.rearmed = false;
      if (!open.claimed) this.effects.delete(nameOf(aggregate, key));
    }
    for (const { key, effect, runAt, replace } of write.effects) {
      const name = nameOf(aggregate, key);
      if (this.#known.has(name) && replace !== true) continue;
      this.#known.add(name);
      const before = this.effects.get(name);
      const fresh = { aggregate, key, effect: effect as OpenEffect["effect"], runAt };
      if (before === undefined) this.effects.set(name, { ...fresh, rearmed: false, claimed: false });
      else Object.assign(before, fresh, { rearmed: before.claimed });
    }
  }

  claimed(effect: ClaimedEffect): void {
    const open = this.effects.get(nameOf(effect.aggregate, effect.key));
    if (open !== undefined) Object.assign(open, { claimed: true, rearmed: false });
  }

  completed(effect: ClaimedEffect, events: readonly InboxEvent[], claimedAt: number): void {
    for (const event of events) this.claimedAt.set(nameOf(event.aggregate, event.key), claimedAt);
    const name = nameOf(effect.aggregate, effect.key);
    const open = this.effects.get(name);
    if (open === undefined) return;
    open.claimed = false;
    if (!open.rearmed) this.effects.delete(name);
    open.rearmed = false;
  }

  released(effect: ClaimedEffect): void {
    const open = this.effects.get(nameOf(effect.aggregate, effect.key));
    if (open !== undefined) Object.assign(open, { claimed: false, rearmed: false });
  }

  has(aggregate: string, key: string): boolean {
    return this.effects.has(nameOf(aggregate, key));
  }

  /** Returns true when an open effect of the aggregate has a key with this prefix. */
  hasAny(aggregate: string, beginning: string): boolean {
    for (const open of this.effects.values()) {
      if (open.aggregate === aggregate && open.key.startsWith(beginning)) return true;
    }
    return false;
  }
}

export function nameOf(aggregate: string, key: string): string {
  return `${aggregate}\n${key}`;
}
