import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Driver, drive } from "../../src/loop/driver.ts";
import type { Loop } from "../../src/loop/loop.ts";
import { StoreOutdated, StoreUnavailable } from "../../src/loop/store-port.ts";

/** A loop in the test's hands: so many events wait, so many effects are due, the next thing is due then. */
class Played implements Loop {
  events = 0;
  effects = 0;
  dueAt: number | null = null;
  fails: Error | null = null;
  ticks = 0;
  turns = 0;
  missedTimes = 0;
  beats = 0;
  givenBack = 0;
  /** The ends of the effects under way. */
  readonly underWay: (() => void)[] = [];

  async stepInbox(): Promise<number> {
    this.turns += 1;
    if (this.fails !== null) throw this.fails;
    const count = this.events;
    this.events = 0;
    return count;
  }

  async claim(): Promise<Promise<void>[]> {
    const count = this.effects;
    this.effects = 0;
    return Array.from({ length: count }, () => new Promise<void>((resolve) => this.underWay.push(resolve)));
  }

  async beat(): Promise<void> {
    this.beats += 1;
    if (this.fails !== null) throw this.fails;
  }

  async putBack(): Promise<void> {
    this.givenBack += 1;
  }

  async stepOutbox(): Promise<number> {
    throw new Error("a driver claims, and never waits for effects");
  }

  async tick(): Promise<void> {
    this.ticks += 1;
  }

  missed(): void {
    this.missedTimes += 1;
  }

  async nextDue(): Promise<number | null> {
    if (this.fails !== null) throw this.fails;
    return this.dueAt === null ? null : this.dueAt - Date.now();
  }
}

const lines: string[] = [];
const log = {
  debug: () => {},
  info: (_: unknown, message: string) => void lines.push(message),
  warn: () => {},
  error: (_: unknown, message: string) => void lines.push(message),
};
let loop: Played;
let driver: Driver;

beforeEach(() => {
  vi.useFakeTimers();
  lines.length = 0;
  loop = new Played();
});
afterEach(async () => {
  loop.fails = null;
  for (const end of loop.underWay) end();
  await driver.stop();
  vi.useRealTimers();
});

async function start(): Promise<void> {
  driver = drive(loop, log);
  await vi.advanceTimersByTimeAsync(0);
}

it("the driver claims again as soon as an effect ends", async () => {
  loop.effects = 1;
  await start();
  loop.effects = 1;
  loop.underWay.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(loop.effects).toBe(0);
});

it("the driver decides events while effects run", async () => {
  loop.effects = 8;
  await start();
  loop.events = 1;
  driver.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(loop.events).toBe(0);
  expect(lines).toEqual([]);
});

it("the driver sleeps until the next effect is due", async () => {
  loop.dueAt = Date.now() + 3_000;
  await start();
  loop.effects = 1;
  await vi.advanceTimersByTimeAsync(2_999);
  expect(loop.underWay).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(loop.underWay).toHaveLength(1);
});

it("the driver sleeps for five seconds at most, since another process may have left something to do", async () => {
  loop.dueAt = Date.now() + 3_600_000;
  await start();
  loop.events = 1;
  await vi.advanceTimersByTimeAsync(4_999);
  expect(loop.events).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(loop.events).toBe(0);
});

it("an event that arrives wakes the driver at once", async () => {
  await start();
  loop.events = 1;
  driver.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(loop.events).toBe(0);
});

it("a driver whose turn fails logs it and continues with the next turn", async () => {
  loop.fails = new Error("the database is away");
  await start();
  expect(lines).not.toEqual([]);
  loop.fails = null;
  loop.events = 1;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loop.events).toBe(0);
});

it("a driver that fails again and again pauses between its turns", async () => {
  loop.fails = new Error("the database is away");
  await start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(loop.turns).toBeLessThan(20);
});

it("a database that is away for a minute is said in one line, its return in another, and the driver goes on", async () => {
  await start();
  loop.fails = new StoreUnavailable("connection refused");
  await vi.advanceTimersByTimeAsync(60_000);
  loop.fails = null;
  loop.events = 1;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loop.events).toBe(0);
  expect(lines).toEqual([
    "the database cannot be used; Headgate tries until it can",
    "the database answers again; Headgate goes on",
  ]);
});

it("the driver has everything swept after the database was away, since webhooks were lost meanwhile", async () => {
  await start();
  loop.fails = new StoreUnavailable("connection refused");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(loop.missedTimes).toBe(0);
  loop.fails = null;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(loop.missedTimes).toBe(1);
});

it("a driver that is stopped while the database is away ends all the same", async () => {
  await start();
  loop.fails = new StoreUnavailable("connection refused");
  await vi.advanceTimersByTimeAsync(5_000);
  const stopped = driver.stop();
  await vi.advanceTimersByTimeAsync(0);
  await expect(stopped).resolves.toBeUndefined();
  expect(lines).toEqual(["the database cannot be used; Headgate tries until it can"]);
});

it("the driver renews leases every 15 seconds, also after a beat that failed", async () => {
  await start();
  await vi.advanceTimersByTimeAsync(15_000);
  loop.fails = new StoreUnavailable("connection refused");
  await vi.advanceTimersByTimeAsync(15_000);
  loop.fails = null;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(loop.beats).toBe(3);
});

it("a driver that is stopped gives back what still runs after 20 seconds, and beats no more", async () => {
  loop.effects = 1;
  await start();
  const stopped = driver.stop();
  await vi.advanceTimersByTimeAsync(19_999);
  expect(loop.givenBack).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  await stopped;
  const { beats } = loop;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([loop.givenBack, loop.beats]).toEqual([1, beats]);
});

it("the driver sweeps with every turn and leaves it to the loop how often", async () => {
  await start();
  const before = loop.ticks;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(loop.ticks).toBeGreaterThan(before);
});

it("a driver that is stopped ends its effects, decides their outcomes and starts nothing new", async () => {
  loop.effects = 1;
  await start();
  loop.effects = 5;
  let isStopped = false;
  const stopped = driver.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isStopped).toBe(false);
  loop.events = 1;
  loop.underWay.shift()?.();
  await stopped;
  expect([loop.events, loop.effects]).toEqual([0, 5]);
});

it("the driver is busy while an effect is under way, and idle when it has ended", async () => {
  loop.effects = 1;
  await start();
  expect(driver.busy()).toBe(true);
  loop.underWay.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(driver.busy()).toBe(false);
});

it("a driver whose store a newer version uses gives its work back, stops, and says once what to do", async () => {
  loop.effects = 1;
  let ended = false;
  driver = drive(loop, log, () => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  loop.fails = new StoreOutdated("newer");
  driver.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toBe(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(loop.givenBack).toBe(1);
  const { turns } = loop;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(loop.turns).toBe(turns);
  expect(lines).toEqual([expect.stringContaining("a newer version of Headgate uses this database")]);
});
