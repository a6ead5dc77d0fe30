import { expect, it } from "vitest";
import type { EffectOf } from "../../src/core/effect.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { FEATURE, repo, sha } from "../core/world.ts";
import { altered, bench, due, LEASE_MS } from "./bench.ts";

const labelled = { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" };
const observe: EffectOf<"branch.observe"> = { type: "branch.observe", repo, branch: "main", seq: 1 };

it("the loop leaves an aggregate with an unreadable snapshot alone for a minute and steps the others", async () => {
  const on = bench();
  await on.queue(FEATURE);
  await on.receive(FEATURE, "hint", { type: "hinted", topic: { kind: "issue" } });
  await on.receive("acme/tool#2", "labelled", { ...labelled, issue: 2 });
  await on.loop.stepInbox();
  await on.loop.stepInbox();
  expect(on.decided).toEqual(["acme/tool#2"]);
  expect(on.logged).toHaveLength(1);
  expect(await on.store.history(FEATURE, 1, 10)).toEqual([]);
  on.pass(60_000);
  await on.loop.stepInbox();
  expect(on.logged).toHaveLength(2);
});

it("an effect whose end could not be written runs again when its lease has run out", async () => {
  let isAway = true;
  const inner = new MemoryStore();
  const away = async () => {
    throw new Error("the database is away");
  };
  const store = altered(inner, {
    complete: (...given) => (isAway ? away() : inner.complete(...given)),
    release: (...given) => (isAway ? away() : inner.release(...given)),
  });
  const on = bench({ branchTip: async () => sha("tip") }, { store });
  await on.queue(FEATURE, due(observe));
  expect(await on.loop.stepOutbox(8)).toBe(1);
  expect(on.logged.at(-1)).toBe("error: an effect's end could not be written");
  expect(await on.loop.stepOutbox(8)).toBe(0);
  isAway = false;
  on.pass(LEASE_MS);
  expect(await on.loop.stepOutbox(8)).toBe(1);
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("an effect whose outcome could not be written is given back, and tried again after a moment", async () => {
  let calls = 0;
  const inner = new MemoryStore();
  const store = altered(inner, {
    complete: async (...given) => {
      calls += 1;
      if (calls === 1) throw new Error("the database was away for a moment");
      return inner.complete(...given);
    },
  });
  const on = bench({ branchTip: async () => sha("tip") }, { store });
  await on.queue(FEATURE, due(observe));
  await on.loop.stepOutbox(8);
  expect(await on.nextDueIn()).toBe(500);
  on.pass(500);
  await on.loop.stepOutbox(8);
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("an effect that is still under way here when its lease ends early runs after it, once lists show what it made", async () => {
  const first = Promise.withResolvers<string>();
  let calls = 0;
  const on = bench({ branchTip: () => (++calls === 1 ? first.promise : Promise.resolve(sha("second"))) });
  await on.queue(FEATURE, due(observe));
  const [slow] = await on.loop.claim(8);
  on.pass(LEASE_MS);
  const [again] = await on.loop.claim(8);
  await new Promise(setImmediate);
  expect(calls).toBe(1);
  first.resolve(sha("first"));
  await Promise.all([slow, again]);
  expect(calls).toBe(1);
  expect(await on.inbox(FEATURE)).toEqual([]);
  expect(await on.nextDueIn()).toBe(30_000);
  on.pass(30_000);
  await on.loop.stepOutbox(8);
  expect(calls).toBe(2);
  expect((await on.inbox(FEATURE)).map(({ event }) => event)).toMatchObject([{ sha: sha("second") }]);
});

it("the loop claims no more effects than it is asked to", async () => {
  const on = bench({ branchTip: async () => sha("tip") });
  await on.queue(FEATURE, ...["a", "b", "c"].map((branch) => due({ ...observe, branch })));
  expect([await on.loop.stepOutbox(2), await on.loop.stepOutbox(2), await on.loop.stepOutbox(2)]).toEqual([2, 1, 0]);
});

it("the loop returns when it next has something to do", async () => {
  const on = bench();
  expect(await on.loop.nextDue()).toBeNull();
  await on.queue(FEATURE, due(observe, "2026-01-01T00:01:00.000Z"));
  expect(await on.loop.nextDue()).toBe(Date.parse("2026-01-01T00:01:00.000Z"));
});
