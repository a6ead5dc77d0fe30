import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Loaded } from "../../src/loop/store-port.ts";
import { applying, at, claimAt, event, keys, type StoreFixture, stepWith, type TimedStore } from "./store-kit.ts";

/** Inbox, steps, history, routes: everything about events. */
export function eventContract(fixture: () => StoreFixture): void {
  let store: TimedStore;
  beforeEach(async () => {
    store = await fixture().empty();
  });

  /** What the aggregate is given to decide, by a step that leaves every event in the inbox. */
  async function look(aggregate: string): Promise<Loaded> {
    let seen: Loaded = { state: null, schema: null, seq: 0, events: [] };
    await store.step(aggregate, 100, (loaded) => {
      seen = loaded;
      return { ...applying()(loaded), state: loaded.state, schema: loaded.schema ?? 0, history: [] };
    });
    return seen;
  }

  describe("a store that receives events", () => {
    it("takes a delivery once", async () => {
      const delivery = { guid: "g-1", event: "issues", action: "labeled", at: at(0) };
      expect(await store.recordDelivery(delivery)).toBe(true);
      expect(await store.recordDelivery({ ...delivery, at: at(1) })).toBe(false);
      expect(await store.recordDelivery({ ...delivery, guid: "g-2", action: null })).toBe(true);
    });

    it("takes an event once for each aggregate, even after it was decided", async () => {
      expect(await store.receive([event("a", "k"), { ...event("a", "k"), id: "another" }, event("b", "k")], [])).toBe(
        2,
      );
      expect(await store.receive([event("a", "k")], [])).toBe(0);
      expect(await store.step("a", 10, applying())).toBe(1);
      expect(await store.receive([event("a", "k")], [])).toBe(0);
      expect(await store.waiting(10)).toEqual(["b"]);
    });

    it("gives a topic's event to every aggregate routed there, and takes it once for each", async () => {
      await stepWith(store, "b", { routes: ["main", "pull:1"] });
      await stepWith(store, "a", { routes: ["main"] });
      await stepWith(store, "c", { routes: ["pull:2"] });
      const pushed = { topic: "main", key: "push:1", event: { sha: "1" }, at: at(3) };
      expect(await store.receive([event("c", "direct")], [pushed, { ...pushed, topic: "nobody" }])).toBe(3);
      expect(await store.receive([], [pushed])).toBe(0);
      expect((await look("a")).events).toEqual([{ id: "a/push:1", key: "push:1", event: { sha: "1" }, at: at(3) }]);
      expect(await store.waiting(10)).toEqual(["c", "a", "b"]);
    });

    it("routes by the last step's topics only", async () => {
      await stepWith(store, "a", { routes: ["one", "two", "two"] });
      await stepWith(store, "b", { routes: ["two"] });
      expect(await store.routed("two")).toEqual(["a", "b"]);
      await stepWith(store, "a", { routes: ["one", "three"] });
      expect([await store.routed("one"), await store.routed("two"), await store.routed("three")]).toEqual([
        ["a"],
        ["b"],
        ["a"],
      ]);
      await stepWith(store, "a", { routes: [] });
      expect(await store.routed("one")).toEqual([]);
    });
  });

  describe("a store that is asked who waits", () => {
    it("lists aggregates by their oldest open event, up to a limit", async () => {
      await store.receive([event("b", "1"), event("a", "1"), event("c", "1"), event("b", "2")], []);
      expect(await store.waiting(10)).toEqual(["b", "a", "c"]);
      expect(await store.waiting(2)).toEqual(["b", "a"]);
      await store.step("b", 1, applying());
      expect(await store.waiting(10)).toEqual(["a", "c", "b"]);
    });
  });

  it("that are received wake whoever listens", async () => {
    let heard = 0;
    store.listen(() => {
      heard += 1;
    });
    await store.receive([event("a", "k")], []);
    const first = heard;
    await store.receive([event("a", "k")], []);
    expect([first, heard]).toEqual([1, 1]);
  });

  describe("a step", () => {
    it("gets its state and its open events in order of arrival, up to the limit", async () => {
      await store.receive([event("a", "z"), event("a", "y", [1, "two"]), event("a", "x")], []);
      const seen: Loaded[] = [];
      const decide = (loaded: Loaded) => {
        seen.push(loaded);
        return applying({ state: { after: keys(loaded.events) }, schema: 7 })(loaded);
      };
      expect(await store.step("a", 2, decide)).toBe(2);
      expect(await store.step("a", 2, decide)).toBe(1);
      expect(seen).toEqual([
        {
          state: null,
          schema: null,
          seq: 0,
          events: [
            { id: "id-z", key: "z", event: { type: "z" }, at: at(0) },
            { id: "id-y", key: "y", event: [1, "two"], at: at(0) },
          ],
        },
        {
          state: { after: ["z", "y"] },
          schema: 7,
          seq: 2,
          events: [{ id: "id-x", key: "x", event: { type: "x" }, at: at(0) }],
        },
      ]);
      expect(await store.snapshot("a")).toEqual({ state: { after: ["x"] }, schema: 7, seq: 3 });
      expect(await store.snapshot("b")).toBeNull();
    });

    it("is not decided when no event is open", async () => {
      const decide = vi.fn(applying());
      expect(await store.step("a", 10, decide)).toBe(0);
      expect(decide).not.toHaveBeenCalled();
    });

    it("leaves an event in the inbox that its history does not name", async () => {
      await store.receive([event("a", "1"), event("a", "2")], []);
      const consumed = await store.step("a", 10, (loaded) => {
        const write = applying()(loaded);
        return { ...write, history: write.history.slice(0, 1) };
      });
      expect(consumed).toBe(1);
      expect(keys((await look("a")).events)).toEqual(["2"]);
    });

    it("is refused when its history names an event it was not given, or one twice", async () => {
      await store.receive([event("a", "1"), event("a", "2")], []);
      for (const wrong of ["2", "1"]) {
        const decide = (loaded: Loaded) => {
          const write = applying()(loaded);
          return { ...write, history: [...write.history, { ...write.history[0]!, key: wrong }] };
        };
        await expect(store.step("a", 1, decide)).rejects.toThrow(/not an event of this step/);
      }
      expect(await store.history("a", 0, 10)).toEqual([]);
    });

    it("changes nothing when decide throws, or when what it returns cannot be stored", async () => {
      await stepWith(store, "a", { state: "before", routes: ["kept"] });
      await store.receive([event("a", "bad")], []);
      const broken = new Error("no such state");
      await expect(
        store.step("a", 10, () => {
          throw broken;
        }),
      ).rejects.toBe(broken);
      const write = { routes: ["new"], effects: [{ key: "c", ordering: "c", effect: undefined, runAt: at(0) }] };
      await expect(store.step("a", 10, applying(write))).rejects.toThrow(/no JSON form/);
      expect(await store.snapshot("a")).toEqual({ state: "before", schema: 1, seq: 1 });
      expect(await store.history("a", 1, 10)).toEqual([]);
      expect([await store.routed("kept"), await store.routed("new")]).toEqual([["a"], []]);
      expect(keys((await look("a")).events)).toEqual(["bad"]);
    });

    it("puts the events that it sends into other inboxes, once each", async () => {
      const sends = [{ aggregate: "lane", key: "entry:1", event: { entry: 1 }, at: at(2) }];
      await stepWith(store, "a", { sends: [...sends, ...sends] });
      await stepWith(store, "a", { sends });
      expect((await look("lane")).events).toEqual([
        { id: "lane/entry:1", key: "entry:1", event: { entry: 1 }, at: at(2) },
      ]);
    });

    it("runs alone on its aggregate: of many steps at once only one decides each event", async () => {
      const replica = await fixture().replica();
      await store.receive(
        Array.from({ length: 12 }, (_, n) => event("a", `k${n}`)),
        [],
      );
      let counted = 0;
      // A step returns 0 at once where another one is under way.
      async function work(replica: TimedStore): Promise<void> {
        for (let tries = 0; counted < 12 && tries < 500; tries++) {
          const decided = await replica.step("a", 3, (loaded) =>
            applying({ state: Number(loaded.state ?? 0) + loaded.events.length })(loaded),
          );
          counted += decided;
        }
      }
      await Promise.all(Array.from({ length: 8 }, (_, n) => work(n % 2 ? store : replica)));
      expect(counted).toBe(12);
      expect(await store.snapshot("a")).toEqual({ state: 12, schema: 1, seq: 12 });
      const history = await store.history("a", 0, 100);
      expect(history.map((row) => row.seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
      expect(new Set(keys(history)).size).toBe(12);
    });

    it("refuses calls of the store from inside decide", async () => {
      await store.receive([event("a", "k")], []);
      const inner: Promise<unknown>[] = [];
      await store.step("a", 10, (loaded) => {
        inner.push(
          store.snapshot("a").catch((error: unknown) => String(error)),
          store.receive([event("b", "k")], []).catch((error: unknown) => String(error)),
        );
        return applying()(loaded);
      });
      const refused = expect.stringContaining("inside one of its own transactions");
      expect(await Promise.all(inner)).toEqual([refused, refused]);
      expect(await store.waiting(10)).toEqual([]);
    });
  });

  describe("a quarantined event", () => {
    it("moves into history as a defect and parks its aggregate until it is stepped directly", async () => {
      await store.receive([event("a", "bad", { odd: true }), event("a", "good"), event("b", "1")], []);
      const notice = { key: "notice", ordering: "words", effect: { type: "notice" }, runAt: at(0) };
      await store.quarantine("a", "id-bad", "TypeError: x", [notice]);
      await store.quarantine("a", "id-bad", "a second time", [{ ...notice, key: "again" }]);
      expect((await store.claim(at(1), at(5), 10)).map(({ key }) => key)).toEqual(["notice"]);
      expect(await store.history("a", 0, 10)).toEqual([
        { seq: 1, key: "bad", event: { odd: true }, at: at(0), outcome: { defect: "TypeError: x" }, effects: [] },
      ]);
      expect(await store.snapshot("a")).toBeNull();
      expect([await store.waiting(10), await store.waiting(10, "stopped")]).toEqual([["b"], ["a"]]);
      expect(await store.receive([event("a", "bad")], [])).toBe(0);

      await store.step("a", 1, (loaded) => {
        expect([loaded.seq, keys(loaded.events)]).toEqual([1, ["good"]]);
        return applying()(loaded);
      });
      await store.receive([event("a", "more")], []);
      expect(await store.waiting(10)).toEqual(["b", "a"]);
      await store.quarantine("a", "id-more", "again");
      expect(await store.snapshot("a")).toMatchObject({ seq: 3 });
    });
  });

  describe("a store that is read", () => {
    it("returns JSON as it was written", async () => {
      const odd = { z: 1, a: [null, "é\u0000\ud800", 1.5, [], {}], "": "x".repeat(20_000), n: -0 };
      await stepWith(store, "a", { state: odd });
      expect(JSON.stringify((await store.snapshot("a"))?.state)).toBe(JSON.stringify(odd));
      for (const state of [null, "text", '"quoted"', 0, false, ["a"]]) {
        await stepWith(store, "a", { state });
        expect((await store.snapshot("a"))?.state).toEqual(state);
      }
    });

    it("takes a NUL and half a surrogate pair through every step, as a comment or a result may hold them", async () => {
      const odd = { type: "said", text: "a\u0000b\ud800c" };
      expect(await store.recordDelivery({ guid: "g", event: "issue_comment", action: "created", at: at(0) })).toBe(
        true,
      );
      expect(await store.receive([event("a", "k", odd)], [])).toBe(1);
      await store.step("a", 10, (loaded) => ({
        ...applying({ state: odd, effects: [{ key: "e", ordering: "e", effect: odd, runAt: at(0) }] })(loaded),
        history: loaded.events.map((one) => ({ ...one, outcome: odd, effects: [odd] })),
      }));
      const [claimed] = await claimAt(store, 0);
      expect(claimed?.effect).toEqual(odd);
      if (claimed !== undefined) await store.complete(claimed, [event("a", "k2", odd)], at(0));
      expect((await look("a")).events.map((one) => one.event)).toEqual([odd]);
      expect(await store.history("a", 0, 10)).toEqual([
        { seq: 1, key: "k", event: odd, at: at(0), outcome: odd, effects: [odd] },
      ]);
      await store.quarantine("a", "id-k2", odd.text);
      expect((await store.history("a", 1, 10))[0]?.outcome).toEqual({ defect: odd.text });
      expect(await store.waiting(10)).toEqual([]);
    });

    it("returns times in one form, and refuses text that is no time", async () => {
      await store.receive([{ ...event("a", "k"), at: "2026-02-03T05:06:07+01:00" }], []);
      expect((await look("a")).events[0]?.at).toBe("2026-02-03T04:06:07.000Z");
      await expect(store.receive([{ ...event("a", "k2"), at: "soon" }], [])).rejects.toThrow("Not an ISO 8601 time");
    });

    it("pages through history", async () => {
      for (const key of ["1", "2", "3"]) await store.receive([event("a", key)], []);
      await store.step("a", 10, applying());
      expect((await store.history("a", 0, 2)).map((row) => [row.seq, row.key])).toEqual([
        [1, "1"],
        [2, "2"],
      ]);
      expect(await store.history("a", 2, 2)).toEqual([
        { seq: 3, key: "3", event: { type: "3" }, at: at(0), outcome: { applied: true }, effects: [] },
      ]);
    });

    it("lists what has not ended, in pages", async () => {
      for (const name of ["c", "a", "b", "d"]) await stepWith(store, name, { ended: name === "b" });
      expect([await store.live("", 2), await store.live("c", 2)]).toEqual([["a", "c"], ["d"]]);
      await stepWith(store, "b", { ended: false });
      expect(await store.live("", 2)).toEqual(["a", "b"]);
    });

    it("lists snapshots by prefix, literally and sorted", async () => {
      for (const name of ["o/r#2", "o/r#10", "O/r#1", "o/r%#1", "o/rr#1", "o/é#1"])
        await stepWith(store, name, { state: name });
      const names = async (prefix: string) => (await store.aggregates(prefix)).map((row) => row.aggregate);
      expect(await names("")).toEqual(["O/r#1", "o/r#10", "o/r#2", "o/r%#1", "o/rr#1", "o/é#1"]);
      expect(await names("o/r#")).toEqual(["o/r#10", "o/r#2"]);
      expect(await names("o/r%")).toEqual(["o/r%#1"]);
      expect(await store.aggregates("O")).toEqual([{ aggregate: "O/r#1", state: "O/r#1", schema: 1, seq: 1 }]);
    });
  });
}
