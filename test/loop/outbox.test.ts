import { expect, it } from "vitest";
import { runClaimed } from "../../src/loop/outbox.ts";
import type { Inside } from "../../src/loop/remembered.ts";
import type { Loaded } from "../../src/loop/store-port.ts";
import { MemoryStore } from "../../src/store/memory.ts";

const AT = "2026-01-01T00:00:00.000Z";
const FEATURE = "acme/tool#1";

it("a command in another version's words fails, so that whoever waits for it asks again", async () => {
  const store = new MemoryStore();
  await store.receive([{ id: "e1", aggregate: FEATURE, key: "first", event: {}, at: AT }], []);
  const effect = { type: "pull.open", task: "a", wording: "of long ago" };
  await store.step(FEATURE, 1, ({ events }) => ({
    state: {},
    schema: 1,
    history: events.map(({ key, event, at }) => ({ key, event, at, outcome: {}, effects: [] })),
    effects: [{ key: "pull.open:1", ordering: "a branch", effect, runAt: AT }],
    cancel: [],
    routes: [],
    sends: [],
  }));
  const [claimed] = await store.claim(AT, "2026-01-01T00:15:00.000Z", 1);
  const errors: string[] = [];
  const outside = {
    store,
    now: () => Date.parse(AT),
    newId: () => "e2",
    log: { error: (_: unknown, message: string) => errors.push(message) },
  } as unknown as Inside;

  await runClaimed(outside, claimed!);

  let seen: Loaded["events"] = [];
  await store.step(FEATURE, 10, (loaded) => {
    seen = loaded.events;
    return { state: {}, schema: 1, history: [], effects: [], cancel: [], routes: [], sends: [] };
  });
  expect(seen.map(({ event }) => event)).toMatchObject([
    { type: "effect.failed", effect: "pull.open", task: "a", pull: null, failure: { class: "platform-unknown" } },
  ]);
  expect(errors).toEqual(["a stored effect does not parse"]);
});
