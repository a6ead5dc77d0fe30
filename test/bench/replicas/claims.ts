/** Measures claims beside 20,000 timers that are not due, and how soon an event wakes another process. */
import type { Store } from "../../../src/loop/store-port.ts";
import { openStore } from "../../../src/store/open.ts";
import { applying, effect, event } from "../../contract/store-kit.ts";
import type { PostgresServer } from "../../store/postgres-server.ts";

const TIMERS = 20_000;
const DUE = 400;
const BATCH = 1_000;
const ROUNDS = 5;
const WAKES = 100;

/** Returns claims per second beside the timers, as a share of those without any: the median of pairs measured in turn. */
export async function claimsBesideTimers(server: PostgresServer): Promise<{ share: number; perSecond: number }> {
  const open = async (name: string) => {
    const store = await openStore({ databaseUrl: await server.createDatabase(name) });
    await store.migrate();
    return store;
  };
  const [none, many] = [await open("no_timers"), await open("timers")];
  const later = new Date(Date.now() + 86_400_000).toISOString();
  for (let from = 0; from < TIMERS; from += BATCH) {
    const timers = Array.from({ length: BATCH }, (_, n) => effect(`timer${from + n}`, { runAt: later }));
    await add(many, `timers${from}`, timers);
  }
  const pairs: { share: number; perSecond: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [alone, beside] = [await claimAll(none, round), await claimAll(many, round)];
    // The first pair warms up both.
    if (round > 0) pairs.push({ share: beside / alone, perSecond: beside });
  }
  await Promise.all([none.close(), many.close()]);
  return pairs.sort((left, right) => left.share - right.share)[Math.floor(ROUNDS / 2)]!;
}

async function add(store: Store, aggregate: string, effects: ReturnType<typeof effect>[]): Promise<void> {
  await store.receive([event(aggregate, "wake")], []);
  await store.step(aggregate, 1, applying({ effects }));
}

async function claimAll(store: Store, round: number): Promise<number> {
  await add(
    store,
    `due${round}`,
    Array.from({ length: DUE }, (_, n) => effect(`due${round}-${n}`)),
  );
  const began = performance.now();
  let claims = 0;
  for (let some = await store.claim(60_000, 8, "all"); some.length > 0; some = await store.claim(60_000, 8, "all")) {
    claims += 1;
    await store.nextDue("all");
    for (const one of some) await store.complete(one, []);
  }
  return (claims * 1_000) / (performance.now() - began);
}

/** Returns the milliseconds from writing an event to waking another process, each. */
export async function wakeUps(server: PostgresServer): Promise<number[]> {
  const databaseUrl = await server.createDatabase("wake_ups");
  const [writer, sleeper] = [await openStore({ databaseUrl }), await openStore({ databaseUrl })];
  await writer.migrate();
  let heard = () => {};
  const next = () => new Promise<void>((resolve) => (heard = resolve));
  const listening = next();
  sleeper.listen(() => heard());
  await listening;
  const times: number[] = [];
  for (let n = 0; n < WAKES; n += 1) {
    const woken = next();
    const began = performance.now();
    await writer.receive([event("a", `k${n}`)], []);
    await woken;
    times.push(performance.now() - began);
  }
  await Promise.all([writer.close(), sleeper.close()]);
  return times;
}
