import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { LaneState } from "../../src/core/lane/state.ts";
import { byId, formerName } from "../../src/core/migrations/identity.ts";
import { adoption, type Identify } from "../../src/loop/adoption.ts";
import { Unavailable } from "../../src/loop/github-port.ts";
import { bench } from "./bench.ts";

const snapshots = join(import.meta.dirname, "..", "fixtures", "snapshots");
const sweep = { type: "timer.due", timer: "sweep" };

/** A store as version 8 left it behind: a feature, its lane, and what they had open. */
async function formerStore(owner = "acme") {
  const on = bench();
  for (const name of ["feature-8", "lane-5"]) {
    const { aggregate, schema, state } = JSON.parse(
      readFileSync(join(snapshots, `${name}.json`), "utf8").replaceAll("acme/tool", `${owner}/tool`),
    );
    await on.store.receive([{ id: "first", aggregate, key: "first", event: {}, at: on.now() }], []);
    await on.store.step(aggregate, 1, ({ events: [first] }) => ({
      ...{ state: { ...state, repo: { owner, name: "tool" } }, schema, ended: false, cancel: [], sends: [] },
      history: [{ ...first!, outcome: { applied: true }, effects: [] }],
      effects: [],
      routes: [`issue ${owner}/tool#1`],
    }));
  }
  const waits: number[] = [];
  const adoptionWith = (identify: Identify) =>
    adoption({ store: on.store, identify, log: on.inside.log, wait: async (ms) => void waits.push(ms) });
  return { on, waits, adoptionWith };
}

it("names stored work after the repository's id, under which its webhooks find it and it goes on", async () => {
  const { on, adoptionWith } = await formerStore();
  await adoptionWith(async () => ({ id: 77, owner: "acme", name: "renamed" })).all();

  expect(await on.store.live("", 10)).toEqual(["77#1", "77:main"]);
  expect(await on.store.routed("issue 77#1")).toEqual(["77#1", "77:main"]);
  await on.receive("77#1", "sweep", sweep);
  await on.receive("77:main", "sweep", sweep);
  await on.settle();
  expect((await on.store.history("77#1", 1, 10)).map(({ outcome }) => outcome)).toEqual([{ applied: true }]);
  const lane = (await on.store.snapshot("77:main"))?.state as LaneState;
  expect(lane).toMatchObject({ key: "77:main", repo: { id: 77, owner: "acme", name: "tool" } });
  expect(new Set(lane.entries.map(({ feature }) => feature))).toEqual(new Set(["77#1"]));
});

it("asks GitHub again where it does not answer, and gives up after some minutes", async () => {
  const { on, waits, adoptionWith } = await formerStore();
  let asked = 0;
  const flaky: Identify = async (named) => {
    asked += 1;
    if (asked === 1) throw new Unavailable("502", 3_000);
    return { id: 77, ...named };
  };
  await adoptionWith(flaky).all();
  expect([waits, await on.store.live("", 10)]).toEqual([[3_000], ["77#1", "77:main"]]);

  const other = await formerStore();
  const away = async () => {
    throw new Unavailable("502", null);
  };
  await expect(other.adoptionWith(away).all()).rejects.toThrow("502");
  expect(other.waits).toHaveLength(9);
  expect(await other.on.store.live("", 10)).toEqual(["acme/tool#1", "acme/tool:main"]);
});

it("lets the work of a repository rest that the App does not see, until it sees it", async () => {
  const { on, adoptionWith } = await formerStore();
  const adopted = adoptionWith(async () => null);
  await adopted.all();
  await adopted.of({ id: 78, owner: "acme", name: "other" });
  expect(await on.store.live("", 10)).toEqual(["acme/tool#1", "acme/tool:main"]);

  await adopted.of({ id: 77, owner: "Acme", name: "Tool" });
  expect(await on.store.live("", 10)).toEqual(["77#1", "77:main"]);
});

it("rewrites names in keys, topics and values, and no text that people wrote", () => {
  const { text, json } = byId({ owner: "acme", name: "tool" }, 7);
  const names = [
    "acme/tool#12",
    "acme/tool:main",
    "issue acme/tool#12",
    "attempt acme/tool 12/a/1",
    "acme/tool pull 9",
  ];
  expect(names.map(text)).toEqual(["7#12", "7:main", "issue 7#12", "attempt 7 12/a/1", "7 pull 9"]);
  expect(["acme/tools#12", "acme/tool-2:main", "77#12"].map(text)).toEqual([
    "acme/tools#12",
    "acme/tool-2:main",
    "77#12",
  ]);
  expect(
    json({
      to: "acme/tool#12",
      event: { repo: { owner: "acme", name: "tool" }, body: "acme/tool#12", entry: { feature: "acme/tool#12" } },
      brief: { feature: "acme/tool#12" },
      other: { repo: { owner: "acme", name: "web" } },
    }),
  ).toEqual({
    to: "7#12",
    event: { repo: { id: 7, owner: "acme", name: "tool" }, body: "acme/tool#12", entry: { feature: "7#12" } },
    brief: { feature: "acme/tool#12" },
    other: { repo: { owner: "acme", name: "web" } },
  });
  expect(["acme/tool#12", "acme/tool:main", "7#12", "7:a/b#c"].map(formerName)).toEqual([
    { owner: "acme", name: "tool" },
    { owner: "acme", name: "tool" },
    null,
    null,
  ]);
});
