import { expect, it } from "vitest";
import { SharedClock } from "../../src/loop/shared-clock.ts";

const iso = (ms: number) => new Date(ms).toISOString();

it("a clock that is minutes behind the store's takes over its time, and counts on with its own", () => {
  let own = 1_000_000;
  const clock = new SharedClock(() => own);
  clock.follow(iso(1_300_000));
  own += 5_000;
  expect(clock.now()).toBe(1_305_000);
});

it("a clock that differs by the way of an answer keeps its time", () => {
  const clock = new SharedClock(() => 1_000_000);
  clock.follow(iso(1_000_400));
  expect(clock.now()).toBe(1_000_000);
});
