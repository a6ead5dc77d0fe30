import { expect, it } from "vitest";
import type { EffectOf } from "../../src/core/effect.ts";
import { type Store, StoreUnavailable } from "../../src/loop/store-port.ts";
import { FEATURE, repo, sha } from "../core/world.ts";
import { altered, bench, due, LEASE_MS } from "./bench.ts";

const labelled = { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" };
const observe: EffectOf<"branch.observe"> = { type: "branch.observe", repo, branch: "main", seq: 1 };

it("the loop leaves an aggregate with an unreadable snapshot alone for a minute and steps the others", async () => {
  const on = bench();
  await on.queue(FEATURE);
  await on.receive(FEATURE, "hint", { type: "hinted", topic: { kind: "issue" } });
  await on.receive("1#2", "labelled", { ...labelled, issue: 2 });
  await on.loop.stepInbox();
  await on.loop.stepInbox();
  expect(on.decided).toEqual(["1#2"]);
  expect(on.logged).toHaveLength(1);
  expect(await on.store.history(FEATURE, 1, 10)).toEqual([]);
  on.pass(60_000);
  await on.loop.stepInbox();
  expect(on.logged).toHaveLength(2);
});

it("an effect whose end could not be written runs again when its lease has run out", async () => {
  let isBroken = true;
  const broken = async () => {
    throw new Error("the row cannot be written");
  };
  const storeOver = (inner: Store) =>
    altered(inner, {
      complete: (...given) => (isBroken ? broken() : inner.complete(...given)),
      release: (...given) => (isBroken ? broken() : inner.release(...given)),
    });
  const on = bench({ branchTip: async () => sha("tip") }, { storeOver });
  await on.queue(FEATURE, due(observe));
  expect(await on.loop.stepOutbox()).toBe(1);
  expect(on.logged.at(-1)).toBe("error: an effect's end could not be written");
  expect(await on.loop.stepOutbox()).toBe(0);
  isBroken = false;
  on.pass(LEASE_MS);
  expect(await on.loop.stepOutbox()).toBe(1);
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("an effect whose outcome could not be written is given back, and tried again after a moment", async () => {
  let calls = 0;
  const storeOver = (inner: Store) =>
    altered(inner, {
      complete: async (...given) => {
        calls += 1;
        if (calls === 1) throw new Error("the row cannot be written");
        return inner.complete(...given);
      },
    });
  const on = bench({ branchTip: async () => sha("tip") }, { storeOver });
  await on.queue(FEATURE, due(observe));
  await on.loop.stepOutbox();
  expect(await on.nextDueIn()).toBe(500);
  on.pass(500);
  await on.loop.stepOutbox();
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("an effect that is still under way here when its lease ends early runs after it, once lists show what it made", async () => {
  const first = Promise.withResolvers<string>();
  let calls = 0;
  const on = bench({ branchTip: () => (++calls === 1 ? first.promise : Promise.resolve(sha("second"))) });
  await on.queue(FEATURE, due(observe));
  const [slow] = await on.loop.claim();
  on.pass(LEASE_MS);
  const [again] = await on.loop.claim();
  await new Promise(setImmediate);
  expect(calls).toBe(1);
  first.resolve(sha("first"));
  await Promise.all([slow, again]);
  expect(calls).toBe(1);
  expect(await on.inbox(FEATURE)).toEqual([]);
  expect(await on.nextDueIn()).toBe(30_000);
  on.pass(30_000);
  await on.loop.stepOutbox();
  expect(calls).toBe(2);
  expect((await on.inbox(FEATURE)).map(({ event }) => event)).toMatchObject([{ sha: sha("second") }]);
});

it("an effect's outcome waits for a database that is away, and the effect does not run again", async () => {
  let isAway = true;
  let calls = 0;
  const storeOver = (inner: Store) =>
    altered(inner, {
      complete: async (...given) => {
        if (isAway) throw new StoreUnavailable("connection refused");
        return inner.complete(...given);
      },
    });
  const branchTip = async () => {
    calls += 1;
    return sha("tip");
  };
  const on = bench({ branchTip }, { storeOver });
  await on.queue(FEATURE, due(observe));
  const [running] = await on.loop.claim();
  await new Promise(setImmediate);
  await on.loop.claim();
  await new Promise(setImmediate);
  isAway = false;
  await on.loop.claim();
  await running;
  expect([calls, (await on.inbox(FEATURE)).length]).toEqual([1, 1]);
  expect(on.logged).toEqual([]);
});

const three = ["a", "b", "c"].map((branch) => due({ ...observe, branch }));

it("the loop claims as many effects as have a place, and more as they end", async () => {
  const on = bench({ branchTip: async () => sha("tip") }, { places: { all: 2, kept: 0 } });
  await on.queue(FEATURE, ...three);
  expect([await on.loop.stepOutbox(), await on.loop.stepOutbox(), await on.loop.stepOutbox()]).toEqual([2, 1, 0]);
});

it("the loop keeps places for urgent effects while others wait", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise }, { places: { all: 4, kept: 2 } });
  await on.queue(FEATURE, ...three);
  expect(await on.loop.claim()).toHaveLength(2);
  expect(await on.loop.claim()).toHaveLength(0);
  expect(await on.loop.nextDue()).toBe(60_000);
  await on.queue(FEATURE, { ...due({ ...observe, branch: "d" }), urgent: true });
  expect(await on.loop.nextDue()).toBe(0);
  expect(await on.loop.claim()).toHaveLength(1);
  end.resolve(sha("tip"));
});

it("the loop has nothing due while all its places are taken", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise }, { places: { all: 1, kept: 0 } });
  await on.queue(FEATURE, ...three);
  await on.loop.claim();
  expect(await on.loop.nextDue()).toBeNull();
  end.resolve(sha("tip"));
});

it("the loop returns when it next has something to do", async () => {
  const on = bench();
  expect(await on.loop.nextDue()).toBeNull();
  await on.queue(FEATURE, due(observe, "2026-01-01T00:01:00.000Z"));
  expect(await on.loop.nextDue()).toBe(60_000);
});

it("the loop takes over the store's time with each beat", async () => {
  const on = bench();
  on.pass(15_000);
  await on.loop.beat();
  expect(on.followed).toEqual(["2026-01-01T00:00:15.000Z"]);
});

it("an effect that runs longer than its lease is not taken over while its process renews it", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise });
  await on.queue(FEATURE, due(observe));
  const [running] = await on.loop.claim();
  for (let beats = 1; beats <= 10; beats += 1) {
    on.pass(15_000);
    await on.loop.beat();
    expect(await on.claim()).toEqual([]);
  }
  end.resolve(sha("tip"));
  await running;
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("an effect that hangs for a quarter of an hour loses its lease, and its process says so once", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise });
  await on.queue(FEATURE, due(observe));
  await on.loop.claim();
  for (let beats = 1; beats <= 64; beats += 1) {
    on.pass(15_000);
    await on.loop.beat();
  }
  expect(await on.claim()).toMatchObject([{ unended: 1 }]);
  end.resolve(sha("tip"));
});

it("a lease that another process took while this one stood still is said to be lost, once", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise });
  await on.queue(FEATURE, due(observe));
  await on.loop.claim();
  on.pass(LEASE_MS);
  await on.claim();
  await on.loop.beat();
  await on.loop.beat();
  expect(on.logged).toEqual(["warn: an effect's lease was lost while it ran; another process may run it too"]);
  end.resolve(sha("tip"));
});

it("effects under way at a stop are given back, and another process claims them at once", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise });
  await on.queue(FEATURE, due(observe));
  const [running] = await on.loop.claim();
  await on.loop.putBack();
  const [taken] = await on.claim();
  expect(taken).toMatchObject({ attempts: 1, unended: 0 });
  end.resolve(sha("tip"));
  await running;
  expect(await on.inbox(FEATURE)).toEqual([]);
});

it("of effects that may have ended processes one runs at a time, and the others wait without being counted", async () => {
  const end = Promise.withResolvers<string>();
  const on = bench({ branchTip: () => end.promise });
  await on.queue(FEATURE, ...three.slice(0, 2));
  for (let death = 1; death <= 2; death += 1) {
    await on.claim();
    on.pass(LEASE_MS);
  }
  const runs = await on.loop.claim();
  await runs[1];
  on.pass(5_000);
  expect(await on.claim()).toMatchObject([{ key: "branch.observe:b", unended: 2 }]);
  end.resolve(sha("tip"));
  await runs[0];
});
