/**
 * Checks who runs an effect, by true time: one process at a time, another one soon after a death, and none that ends every process.
 */
import type { ClaimedEffect, InboxEvent } from "../../../src/loop/store-port.ts";
import type { Clock } from "../clock.ts";
import type { GitHubModel } from "../github/model.ts";
import type { Life } from "../process/life.ts";
import { type Mirror, nameOf } from "../process/mirror.ts";
import type { Tally } from "../tally.ts";
import type { Court } from "./court.ts";

/** Written here again, so that whoever makes it longer in the code has to say here why. */
const LEASE_MS = 60_000;
/** How long a process that is up may take to claim what is due. */
const SLACK_MS = 30_000;
/** An effect that hangs is not renewed for ever. */
const LONGEST_MS = 15 * 60_000;
/** Five deaths, and as many claims that other faults ended. */
const MOST_UNENDED = 10;

interface LeaseOptions {
  court: Court;
  clock: Clock;
  /** The store's clock, by which effects are due. It jumps. */
  storeNow(): number;
  mirror: Mirror;
  github: GitHubModel;
  tally: Tally;
  /** Returns true where a process has been up for so many milliseconds. */
  isUp(ms: number): boolean;
}

interface Holding {
  effect: ClaimedEffect;
  life: Life;
  at: number;
}

export class LeaseJudge {
  readonly #options: LeaseOptions;
  /** The last lease of each effect. */
  readonly #leases = new Map<string, string>();
  /** Whose effects run and have come to no end, by the effect's id. */
  readonly #holdings = new Map<string, Holding>();
  #disturbedUntil = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Leases may end early or late meanwhile: the store's clock jumps, or all processes stand still. */
  disturbed(ms: number): void {
    this.#disturbedUntil = Math.max(this.#disturbedUntil, this.#options.clock.now + ms);
  }

  claimed(effect: ClaimedEffect, life: Life): void {
    const { court, clock, tally } = this.#options;
    const before = this.#holdings.get(effect.id);
    if (before !== undefined) {
      const isDisturbed = this.#disturbedUntil >= before.at || before.life.frozenUntil >= before.at;
      const keeps = before.life.alive && !isDisturbed && clock.now - before.at < LONGEST_MS;
      court.demand(!keeps, "a process that lives keeps what it runs", () => `${effect.id} of ${before.life.name}`);
      if (before.life !== life) tally.add("effect taken over");
    }
    court.demand(
      effect.unended <= MOST_UNENDED,
      "an effect that ends processes is given up",
      () => `${effect.id} ended ${effect.unended} of them`,
    );
    this.#leases.set(effect.id, effect.lease);
    this.#holdings.set(effect.id, { effect, life, at: clock.now });
  }

  /** Its lease may be taken from now on. */
  ending(effect: ClaimedEffect): void {
    if (this.#holdings.get(effect.id)?.effect.lease === effect.lease) this.#holdings.delete(effect.id);
  }

  ended(effect: ClaimedEffect, written: boolean): void {
    const { court, tally } = this.#options;
    if (!written) tally.add("end of a lost lease refused");
    const isLast = this.#leases.get(effect.id) === effect.lease;
    court.demand(isLast || !written, "only the last lease's holder writes an outcome", () => effect.id);
  }

  completed(effect: ClaimedEffect, events: readonly InboxEvent[]): void {
    const { court, github, tally } = this.#options;
    const failed = events.map(({ event }) => event as { failure?: { cause?: { kind?: string } | null } });
    if (!failed.some(({ failure }) => failure?.cause?.kind === "never-ended")) return;
    tally.add("effect never ended");
    const { run } = effect.effect as { run?: number };
    const isPoison = run !== undefined && github.run(run).artifact?.has("poison") === true;
    court.demand(isPoison, "only what ends processes is given up", () => effect.id);
  }

  /** Demands that another process claims what a dead one held, soon after the leases ran out. */
  died(held: readonly ClaimedEffect[]): void {
    const { court, clock, storeNow, mirror, isUp } = this.#options;
    const [at, storeAt] = [clock.now, storeNow()];
    clock.after(LEASE_MS + SLACK_MS, () => {
      if (this.#disturbedUntil >= at || !isUp(SLACK_MS)) return;
      for (const { id, aggregate, key, lease } of held) {
        const open = mirror.effects.get(nameOf(aggregate, key));
        const isLeft = this.#leases.get(id) === lease && open !== undefined && Date.parse(open.runAt) <= storeAt;
        court.demand(!isLeft, "a dead process holds nothing longer than its lease", () => id);
      }
    });
  }

  /** Demands that a process that was asked to stop has given back all. */
  left(held: readonly ClaimedEffect[]): void {
    const { court } = this.#options;
    court.demand(held.length === 0, "a process that stops gives back what it runs", () => held[0]?.id ?? "");
  }
}
