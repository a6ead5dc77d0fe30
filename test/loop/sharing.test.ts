/** An attempt waits while other features of its repository run as many as may run. */
import { expect, it } from "vitest";
import { Unavailable } from "../../src/loop/github-port.ts";
import { runClaimed, writeEnd } from "../../src/loop/outbox/run.ts";
import type { Snapshot, Store } from "../../src/loop/store-port.ts";
import { type EffectOf, FEATURE, freely, World } from "../core/world.ts";
import { bench, due } from "./bench.ts";

function feature(tasks: string[]): { world: World; dispatches: EffectOf<"attempt.dispatch">[] } {
  const world = new World();
  world.label();
  world.allow({ policy: { ...freely, maxParallel: 2 } });
  world.plan(Object.fromEntries(tasks.map((task) => [task, []])));
  const dispatches = world.effects.filter((effect) => effect.type === "attempt.dispatch");
  return { world, dispatches };
}

/** Runs the dispatch of the feature's first task beside another feature; returns how it ended. */
async function dispatched(other: World) {
  const { world, dispatches } = feature(["a"]);
  const states: Record<string, unknown> = {
    [FEATURE]: world.state,
    "1#2": { ...other.state, key: "1#2", issue: { ...other.state.issue, number: 2 } },
  };
  const asked: string[] = [];
  const on = bench(
    {
      dispatch: async (_, { attempt }) => {
        asked.push(attempt);
        throw new Unavailable("503");
      },
    },
    {
      storeOver: (inner) =>
        new Proxy(inner, {
          get(store, name: keyof Store) {
            if (name === "routed") return async () => Object.keys(states);
            if (name === "snapshot") return async (of: string) => ({ seq: 1, state: states[of] }) as Snapshot;
            const value = store[name];
            return typeof value === "function" ? value.bind(store) : value;
          },
        }),
    },
  );
  const [dispatch] = dispatches;
  if (dispatch === undefined) return expect.fail();
  await on.queue(FEATURE, due(dispatch));
  const [claimed] = await on.claim();
  if (claimed === undefined) return expect.fail();
  const end = await runClaimed(on.inside, claimed);
  await writeEnd(on.store, claimed, end);
  return { end, asked, dueIn: await on.nextDueIn() };
}

it("an attempt is put back without a try while another feature runs as many as may run", async () => {
  const { world } = feature(["a", "b"]);
  for (const task of ["a", "b"]) world.dispatches(task);
  expect(await dispatched(world)).toEqual({ end: { end: "put-back", afterMs: 5_000 }, asked: [], dueIn: 5_000 });
});

it("an attempt is dispatched while another feature runs fewer, or only asks for more", async () => {
  const { world } = feature(["a", "b"]);
  world.dispatches("a");
  for (const other of [world, feature(["a", "b"]).world]) {
    expect(await dispatched(other)).toMatchObject({ end: { end: "retry" }, asked: ["1/a/1"] });
  }
});
