/** Random operations on the store in memory and on PGlite: whatever can be observed is the same. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ClaimedEffect, NewEffect } from "../../src/loop/store-port.ts";
import { memoryFixture, pgliteFixture } from "./store-fixtures.ts";
import { applying, at, event, type StoreFixture, type TimedStore } from "./store-kit.ts";

let fixtures: StoreFixture[] = [];
beforeAll(async () => {
  fixtures = [await memoryFixture(), await pgliteFixture()];
});
afterAll(async () => {
  for (const fixture of fixtures) await fixture.close();
});

/** What one store was asked so far, to be able to answer for claims. */
interface World {
  store: TimedStore;
  now: number;
  claims: ClaimedEffect[];
}
type Operation = (world: World) => Promise<unknown>;

const aggregate = fc.constantFrom("a", "b", "c");
const key = fc.constantFrom("k1", "k2", "k3", "k4", "k5");
const topic = fc.constantFrom("t1", "t2");
const content = fc.jsonValue({ maxDepth: 1 });
const minutes = fc.integer({ min: -2, max: 8 });
const pick = fc.nat({ max: 20 });
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });

const events = few(fc.tuple(aggregate, key, content));
const newEffect = fc.record({
  key,
  ordering: fc.constantFrom("o1", "o2", "o3"),
  effect: content,
  delay: minutes,
  replace: fc.boolean(),
  urgent: fc.boolean(),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(events, few(fc.tuple(topic, key, content))).map(
    ([direct, topics]): Operation =>
      async ({ store, now }) => {
        const routed = topics.map(([topic, key, content]) => ({
          topic,
          key: `${topic}:${key}`,
          event: content,
          at: at(now),
        }));
        const named = direct.map(([aggregate, key, content]) => event(aggregate, key, content));
        return await store.receive(named, routed);
      },
  ),
  {
    weight: 3,
    arbitrary: fc
      .record({
        aggregate,
        limit: fc.integer({ min: 1, max: 3 }),
        state: content,
        ended: fc.boolean(),
        effects: few(newEffect),
        cancel: few(key),
        routes: few(topic),
        sends: events,
      })
      .map(
        ({ aggregate, limit, effects, sends, ...rest }): Operation =>
          async ({ store, now }) => {
            let seen: unknown;
            const write = {
              ...rest,
              effects: effects.map(({ delay, ...effect }): NewEffect => ({ ...effect, runAt: at(now + delay) })),
              sends: sends.map(([aggregate, key, event]) => ({ aggregate, key, event, at: at(now) })),
            };
            const decide = (loaded: Parameters<ReturnType<typeof applying>>[0]) => {
              seen = loaded;
              return applying(write)(loaded);
            };
            // An event of its own, so that most steps do happen.
            await store.receive([event(aggregate, `wake-${now}`)], []);
            return [await store.step(aggregate, limit, decide), seen];
          },
      ),
  },
  fc.tuple(aggregate, key).map(
    ([aggregate, key]): Operation =>
      async ({ store }) => {
        await store.quarantine(aggregate, `id-${key}`, "defect");
      },
  ),
  {
    weight: 3,
    arbitrary: fc
      .tuple(minutes, fc.integer({ min: 1, max: 3 }), fc.constantFrom("all" as const, "urgent" as const))
      .map(
        ([lease, limit, which]): Operation =>
          async (world) => {
            const claimed = await world.store.claim(at(world.now), at(world.now + lease), limit, which);
            world.claims.push(...claimed);
            return claimed;
          },
      ),
  },
  fc.tuple(pick, events).map(
    ([n, outcome]): Operation =>
      async ({ store, now, claims }) => {
        const claimed = claims[n % Math.max(claims.length, 1)];
        const rows = outcome.map(([aggregate, key, content]) => event(aggregate, key, content));
        return claimed && (await store.complete(claimed, rows, at(now)));
      },
  ),
  fc.tuple(pick, minutes).map(
    ([n, delay]): Operation =>
      async ({ store, now, claims }) => {
        const claimed = claims[n % Math.max(claims.length, 1)];
        return claimed && (await store.release(claimed, at(now + delay), at(now), "failed"));
      },
  ),
  fc.tuple(pick, minutes).map(
    ([n, delay]): Operation =>
      async ({ store, now, claims }) => {
        const claimed = claims[n % Math.max(claims.length, 1)];
        return claimed && (await store.putBack(claimed, at(now + delay), at(now)));
      },
  ),
  fc.tuple(pick, minutes).map(
    ([n, lease]): Operation =>
      async ({ store, now, claims }) => {
        const claimed = claims[n % Math.max(claims.length, 1)];
        return claimed && (await store.renew(claimed, at(now + lease)));
      },
  ),
  fc.tuple(aggregate, minutes, fc.integer({ min: 1, max: 3 }), fc.boolean()).map(
    ([aggregate, age, limit, kept]): Operation =>
      async ({ store, now }) => {
        const seen: unknown[] = [await store.prunable(at(now - age), "", 10)];
        const done = await store.prune(aggregate, at(now - age), limit, async (leaving) => {
          seen.push({ ...leaving, snapshot: { ...leaving.snapshot, state: leaving.snapshot.state } });
          return kept ? [{ part: "feature", summary: now }] : null;
        });
        return [done, seen, await store.summaries(aggregate)];
      },
  ),
  fc.integer({ min: 1, max: 6 }).map(
    (passing): Operation =>
      async (world) => {
        world.now += passing;
      },
  ),
  key.map(
    (guid): Operation =>
      async ({ store, now }) => {
        return await store.recordDelivery({ guid, event: "push", action: null, at: at(now) });
      },
  ),
);

async function observe({ store, now }: World): Promise<unknown> {
  return {
    waiting: await store.waiting(10),
    nextDue: await store.nextDue(at(now)),
    nextUrgent: await store.nextDue(at(now), "urgent"),
    aggregates: await store.aggregates(""),
    routed: [await store.routed("t1"), await store.routed("t2")],
  };
}

async function play(fixture: StoreFixture, operations: readonly Operation[]): Promise<unknown[]> {
  const world: World = { store: await fixture.empty(), now: 0, claims: [] };
  const seen: unknown[] = [];
  for (const operation of operations) seen.push(await operation(world), await observe(world));
  for (const aggregate of ["a", "b", "c"]) seen.push(await world.store.history(aggregate, 0, 1000));
  // Whatever is left runs out in the same order.
  for (let rounds = 0; rounds < 20; rounds++) {
    const claimed = await world.store.claim(at(1000), at(1001), 2);
    seen.push(claimed);
    for (const row of claimed) await world.store.complete(row, [], at(1000));
  }
  return seen;
}

it("the stores in memory and on PGlite answer any sequence of operations alike", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 30, size: "max" }), async (operations) => {
      const [memory, pglite] = fixtures;
      expect(await play(memory!, operations)).toEqual(await play(pglite!, operations));
    }),
    { numRuns: 40 },
  );
});
