import { beforeEach, describe, expect, it } from "vitest";
import type { Leaving, Loaded, Summary } from "../../src/loop/store-port.ts";
import {
  applying,
  at,
  claimOne,
  effect,
  event,
  keys,
  type StoreFixture,
  stepWith,
  type TimedStore,
} from "./store-kit.ts";

const DAY = 24 * 60;
/** Everything in these tests is older. */
const LATER = at(10 * DAY);

/** What is deleted when, and what stays. */
export function pruningContract(fixture: () => StoreFixture): void {
  let store: TimedStore;
  beforeEach(async () => {
    store = await fixture().empty();
    await clock(0);
  });

  /** Sets the store's clock, which says when something ended. */
  async function clock(minutes: number): Promise<void> {
    await store.nextDue(at(minutes));
  }

  async function prune(aggregate: string, before = LATER, limit = 100, summaries: Summary[] | null = []) {
    const gone: Leaving[] = [];
    const done = await store.prune(aggregate, before, limit, async (leaving) => {
      gone.push({ ...leaving, snapshot: { ...leaving.snapshot, state: leaving.snapshot.state } });
      return summaries;
    });
    return { done, gone };
  }

  const prunable = async (before = LATER, after = "", limit = 10) =>
    (await store.prunable(before, after, limit)).map(({ aggregate, ended }) => `${aggregate}${ended ? " ended" : ""}`);

  async function loadedBy(aggregate: string): Promise<Loaded> {
    let seen: Loaded | undefined;
    await store.step(aggregate, 100, (loaded) => {
      seen = { ...loaded, state: loaded.state };
      return applying({ ended: true })(loaded);
    });
    if (seen === undefined) throw new Error("nothing was decided");
    return seen;
  }

  describe("an aggregate that ended", () => {
    it("leaves as a whole once it is old enough, and its snapshot stays", async () => {
      await store.receive([event("a", "one")], []);
      await store.step("a", 10, applying({ effects: [effect("e")], routes: ["t"] }));
      await store.complete(await claimOne(store, 1), [], at(1));
      await store.receive([event("a", "two")], []);
      await store.step("a", 10, applying({ state: "over", ended: true, routes: ["u", "t"] }));
      expect([await prunable(at(0)), await prunable()]).toEqual([[], ["a ended"]]);
      expect((await prune("a", at(1))).gone).toEqual([]);
      const { done, gone } = await prune("a");
      expect(done).toBe(true);
      expect(gone).toEqual([
        {
          aggregate: "a",
          endedAt: at(1),
          snapshot: { state: "over", schema: 1, seq: 2 },
          history: ["one", "two"].map((key, index) => ({
            ...{ seq: index + 1, key, event: { type: key }, at: at(0), outcome: { applied: true }, effects: [] },
          })),
          effects: [{ key: "e", effect: { type: "e" }, runAt: at(0), attempts: 1 }],
          topics: ["t", "u"],
        },
      ]);
      expect(await store.history("a", 0, 10)).toEqual([]);
      expect(await store.routed("t")).toEqual([]);
      expect(await store.snapshot("a")).toEqual({ state: "over", schema: 1, seq: 2 });
      expect(await prunable()).toEqual([]);
      expect((await prune("a")).gone).toEqual([]);
      expect(await store.receive([event("a", "one")], [])).toBe(1);
    });

    it("stays while an event, an effect or a timer of it is open", async () => {
      await stepWith(store, "event", { ended: true });
      await store.receive([event("event", "open")], []);
      await stepWith(store, "timer", { ended: true, effects: [effect("timer:t", { runAt: at(90 * DAY) })] });
      await stepWith(store, "running", { ended: true, effects: [effect("e")] });
      await claimOne(store, 1);
      expect(await prunable()).toEqual([]);
      for (const aggregate of ["event", "timer", "running"]) {
        expect((await prune(aggregate)).gone).toEqual([]);
        expect(await store.history(aggregate, 0, 10)).toHaveLength(1);
      }
      await stepWith(store, "timer", { ended: true, cancel: ["timer:t"] });
      expect(await prunable()).toEqual(["timer ended"]);
    });

    it("goes on from its snapshot when something reaches it later, and leaves again when that is old", async () => {
      await stepWith(store, "a", { state: "first", ended: true, effects: [effect("e")] });
      await store.complete(await claimOne(store, 1), [], at(1));
      await prune("a");
      await clock(20 * DAY);
      await store.receive([event("a", "again")], []);
      expect(await loadedBy("a")).toMatchObject({ state: "first", schema: 1, seq: 1 });
      expect((await store.history("a", 0, 10)).map(({ seq, key }) => [seq, key])).toEqual([[2, "again"]]);
      expect((await store.history("a", 1, 10)).map(({ seq }) => seq)).toEqual([2]);
      expect([await prunable(at(20 * DAY)), await prunable(at(21 * DAY))]).toEqual([[], ["a ended"]]);
      await stepWith(store, "a", { effects: [effect("e")] });
      expect((await claimOne(store, 20 * DAY)).attempts).toBe(1);
      await stepWith(store, "a", { ended: true });
      await store.complete(await claimOne(store, 20 * DAY + 6), [], at(20 * DAY + 6));
      const { gone } = await prune("a", at(21 * DAY));
      expect(gone.flatMap(({ history }) => history.map(({ seq }) => seq))).toEqual([2, 3, 4]);
      expect(await store.snapshot("a")).toMatchObject({ seq: 4 });
    });

    it("keeps the number of its history when an event that reaches it later cannot be decided", async () => {
      await stepWith(store, "a", { ended: true });
      await stepWith(store, "a", { ended: true });
      await prune("a");
      await clock(20 * DAY);
      await store.receive([event("a", "bad"), event("a", "good")], []);
      await store.quarantine("a", "id-bad", "TypeError: x");
      expect((await store.history("a", 0, 10)).map(({ seq, key }) => [seq, key])).toEqual([[3, "bad"]]);
      expect(await store.waiting(10)).toEqual([]);
      expect((await loadedBy("a")).seq).toBe(3);
      expect(await prunable()).toEqual([]);
    });

    it("leaves in parts when its history is long, and its routes with the last", async () => {
      for (let n = 1; n <= 5; n++) await stepWith(store, "a", { ended: n === 5, routes: ["t"] });
      const first = await prune("a", LATER, 2);
      expect([first.done, await store.routed("t"), await prunable()]).toEqual([false, ["a"], ["a ended"]]);
      expect(await store.history("a", 0, 10)).toHaveLength(3);
      expect((await prune("a", LATER, 2)).gone[0]).toMatchObject({ history: [{ seq: 3 }, { seq: 4 }], topics: [] });
      const last = await prune("a", LATER, 2);
      expect(last).toMatchObject({ done: true, gone: [{ history: [{ seq: 5 }], topics: ["t"] }] });
      expect(await store.routed("t")).toEqual([]);
    });

    it("keeps everything when what leaves is refused, or keeping it fails", async () => {
      await stepWith(store, "a", { ended: true, routes: ["t"] });
      expect((await prune("a", LATER, 100, null)).done).toBe(true);
      const broken = new Error("the disk is full");
      const failing = store.prune("a", LATER, 100, async () => {
        throw broken;
      });
      await expect(failing).rejects.toBe(broken);
      expect([await store.history("a", 0, 10), await store.routed("t")]).toMatchObject([[{ seq: 1 }], ["a"]]);
      expect([await prunable(), await store.summaries("a")]).toEqual([["a ended"], []]);
    });

    it("leaves summaries, and a later one of the same part replaces the first", async () => {
      await stepWith(store, "a", { ended: true });
      const odd = { usd: 1.5, text: "é\u0000", none: null };
      await prune("a", LATER, 100, [
        { part: "task:t", summary: odd },
        { part: "feature", summary: "first" },
      ]);
      await stepWith(store, "a", { ended: true });
      await prune("a", LATER, 100, [{ part: "feature", summary: "second" }]);
      expect(await store.summaries("a")).toEqual([
        { part: "feature", summary: "second" },
        { part: "task:t", summary: odd },
      ]);
      expect(await store.summaries("b")).toEqual([]);
    });

    it("is locked while it leaves, and what arrives meanwhile is decided afterwards", async () => {
      const replica = await fixture().replica();
      await stepWith(store, "a", { ended: true });
      const answers: unknown[] = [];
      await store.prune("a", LATER, 100, async () => {
        // The embedded store has one connection and refuses each of these calls.
        await replica.receive([event("a", "late")], []).catch(() => {});
        const others = [
          replica.prune("a", LATER, 100, async () => expect.fail("pruned twice")),
          replica.step("a", 10, () => expect.fail("stepped meanwhile")),
        ];
        answers.push(...(await Promise.allSettled<unknown>(others)).filter(({ status }) => status === "fulfilled"));
        return [];
      });
      expect([[], [{ value: true }, { value: 0 }]]).toContainEqual(
        answers.map((answer) => ({ value: (answer as { value: unknown }).value })),
      );
      expect(await store.history("a", 0, 10)).toEqual([]);
      await store.receive([event("a", "late")], []);
      expect(await loadedBy("a")).toMatchObject({ seq: 1, events: [{ key: "late" }] });
    });

    it("leaves once when two processes prune it at once", async () => {
      const replica = await fixture().replica();
      for (const name of ["a", "b", "c"]) await stepWith(store, name, { ended: true });
      const seen: string[] = [];
      const work = async (one: TimedStore) => {
        for (const name of ["a", "b", "c"]) {
          await one.prune(name, LATER, 100, async ({ aggregate }) => {
            seen.push(aggregate);
            return [{ part: "feature", summary: null }];
          });
        }
      };
      await Promise.all([work(store), work(replica)]);
      await work(store);
      expect(seen.sort()).toEqual(["a", "b", "c"]);
      for (const name of ["a", "b", "c"]) {
        expect(await store.snapshot(name)).toMatchObject({ seq: 1 });
        expect(await store.summaries(name)).toHaveLength(1);
      }
    });
  });

  describe("an aggregate that lives", () => {
    it("loses its old history and the decided events, and never its last row, its routes or its effects", async () => {
      for (const [key, minutes] of [
        ["1", 0],
        ["2", 1],
        ["3", 50],
      ] as const) {
        await store.receive([{ ...event("lane", key), at: at(minutes) }], []);
        await store.step("lane", 10, applying({ routes: ["t"], effects: [effect("timer:t", { runAt: at(99) })] }));
      }
      await store.receive([{ ...event("lane", "open"), at: at(0) }], []);
      expect([await prunable(at(0)), await prunable(at(2))]).toEqual([[], ["lane"]]);
      const { gone } = await prune("lane", at(2));
      expect(gone).toMatchObject([{ endedAt: null, effects: [], topics: [] }]);
      expect(keys(gone[0]!.history)).toEqual(["1", "2"]);
      expect(keys(await store.history("lane", 0, 10))).toEqual(["3"]);
      expect((await prune("lane", LATER)).gone).toEqual([]);
      expect([await prunable(), await store.routed("t")]).toEqual([[], ["lane"]]);
      expect(
        await store.receive(
          ["1", "3", "open"].map((key) => event("lane", key)),
          [],
        ),
      ).toBe(1);
      expect(await loadedBy("lane")).toMatchObject({ seq: 3, events: [{ key: "open" }, { key: "1" }] });
      expect(await claimOne(store, 99)).toMatchObject({ key: "timer:t" });
    });

    it("stays parked by its last event", async () => {
      await stepWith(store, "lane", {});
      await store.receive([event("lane", "bad"), event("lane", "good")], []);
      await store.quarantine("lane", "id-bad", "TypeError: x");
      expect(keys((await prune("lane")).gone[0]!.history)).toHaveLength(1);
      expect(await store.waiting(10)).toEqual([]);
    });
  });

  it("what may be pruned is listed in pages", async () => {
    for (const name of ["d", "b", "a", "e"]) await stepWith(store, name, { ended: true });
    for (const name of ["c", "c", "f"]) await stepWith(store, name, {});
    expect(await prunable(LATER, "", 2)).toEqual(["a ended", "b ended"]);
    expect(await prunable(LATER, "b", 2)).toEqual(["c", "d ended"]);
    expect(await prunable(LATER, "d", 2)).toEqual(["e ended"]);
  });

  it("old deliveries are forgotten, the oldest first", async () => {
    const deliver = (guid: string, minutes: number) =>
      store.recordDelivery({ guid, event: "push", action: null, at: at(minutes) });
    for (const [guid, minutes] of [
      ["new", 9],
      ["old", 2],
      ["older", 1],
    ] as const)
      await deliver(guid, minutes);
    expect(await store.forgetDeliveries(at(9), 1)).toBe(1);
    expect([await deliver("older", 9), await deliver("old", 9)]).toEqual([true, false]);
    expect([await store.forgetDeliveries(at(9), 10), await store.forgetDeliveries(at(9), 10)]).toEqual([1, 0]);
    expect(await deliver("new", 9)).toBe(false);
  });
}
