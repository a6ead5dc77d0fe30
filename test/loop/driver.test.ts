import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Driver, drive } from "../../src/loop/driver.ts";
import type { Loop } from "../../src/loop/loop.ts";

/** A loop in the test's hands: so many events wait, so many effects are due, the next thing is due then. */
class Played implements Loop {
  events = 0;
  effects = 0;
  dueAt: number | null = null;
  fails: Error | null = null;
  ticks = 0;
  turns = 0;
  /** The ends of the effects under way. */
  readonly underWay: (() => void)[] = [];

  async stepInbox(): Promise<number> {
    this.turns += 1;
    if (this.fails !== null) throw this.fails;
    const count = this.events;
    this.events = 0;
    return count;
  }

  async claim(limit: number): Promise<Promise<void>[]> {
    if (limit < 1) throw new Error("the driver asked for no effect");
    const count = Math.min(limit, this.effects);
    this.effects -= count;
    return Array.from({ length: count }, () => new Promise<void>((resolve) => this.underWay.push(resolve)));
  }

  async stepOutbox(): Promise<number> {
    throw new Error("a driver claims, and never waits for effects");
  }

  async tick(): Promise<void> {
    this.ticks += 1;
  }

  async nextDue(): Promise<number | null> {
    return this.dueAt;
  }
}

const lines: string[] = [];
const log = {
  debug: () => {},
  info: () => {},
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
  driver = drive(loop, { now: () => Date.now() }, log);
  await vi.advanceTimersByTimeAsync(0);
}

it("the driver runs at most eight effects at a time, and claims another as soon as one ends", async () => {
  loop.effects = 10;
  await start();
  expect(loop.underWay).toHaveLength(8);
  loop.underWay.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(loop.underWay).toHaveLength(8);
  expect(loop.effects).toBe(1);
});

it("the driver decides events while all its places for effects are taken", async () => {
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
