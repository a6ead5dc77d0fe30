/** Models one process: runs the real loop over the guarded store as its driver does, dies and starts again. */
import { listPriceOf } from "../../../src/config/prices.ts";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import type { Command } from "../../../src/core/command.ts";
import { createLoop, type Loop } from "../../../src/loop/loop.ts";
import { RENEW_EVERY_MS } from "../../../src/loop/outbox/under-way.ts";
import type { Log, Outside } from "../../../src/loop/outside.ts";
import { SharedClock } from "../../../src/loop/shared-clock.ts";
import type { Store } from "../../../src/loop/store-port.ts";
import { readCommand } from "../../../src/webhook/command.ts";
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import type { GitHubModel } from "../github/model.ts";
import { modelPort } from "../github/port.ts";
import type { Act } from "../scenario/scenario.ts";
import type { PlannerModel } from "../world/planner.ts";
import { readConfig } from "../world/repository.ts";
import { faultyWire } from "./faulty-wire.ts";
import { guardedStore, type Held, type StoreWatch } from "./guarded-store.ts";
import type { Injector } from "./injector.ts";
import { Life } from "./life.ts";
import type { Mirror } from "./mirror.ts";

const LONGEST_SLEEP_MS = 5_000;
const SWEEP_MS = 120_000;
/** How long a process that is asked to stop waits for what it runs, as its driver does. */
const STOPPING_MS = 20_000;
export const LABEL = "headgate";
/** How long to gather bursts, in milliseconds. */
const PACE = { statusEveryMs: 15_000, observeEveryMs: 2_000 };

export interface Site {
  clock: Clock;
  chance: Chance;
  /** Chooses the order of what waits. */
  order: Chance;
  /** Difference between this machine's clock and true time, in milliseconds. */
  skew: number;
  injector: Injector;
  github: GitHubModel;
  store: Store;
  /** Returns the time on the store's clock, in milliseconds. */
  storeNow(): number;
  mirror: Mirror;
  watch: StoreWatch;
  planner: PlannerModel;
  /** True when only this process can hold leases. Then they are void when it starts again. */
  alone: boolean;
  act(act: Act): void;
  /** Called when a process has work. */
  stir(): void;
  /** Called when an answer from outside arrives and its waiter can continue. */
  answered(): void;
  /** Called when the outside asks everybody to wait until then. */
  mandated(until: number): void;
  newId(): string;
  log(level: "warn" | "error", fields: Record<string, unknown>, message: string): void;
  trace(text: string): void;
}

export class Replica {
  stalledUntil = 0;
  readonly #site: Site;
  readonly #name: string;
  #lives = 0;
  #life: Life | null = null;
  #loop: Loop | null = null;
  #store: Store | null = null;
  #held: Held = new Map();
  #looksAgain = false;
  /** It was asked to stop: it ends what it runs and begins nothing. */
  #stopping = false;
  /** How long the next death lasts, in milliseconds; null: as long as a supervisor takes. */
  #away: number | null = null;
  /** When the process last started. */
  #since = 0;
  readonly #shared: SharedClock;

  constructor(site: Site, name: string) {
    this.#site = site;
    this.#name = name;
    this.#shared = new SharedClock(() => site.clock.now + site.skew);
  }

  /** Returns null while the process is down or stops: it hears nothing then. */
  get store(): Store | null {
    return this.#stopping ? null : this.#store;
  }

  /** Returns true where the process has run for that long, and has not stood still meanwhile. */
  isUp(ms: number): boolean {
    return this.store !== null && this.#site.clock.now - Math.max(this.#since, this.stalledUntil) >= ms;
  }

  /** Ends the process without a word. Its leases stay. */
  kill(ms: number): void {
    this.#away = ms;
    this.#life?.crash("killed");
  }

  /** Lets the process stand still: its leases run out, and then it goes on with what it was doing. */
  freeze(ms: number): void {
    const { clock, stir } = this.#site;
    const until = clock.now + ms;
    this.stalledUntil = Math.max(this.stalledUntil, until);
    if (this.#life !== null) this.#life.frozenUntil = Math.max(this.#life.frozenUntil, until);
    clock.after(ms, stir);
  }

  /** Asks the process to stop, as its driver does: it waits for what it runs, and gives back what takes longer. */
  stop(ms: number): void {
    const { clock } = this.#site;
    const life = this.#life;
    const loop = this.#loop;
    if (life === null || loop === null || this.#stopping) return;
    this.#stopping = true;
    const since = clock.now;
    const look = (): void => {
      if (this.#held.size > 0 && clock.now - since < STOPPING_MS) life.after(clock, 1_000, look);
      else void this.#leave(life, loop, ms);
    };
    life.after(clock, 0, look);
  }

  async #leave(life: Life, loop: Loop, ms: number): Promise<void> {
    const { stir, watch } = this.#site;
    stir();
    await untilDeath(life, loop.putBack());
    while (((await untilDeath(life, loop.stepInbox())) ?? 0) > 0);
    if (!life.alive) return;
    watch.leases.left([...this.#held.values()].map(({ effect }) => effect));
    this.#away = ms;
    life.crash("it was asked to stop");
  }

  /** Returns the time as this process has it: the store's, counted on with its own clock. */
  now(): number {
    return this.#shared.now();
  }

  start(): void {
    const { clock, chance, injector, github, mirror, watch, trace } = this.#site;
    this.#lives += 1;
    this.#stopping = false;
    this.#since = clock.now;
    const life = new Life(`${this.#name}.${this.#lives}`, (dead, why) => this.#died(dead, why));
    const now = () => clock.now;
    const shared = this.#shared;
    shared.follow(new Date(this.#site.storeNow()).toISOString());
    const { act, stir, answered, mandated } = this.#site;
    const asked = (what: string) => watch.core.asked(what);
    const inner = this.#site.store;
    const { store, held } = guardedStore({ inner, life, injector, mirror, watch, stir, now });
    const port = modelPort(
      github,
      faultyWire({ life, clock, chance, injector, act, answered, asked, mandated, trace }),
    );
    const outside: Outside = {
      store,
      github: port,
      planner: this.#site.planner.forLife(life, answered),
      scanner: { scanFile: async () => ({ secrets: [], isComplete: true }), redact: async (text) => text },
      readWorkflow,
      priceOf: listPriceOf,
      settings: { label: LABEL, baseBranch: null, ...PACE, sweepEveryMs: SWEEP_MS },
      readPolicy: readConfig,
      readCommand: readOnce,
      repositories: async () => [github.repo],
      now: () => {
        asked("the clock");
        return shared.now();
      },
      follow: (time) => shared.follow(time),
      random: () => this.#site.order.next(),
      newId: () => this.#site.newId(),
      log: this.#log(life),
    };
    this.#life = life;
    this.#loop = createLoop(outside);
    this.#store = store;
    this.#held = held;
    trace(`${life.name} starts`);
    const sweep = () => {
      if (!life.alive || this.#stopping) return;
      stir();
      if (clock.now >= this.stalledUntil) void this.#loop?.tick();
      clock.after(SWEEP_MS, sweep);
    };
    sweep();
    const beat = () => {
      if (!life.alive) return;
      if (clock.now >= this.stalledUntil) void this.#loop?.beat();
      clock.after(RENEW_EVERY_MS, beat);
    };
    clock.after(RENEW_EVERY_MS, beat);
  }

  /** Decides and claims in turn until nothing is left to do now. */
  async turn(): Promise<void> {
    const life = this.#life;
    const loop = this.#loop;
    if (life === null || loop === null || this.#site.clock.now < this.stalledUntil) return;
    if (this.#stopping) return;
    await untilDeath(life, this.#turn(loop));
  }

  /** Effects that end meanwhile ask for another turn. */
  async #turn(loop: Loop): Promise<void> {
    let stepped = await loop.stepInbox();
    for (let first = true; first || stepped > 0; first = false) {
      await loop.claim();
      stepped = await loop.stepInbox();
    }
    await this.#lookAgain();
  }

  /** An event that could not be decided wakes no process. A sleeping driver sees it again after its longest sleep. */
  async #lookAgain(): Promise<void> {
    if (this.#looksAgain || ((await this.#store?.waiting(1)) ?? []).length === 0) return;
    this.#looksAgain = true;
    this.#site.clock.after(LONGEST_SLEEP_MS, () => {
      this.#looksAgain = false;
      this.#site.stir();
    });
  }

  /** Returns the true time in milliseconds when something will be due, or null. */
  async nextDue(): Promise<number | null> {
    const life = this.#life;
    if (life === null || this.#loop === null || this.#stopping) return null;
    const due = await untilDeath(life, this.#loop.nextDue());
    return due === undefined || due === null ? null : this.#site.clock.now + due;
  }

  #died(life: Life, why: string): void {
    const { clock, chance, trace } = this.#site;
    trace(`${life.name} dies: ${why}`);
    this.#life = null;
    this.#loop = null;
    this.#store = null;
    const held = [...this.#held.values()];
    const pause = this.#away ?? chance.between(3_000, 30_000);
    this.#away = null;
    this.#site.watch.leases.died(held.map((one) => one.effect));
    this.#site.mandated(clock.now + pause);
    clock.after(pause, () => void this.#begin(held.map((one) => one.effect)));
  }

  async #begin(held: Parameters<Store["renew"]>[0]): Promise<void> {
    const { store, alone, stir } = this.#site;
    stir();
    if (alone) await store.renew(held, 0);
    this.start();
  }

  #log(life: Life): Log {
    const { log } = this.#site;
    const dead = () => !life.alive;
    return {
      debug: () => {},
      info: () => {},
      warn: (fields, message) => {
        if (!dead()) log("warn", fields, message);
      },
      error: (fields, message) => {
        if (!dead()) log("error", fields, message);
      },
    };
  }
}

/** Caches parsed comments. Sweeps read the same few comments again and again, and their meaning does not change. */
const read = new Map<string, Command | null>();

function readOnce(body: string): Command | null {
  const known = read.get(body);
  if (known !== undefined) return known;
  const command = readCommand(body);
  read.set(body, command);
  return command;
}

async function untilDeath<T>(life: Life, work: Promise<T>): Promise<T | undefined> {
  return Promise.race([work, life.death.then(() => undefined)]);
}
