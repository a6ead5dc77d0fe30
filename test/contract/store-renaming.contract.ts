import { beforeEach, expect, it } from "vitest";
import {
  applying,
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

/** Other names for aggregates, and what they hold of names. */
export function renamingContract(fixture: () => StoreFixture): void {
  let store: TimedStore;
  beforeEach(async () => {
    store = await fixture().empty();
  });

  const named = (value: string) => value.replaceAll("old", "new");
  const rewrite = { text: named, json: (value: unknown) => JSON.parse(named(JSON.stringify(value))) };
  const rename = (...names: string[]) =>
    store.rename(
      names.map((from) => ({ from, to: named(from) })),
      rewrite,
    );

  it("moves everything of an aggregate to its new name, and goes on there", async () => {
    await store.receive([event("old", "one", { of: "old" })], []);
    const sent = { key: "sent", ordering: "old sent", effect: { to: "old" } };
    await store.step(
      "old",
      10,
      applying({ state: { key: "old" }, routes: ["issue old"], effects: [effect("sent", sent)] }),
    );
    await store.receive([event("old", "two", { of: "old" })], []);

    expect(await rename("old")).toEqual([]);

    expect([await store.snapshot("old"), await store.history("old", 0, 10), await store.routed("issue old")]).toEqual([
      null,
      [],
      [],
    ]);
    expect(await store.snapshot("new")).toEqual({ state: { key: "new" }, schema: 1, seq: 1 });
    expect(await store.history("new", 0, 10)).toMatchObject([{ seq: 1, key: "one", event: { of: "new" } }]);
    expect(await store.routed("issue new")).toEqual(["new"]);
    expect(await claimOne(store, 1)).toMatchObject({ aggregate: "new", ordering: "new sent", effect: { to: "new" } });
    expect(await store.waiting(10)).toEqual(["new"]);
    // What was decided under the old name counts under the new one.
    expect(await store.receive([event("new", "one"), event("new", "two")], [])).toBe(0);
    let seen: unknown;
    await store.step("new", 10, (loaded) => {
      seen = loaded.events.map(({ event }) => event);
      return applying()(loaded);
    });
    expect(seen).toEqual([{ of: "new" }]);
  });

  it("keeps what came under the new name before", async () => {
    await stepWith(store, "old", { state: "old" });
    await store.receive([event("old", "both"), event("new", "both"), event("new", "later")], []);

    expect(await rename("old")).toEqual([]);

    let seen: string[] = [];
    await store.step("new", 10, (loaded) => {
      seen = keys(loaded.events);
      return applying()(loaded);
    });
    expect(seen).toEqual(["both", "later"]);
  });

  it("ends an aggregate whose new name is taken, and leaves it under its own", async () => {
    await stepWith(store, "old", { state: "first", routes: ["old"], effects: [effect("e"), effect("running")] });
    const running = (await claimAt(store, 1)).find(({ key }) => key === "running")!;
    await store.receive([event("old", "open")], []);
    await stepWith(store, "new", { state: "second" });

    expect(await rename("old")).toEqual(["old"]);

    expect([(await store.snapshot("old"))?.state, (await store.snapshot("new"))?.state]).toEqual(["first", "second"]);
    expect([await store.live("", 10), await store.waiting(10), await store.routed("old")]).toEqual([["new"], [], []]);
    expect(await store.complete(running, [], at(2))).toBe(false);
    expect(await claimAt(store, 60)).toEqual([]);
  });

  it("takes an effect that runs from its process, so that it runs again under the new name", async () => {
    await stepWith(store, "old", { effects: [effect("e")] });
    const running = await claimOne(store, 1);

    await rename("old");

    expect(await store.complete(running, [event("old", "outcome")], at(2))).toBe(false);
    expect((await claimAt(store, 30)).map(({ aggregate, key }) => [aggregate, key])).toEqual([["new", "e"]]);
  });

  it("lists every aggregate that has a state or an open event, in pages", async () => {
    await stepWith(store, "c", { ended: true });
    await stepWith(store, "a", {});
    await store.receive([event("b", "open"), event("a", "open")], []);
    expect([await store.named("", 2), await store.named("b", 2), await store.named("c", 2)]).toEqual([
      ["a", "b"],
      ["c"],
      [],
    ]);
  });
}
