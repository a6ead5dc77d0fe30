import { expect, it } from "vitest";
import { FEATURE_SCHEMA } from "../../src/core/feature/state.ts";
import { type Leaving, type Store, StoreUnavailable } from "../../src/loop/store-port.ts";
import { applying } from "../contract/store-kit.ts";
import { FEATURE, LANE, World } from "../core/world.ts";
import { altered, type Bench, bench } from "./bench.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The state of a feature that a person cancelled. */
function cancelled(): unknown {
  const world = new World();
  world.start({ api: [], ui: ["api"] });
  world.commands("cancel");
  return world.state;
}

function keeping(exportTo: ((leaving: Leaving) => Promise<void>) | null = null, storeOver?: (inner: Store) => Store) {
  return bench({}, { retention: { days: 30, exportTo }, ...(storeOver && { storeOver }) });
}

async function ended(on: Bench, aggregate: string, state: unknown = cancelled(), schema = FEATURE_SCHEMA) {
  await on.receive(aggregate, "first", {});
  await on.store.step(aggregate, 10, applying({ state, schema, ended: true }));
}

const rows = async (on: Bench, aggregate: string) => (await on.store.history(aggregate, 0, 100)).length;

it("a feature that ended is deleted after the retention, and its snapshot and summaries stay", async () => {
  const on = keeping();
  await ended(on, FEATURE);
  on.pass(30 * DAY_MS);
  await on.loop.tick();
  expect(await rows(on, FEATURE)).toBe(1);
  on.pass(HOUR_MS);
  await on.loop.tick();
  expect(await rows(on, FEATURE)).toBe(0);
  expect((await on.store.snapshot(FEATURE))?.state).toMatchObject({ stage: "cancelled" });
  expect(await on.store.summaries(FEATURE)).toMatchObject([
    { part: "feature", summary: { of: "feature", stage: "cancelled", tasks: 2 } },
    { part: "task:api", summary: { of: "task", size: "M" } },
    { part: "task:ui" },
  ]);
  expect(on.logged).toEqual([]);
});

it("everything is kept where no retention is given", async () => {
  const on = bench();
  await ended(on, FEATURE);
  on.pass(9_000 * DAY_MS);
  await on.loop.tick();
  expect(await rows(on, FEATURE)).toBe(1);
});

it("a lane that lives loses its old history, and a feature that lives does not", async () => {
  const on = keeping();
  for (const aggregate of [FEATURE, LANE]) {
    for (const key of ["first", "second"]) {
      await on.receive(aggregate, key, {});
      await on.store.step(aggregate, 10, applying({ state: cancelled(), schema: FEATURE_SCHEMA }));
    }
  }
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  expect([await rows(on, FEATURE), await rows(on, LANE)]).toEqual([2, 1]);
  expect(on.logged).toEqual([]);
});

it("what cannot be exported is not deleted, which is said once an hour, and goes when it can be", async () => {
  let isFull = true;
  const exported: string[] = [];
  const on = keeping(async ({ aggregate }) => {
    if (isFull) throw new Error("no space left on device");
    exported.push(aggregate);
  });
  const other = "1#2";
  for (const aggregate of [FEATURE, other]) await ended(on, aggregate);
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  await on.loop.tick();
  expect([await rows(on, FEATURE), await rows(on, other)]).toEqual([1, 1]);
  expect(on.logged).toEqual(["error: what is old could not be exported; nothing of it is deleted"]);
  expect(await on.store.summaries(FEATURE)).toEqual([]);
  isFull = false;
  on.pass(HOUR_MS);
  await on.loop.tick();
  expect(exported).toEqual([FEATURE, other]);
  expect([await rows(on, FEATURE), await rows(on, other)]).toEqual([0, 0]);
});

it("a snapshot that cannot be read is kept and logged once, and does not keep the others from being deleted", async () => {
  const on = keeping();
  await ended(on, FEATURE, { from: "a newer version" }, FEATURE_SCHEMA + 1);
  await ended(on, "1#2");
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  on.pass(HOUR_MS);
  await on.loop.tick();
  expect([await rows(on, FEATURE), await rows(on, "1#2")]).toEqual([1, 0]);
  expect(on.logged).toEqual(["warn: an old aggregate cannot be read; it is not deleted"]);
});

it("a command on an issue that never became a feature is deleted without a summary", async () => {
  const on = keeping();
  await ended(on, FEATURE, null, 0);
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  expect([await rows(on, FEATURE), await on.store.summaries(FEATURE)]).toEqual([0, []]);
});

it("many go in batches with a pause between them, and then nothing is looked for until an hour is over", async () => {
  let looked = 0;
  const storeOver = (inner: Store) =>
    altered(inner, {
      prunable: (...given) => {
        looked += 1;
        return inner.prunable(...given);
      },
    });
  const on = keeping(null, storeOver);
  const names = Array.from({ length: 45 }, (_, n) => `1#${n + 100}`);
  for (const name of names) await ended(on, name);
  on.pass(31 * DAY_MS);
  const left: number[] = [];
  for (let batch = 1; batch <= 4; batch++) {
    await on.loop.tick();
    await on.loop.tick();
    let count = 0;
    for (const name of names) count += await rows(on, name);
    left.push(count);
    on.pass(1_000);
  }
  expect(left).toEqual([25, 5, 0, 0]);
  expect(looked).toBe(3);
  on.pass(HOUR_MS);
  await on.loop.tick();
  expect(looked).toBe(4);
});

it("a long history goes in parts, some at once and the others after a pause", async () => {
  const parts: number[] = [];
  const on = keeping(async ({ history }) => void parts.push(history.length));
  const event = (n: number) => ({ id: `e${n}`, aggregate: FEATURE, key: `e${n}`, event: {}, at: on.now() });
  await on.store.receive(
    Array.from({ length: 5_100 }, (_, n) => event(n)),
    [],
  );
  await on.store.step(FEATURE, 9_000, applying({ state: null, ended: true }));
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  expect(parts).toEqual(Array.from({ length: 10 }, () => 500));
  on.pass(1_000);
  await on.loop.tick();
  expect(parts.slice(10)).toEqual([100]);
  expect(await rows(on, FEATURE)).toBe(0);
});

it("an outage of the store is waited for without a word, and the batch goes on where it stopped", async () => {
  let isAway = true;
  const storeOver = (inner: Store) =>
    altered(inner, {
      prune: async (...given) => {
        if (isAway) throw new StoreUnavailable("connection refused");
        return inner.prune(...given);
      },
    });
  const on = keeping(null, storeOver);
  await ended(on, FEATURE);
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  expect([await rows(on, FEATURE), on.logged]).toEqual([1, []]);
  isAway = false;
  on.pass(10_000);
  await on.loop.tick();
  expect(await rows(on, FEATURE)).toBe(0);
});

it("old deliveries are forgotten, and the next thousand after a pause", async () => {
  const on = keeping();
  const deliver = (n: number) => on.store.recordDelivery({ guid: `g${n}`, event: "push", action: null, at: on.now() });
  for (let n = 0; n < 1_001; n++) await deliver(n);
  on.pass(31 * DAY_MS);
  await on.loop.tick();
  expect([await deliver(0), await deliver(1_000)]).toEqual([true, false]);
  on.pass(1_000);
  await on.loop.tick();
  expect(await deliver(1_000)).toBe(true);
});
