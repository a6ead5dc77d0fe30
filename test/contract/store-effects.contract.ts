import { beforeEach, describe, expect, it } from "vitest";
import type { ClaimedEffect, NewEffect } from "../../src/loop/store-port.ts";
import {
  at,
  claimAt,
  claimOne,
  effect,
  event,
  keys,
  type StoreFixture,
  stepWith,
  type TimedStore,
} from "./store-kit.ts";

/** Claims, leases, orderings, replacing and cancelling: everything about effects and timers. */
export function effectContract(fixture: () => StoreFixture): void {
  let store: TimedStore;
  beforeEach(async () => {
    store = await fixture().empty();
  });

  const add = (...effects: NewEffect[]) => stepWith(store, "a", { effects });
  const cancel = (...cancelled: string[]) => stepWith(store, "a", { cancel: cancelled });
  const finish = (claimed: ClaimedEffect, minutes: number) => store.complete(claimed, [], at(minutes));

  describe("an effect", () => {
    it("is claimed with all its fields when its time has come", async () => {
      await add(effect("c", { ordering: "o", effect: { type: "go", n: [1] }, runAt: at(10) }));
      expect(await claimAt(store, 9)).toEqual([]);
      expect(await claimOne(store, 10)).toEqual({
        id: "a/c",
        aggregate: "a",
        key: "c",
        ordering: "o",
        effect: { type: "go", n: [1] },
        attempts: 1,
        isFirst: true,
        unended: 0,
        urgent: false,
        lease: expect.any(String),
        runAt: at(10),
        claimedAt: at(10),
      });
      expect(await claimAt(store, 11)).toEqual([]);
    });

    it("that is older is claimed first, up to the limit", async () => {
      await add(
        effect("late", { runAt: at(3) }),
        effect("first"),
        effect("second"),
        effect("middle", { runAt: at(2) }),
      );
      expect(keys(await claimAt(store, 4, 3))).toEqual(["first", "second", "middle"]);
      expect(keys(await claimAt(store, 4, 3))).toEqual(["late"]);
    });

    it("ends together with the events of its outcome", async () => {
      await add(effect("c"));
      const claimed = await claimOne(store, 1);
      const outcome = event("a", "outcome");
      expect(await store.complete(claimed, [outcome, outcome], at(2))).toBe(true);
      expect(await store.waiting(10)).toEqual(["a"]);
      expect(await claimAt(store, 100)).toEqual([]);
      expect(await finish(claimed, 2)).toBe(false);
    });

    it("is added once for each aggregate, even after it has ended", async () => {
      await add(effect("c", { effect: 1 }), effect("c", { effect: 2 }));
      await add(effect("c", { effect: 3 }));
      await stepWith(store, "b", { effects: [effect("c", { effect: 4, ordering: "b" })] });
      const claimed = await claimAt(store, 1);
      expect(claimed.map((row) => [row.aggregate, row.effect])).toEqual([
        ["a", 1],
        ["b", 4],
      ]);
      for (const row of claimed) await finish(row, 1);
      await add(effect("c"));
      expect(await claimAt(store, 2)).toEqual([]);
    });
  });

  describe("a lease", () => {
    it("that ran out lets another process try, and the former holder writes nothing", async () => {
      await add(effect("c"));
      const former = await claimOne(store, 0);
      expect(await claimAt(store, 4)).toEqual([]);
      const latter = await claimOne(store, 5);
      expect([former.attempts, latter.attempts]).toEqual([1, 2]);
      expect(latter.lease).not.toBe(former.lease);
      expect(await store.complete(former, [event("b", "lost")], at(6))).toBe(false);
      expect(await store.release(former, at(6), at(6), "lost")).toBe(false);
      expect(await store.renew(former, at(60))).toBe(false);
      expect(await store.waiting(10)).toEqual([]);
      expect(await finish(latter, 6)).toBe(true);
    });

    it("that ran out lets its holder write nothing, even if no other process took the effect", async () => {
      await add(effect("c"));
      const claimed = await claimOne(store, 0);
      expect(await store.complete(claimed, [event("b", "late")], at(5))).toBe(false);
      expect(await store.release(claimed, at(9), at(5), "late")).toBe(false);
      expect(await store.waiting(10)).toEqual([]);
    });

    it("can be renewed while no other process took the effect", async () => {
      await add(effect("c"));
      const claimed = await claimOne(store, 0);
      expect(await store.renew(claimed, at(20))).toBe(true);
      expect(await claimAt(store, 19)).toEqual([]);
      expect(await finish(claimed, 19)).toBe(true);
      expect(await store.renew(claimed, at(30))).toBe(false);
    });

    it("that is put back leaves the effect as if it had not been claimed, but for what it may have done", async () => {
      await add(effect("c"));
      const claimed = await claimOne(store, 0);
      expect(await store.putBack(claimed, at(3), at(1))).toBe(true);
      expect(await store.putBack(claimed, at(3), at(1))).toBe(false);
      expect(await finish(claimed, 1)).toBe(false);
      expect(await claimAt(store, 2)).toEqual([]);
      const again = await claimOne(store, 3);
      expect(again).toMatchObject({ attempts: 1, isFirst: false, unended: 0 });
      expect(again.lease).not.toBe(claimed.lease);
    });

    it("that ran out is counted, until a try fails or the effect ends", async () => {
      await add(effect("c"));
      for (const unended of [0, 1, 2]) expect(await claimOne(store, 10 * unended)).toMatchObject({ unended });
      const claimed = await claimOne(store, 30);
      expect(claimed).toMatchObject({ unended: 3, attempts: 4 });
      await store.putBack(claimed, at(31), at(31));
      const again = await claimOne(store, 31);
      expect(again.unended).toBe(3);
      await store.release(again, at(32), at(32), "failed");
      expect((await claimOne(store, 32)).unended).toBe(0);
    });

    it("that ended with a count left to the next one says so when the effect is asked for again", async () => {
      await add(effect("c"));
      await store.complete(await claimOne(store, 0), [], at(1), 4);
      await add(effect("c", { replace: true }));
      const again = await claimOne(store, 1);
      expect(again.unended).toBe(4);
      await finish(again, 1);
      await add(effect("c", { replace: true }));
      expect((await claimOne(store, 1)).unended).toBe(0);
    });

    it("ends with a release, and the effect is tried again later", async () => {
      await add(effect("c"));
      const claimed = await claimOne(store, 0);
      expect(await store.release(claimed, at(30), at(1), "rate limit\u0000")).toBe(true);
      expect(await finish(claimed, 1)).toBe(false);
      expect(await claimAt(store, 29)).toEqual([]);
      expect(await claimOne(store, 30)).toMatchObject({ attempts: 2, runAt: at(30) });
    });
  });

  describe("an urgent effect", () => {
    it("is claimed alone where only urgent ones are, and among the others elsewhere", async () => {
      await add(effect("old"), effect("merge", { urgent: true, runAt: at(1) }), effect("dispatch", { urgent: true }));
      const [dispatch, merge] = await claimAt(store, 1, 2, "urgent");
      expect([dispatch, merge]).toMatchObject([
        { key: "dispatch", urgent: true },
        { key: "merge", urgent: true },
      ]);
      await store.release(merge!, at(1), at(1), "again");
      expect(await claimAt(store, 1)).toMatchObject([
        { key: "old", urgent: false },
        { key: "merge", urgent: true },
      ]);
    });

    it("does not overtake the others of its ordering key", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o", urgent: true, runAt: at(1) }));
      expect(await claimAt(store, 1, 1, "urgent")).toEqual([]);
    });

    it("has a due time of its own", async () => {
      await add(effect("old"), effect("merge", { urgent: true, runAt: at(9) }));
      expect([await store.nextDue(at(1)), await store.nextDue(at(1), "urgent")]).toEqual([at(0), at(9)]);
    });
  });

  describe("effects of one ordering key", () => {
    it("run one at a time and in order, while others continue", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o" }), effect("x", { ordering: "p" }));
      await stepWith(store, "b", { effects: [effect("3", { ordering: "o" })] });
      const [first, other] = await claimAt(store, 1);
      expect([first?.key, other?.key]).toEqual(["1", "x"]);
      expect(await claimAt(store, 2)).toEqual([]);
      await finish(first!, 2);
      const second = await claimOne(store, 2);
      expect(second.key).toBe("2");
      await finish(second, 2);
      expect((await claimOne(store, 2)).key).toBe("3");
    });

    it("do not overtake one that waits for its next try", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o", runAt: at(1) }));
      await store.release(await claimOne(store, 1), at(30), at(1), "again");
      expect(await claimAt(store, 29)).toEqual([]);
      expect((await claimOne(store, 30)).key).toBe("1");
    });

    it("do not wait for one whose time lies ahead", async () => {
      await add(effect("timer", { ordering: "o", runAt: at(30) }), effect("now", { ordering: "o", runAt: at(1) }));
      expect((await claimOne(store, 1)).key).toBe("now");
    });

    it("wait for the one that is running, also when it was re-armed for later", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o" }));
      const running = await claimOne(store, 0);
      await add(effect("1", { runAt: at(60), replace: true }));
      expect(await claimAt(store, 4)).toEqual([]);
      await finish(running, 4);
      expect((await claimOne(store, 4)).key).toBe("2");
    });

    it("continue in order when a lease runs out", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o" }));
      await claimOne(store, 0);
      expect((await claimOne(store, 5)).key).toBe("1");
    });
  });

  describe("an effect that replaces", () => {
    const again = (content: unknown, minutes: number) =>
      effect("c", { effect: content, runAt: at(minutes), replace: true });

    it("overwrites the one that is not claimed, and its tries count from zero", async () => {
      await add(effect("c", { effect: "old" }));
      await store.release(await claimOne(store, 0), at(2), at(1), "failed");
      await add(again("new", 10));
      expect(await claimAt(store, 9)).toEqual([]);
      expect(await claimOne(store, 10)).toMatchObject({ effect: "new", attempts: 1, runAt: at(10) });
    });

    it("takes a new place in its order", async () => {
      await add(effect("c", { ordering: "o" }), effect("d", { ordering: "o" }));
      await add(effect("c", { ordering: "elsewhere", replace: true }));
      const first = await claimOne(store, 1);
      await finish(first, 1);
      expect([first.key, (await claimOne(store, 1)).key]).toEqual(["d", "c"]);
    });

    it("runs again although the one before was done or cancelled", async () => {
      await add(effect("c"));
      await finish(await claimOne(store, 0), 1);
      await add(again("second", 2));
      const second = await claimOne(store, 2);
      expect(second).toMatchObject({ effect: "second", attempts: 1 });
      await finish(second, 3);
      await add(again("third", 4));
      await cancel("c");
      expect(await claimAt(store, 4)).toEqual([]);
      await add(again("fourth", 4));
      expect(await claimOne(store, 4)).toMatchObject({ effect: "fourth" });
    });

    it("waits for the running one to end and then runs with the new content", async () => {
      await add(effect("c"));
      const running = await claimOne(store, 0);
      await add(again("new", 1), again("newest", 1));
      expect(await claimAt(store, 2)).toEqual([]);
      expect(await store.complete(running, [event("b", "outcome")], at(2))).toBe(true);
      expect(await store.waiting(10)).toEqual(["b"]);
      const next = await claimOne(store, 2);
      expect(next).toMatchObject({ effect: "newest", attempts: 1 });
      await finish(next, 2);
      expect(await claimAt(store, 99)).toEqual([]);
    });

    it("runs at the later of both times when the running one is given back", async () => {
      await add(effect("c"));
      let running = await claimOne(store, 0);
      await add(again("soon", 1));
      await store.release(running, at(20), at(2), "failed");
      expect(await claimAt(store, 19)).toEqual([]);
      running = await claimOne(store, 20);
      expect(running).toMatchObject({ effect: "soon", attempts: 1 });
      await add(again("later", 60));
      await store.release(running, at(30), at(21), "failed");
      expect(await claimAt(store, 59)).toEqual([]);
      expect(await claimOne(store, 60)).toMatchObject({ effect: "later" });
    });

    it("runs when the lease of the running one has run out, and not before its own time", async () => {
      await add(effect("c", { ordering: "o" }), effect("d", { ordering: "o" }));
      await claimOne(store, 0);
      await add({ ...again("new", 60), ordering: "o" });
      expect((await claimOne(store, 10)).key).toBe("d");
      expect(await claimAt(store, 59)).toMatchObject([{ key: "d", attempts: 2 }]);
      expect(await store.nextDue(at(59))).toBe(at(64));
    });

    it("an earlier one of the same step leaves only the last", async () => {
      await add(again("1", 0), effect("d"), again("2", 0), effect("c", { effect: "3" }));
      const claimed = await claimAt(store, 0);
      expect(claimed.map((row) => [row.key, row.effect])).toEqual([
        ["d", { type: "d" }],
        ["c", "2"],
      ]);
    });
  });

  describe("a cancellation", () => {
    it("stops an effect that is not claimed, even between two tries, for good", async () => {
      await add(effect("c"), effect("d"));
      const [first] = await claimAt(store, 0, 1);
      await store.release(first!, at(2), at(1), "failed");
      await cancel("c", "d", "unknown");
      await add(effect("c"));
      expect(await claimAt(store, 9)).toEqual([]);
      expect(await store.nextDue(at(9))).toBeNull();
    });

    it("lets a running effect end, but not run again", async () => {
      await add(effect("c"));
      const running = await claimOne(store, 0);
      await add(effect("c", { replace: true }));
      await cancel("c");
      expect(await finish(running, 1)).toBe(true);
      expect(await claimAt(store, 9)).toEqual([]);
    });

    it("comes before the effects of the same step", async () => {
      await add(effect("timer", { effect: "old" }));
      await stepWith(store, "a", {
        cancel: ["timer"],
        effects: [effect("timer", { effect: "new", replace: true })],
      });
      expect(await claimOne(store, 1)).toMatchObject({ effect: "new" });
    });
  });

  describe("the next due time", () => {
    it("is the earliest effect's, and nothing when none is left", async () => {
      expect(await store.nextDue(at(0))).toBeNull();
      await add(effect("late", { runAt: at(20) }), effect("early", { runAt: at(10) }));
      expect(await store.nextDue(at(0))).toBe(at(10));
      expect(await store.nextDue(at(15))).toBe(at(10));
      for (const claimed of await claimAt(store, 20)) await finish(claimed, 20);
      expect(await store.nextDue(at(20))).toBeNull();
    });

    it("is the end of the lease for a running effect and for those that wait behind it", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o" }));
      const running = await claimOne(store, 1);
      expect(await store.nextDue(at(2))).toBe(at(6));
      await finish(running, 2);
      expect(await store.nextDue(at(2))).toBe(at(0));
    });

    it("is the next try of a failed effect, although others wait behind it", async () => {
      await add(effect("1", { ordering: "o" }), effect("2", { ordering: "o" }));
      await store.release(await claimOne(store, 0), at(30), at(1), "failed");
      expect(await store.nextDue(at(2))).toBe(at(30));
    });
  });

  it("many claims at once never hold the same effect or the same ordering key twice", async () => {
    const replicas = [store, await fixture().replica()];
    const added = Array.from({ length: 30 }, (_, n) => effect(`c${n}`, { ordering: `o${n % 5}` }));
    await add(...added);
    const running = new Set<string>();
    const order: string[] = [];
    async function work(replica: TimedStore): Promise<void> {
      for (let idle = 0; order.length < added.length && idle < 500; idle++) {
        for (const claimed of await replica.claim(at(1), at(5), 2)) {
          expect(running.has(claimed.ordering)).toBe(false);
          running.add(claimed.ordering);
          order.push(claimed.key);
          await replica.nextDue(at(1));
          running.delete(claimed.ordering);
          expect(await replica.complete(claimed, [], at(2))).toBe(true);
        }
      }
    }
    await Promise.all([...replicas, ...replicas].map(work));
    for (const ordering of ["o0", "o1", "o2", "o3", "o4"]) {
      const expected = added.filter((row) => row.ordering === ordering).map((row) => row.key);
      expect(order.filter((key) => expected.includes(key))).toEqual(expected);
    }
  });
}
