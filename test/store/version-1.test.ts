/**
 * A database that a version before the renames left behind: its core called effects commands, its people gave orders, and it
 * stored sentences where there are values now. The rows were collected from simulated scenarios that its own code played, with
 * a few made by hand where no scenario came by.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Effect, effectKey, orderingKey } from "../../src/core/effect.ts";
import { FeatureEvent, LaneEvent } from "../../src/core/event.ts";
import { isLane } from "../../src/core/keys.ts";
import { byId } from "../../src/core/migrations/identity.ts";
import { adoption } from "../../src/loop/adoption.ts";
import type { ClaimedEffect, Store } from "../../src/loop/store-port.ts";
import { kyselyStore } from "../../src/store/kysely.ts";
import { migrations } from "../../src/store/migrations/index.ts";
import { migrate } from "../../src/store/sql/migrate.ts";
import { FEATURE, LANE } from "../core/world.ts";
import { bench, START } from "../loop/bench.ts";
import { type TemporaryPglite, temporaryPglite } from "./temporary-pglite.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), "utf8"));

const rows = z
  .object({
    inbox: z.array(z.object({ aggregate: z.string(), key: z.string(), event: z.looseObject({ type: z.string() }) })),
    outbox: z.array(
      z.object({
        aggregate: z.string(),
        key: z.string(),
        ordering: z.string(),
        command: z.looseObject({ type: z.string() }),
        runAt: z.string(),
      }),
    ),
  })
  .parse(readJson("stores/version-1.json"));
const { text: adopted, json: identified } = byId({ owner: "acme", name: "tool" }, 1);
const Snapshot = z.object({ aggregate: z.string(), schema: z.number(), state: z.unknown() });
const snapshots = ["feature-5", "lane-3"].map((name) => Snapshot.parse(readJson(`snapshots/${name}.json`)));

it("the fixture of a store of version 1 has a row for every event and effect that could be stored", () => {
  const events = new Set(rows.inbox.map(({ event }) => event.type.replace("order.", "command.")));
  const effects = new Set(rows.outbox.map(({ command }) => command.type));
  const known = [...FeatureEvent.options, ...LaneEvent.options].map(({ shape }) => shape.type.value);
  const since = [
    "issue.reopened",
    "closing.observed",
    "closing.observe",
    "entry.healed",
    "entry.parked",
    "repository.observed",
    "repository.observe",
    "change.written",
    "change.write",
    "entry.approved",
    "pull.describe",
    "issue.gone",
    "sub-issue.observed",
    "sub-issue.observe",
    "sub-issue.close",
    "plan.filed",
    "pull.refused",
  ];
  expect(known.filter((type) => !events.has(type) && !since.includes(type))).toEqual([]);
  const immediate = ["timer.cancel", "withdraw", "send"];
  const waiting = Effect.options.map(({ shape }) => shape.type.value).filter((type) => !immediate.includes(type));
  expect(waiting.filter((type) => !effects.has(type) && !since.includes(type))).toEqual([]);
});

describe("a store of version 1", () => {
  let database: TemporaryPglite;
  let store: Store;
  beforeAll(async () => {
    database = await temporaryPglite(sql`timestamptz '2100-01-01'`);
    store = kyselyStore(database.connection, database.remove);
  });
  afterAll(async () => await store.close());
  beforeEach(async () => {
    await database.pglite.exec("drop schema public cascade; create schema public");
    await migrate(database.connection, migrations.slice(0, 1));
    await fill();
    await Promise.all([store.migrate(), store.migrate()]);
    await store.migrate();
    const identify = async (named: { owner: string; name: string }) => ({ id: 1, ...named });
    await adoption({ store, identify, log: bench().inside.log, wait: async () => {} }).all();
  });

  async function fill(): Promise<void> {
    const { pglite } = database;
    for (const { aggregate, schema, state } of snapshots) {
      const values = [aggregate, schema, JSON.stringify(state)];
      await pglite.query("insert into snapshot values ($1, 0, $2, $3)", values);
    }
    for (const { aggregate, key, event } of rows.inbox) {
      await pglite.query("insert into inbox (aggregate, key, id, event, at) values ($1, $2, $2, $3, $4)", [
        ...[aggregate, key, JSON.stringify(event), new Date(START).toISOString()],
      ]);
    }
    for (const { aggregate, key, ordering, command, runAt } of rows.outbox) {
      await pglite.query(
        `insert into outbox (aggregate, key, ordering, command, replaces, asked_at, run_at)
          values ($1, $2, $3, $4, false, $5, $5)`,
        [aggregate, key, ordering, JSON.stringify(command), runAt],
      );
    }
    await pglite.query(`insert into outbox (aggregate, key, ordering, command, replaces, asked_at, run_at, ended)
      values ('acme/tool:main', 'timer:look:99', 'acme/tool:main timer:look:99', '{"type":"nothing reads this"}', false, now(), now(), 'done')`);
    await pglite.query(`insert into inbox (aggregate, key, id, event, at, open)
      values ('acme/tool#1', 'decided', 'decided', '{"type":"nothing reads this"}', now(), false)`);
  }

  /** Claims and ends every effect and timer, whenever it is due. */
  async function everyEffect(): Promise<ClaimedEffect[]> {
    const all: ClaimedEffect[] = [];
    const claim = () => store.claim(86_400_000, 100, "all");
    for (let some = await claim(); some.length > 0; some = await claim()) {
      for (const one of some) await store.complete(one, []);
      all.push(...some);
    }
    return all;
  }

  it("decides each of its open events after the migration: none is unreadable, none throws", async () => {
    const on = bench({}, { store });
    await on.settle();
    expect(on.logged).toEqual([]);
    const outcomes = new Map<string, unknown>();
    for (const aggregate of [FEATURE, LANE]) {
      for (const { key, event, outcome } of await store.history(aggregate, 0, 1_000)) {
        outcomes.set(`${aggregate} ${key}`, outcome);
        const schema = isLane(aggregate) ? LaneEvent : FeatureEvent;
        expect(schema.safeParse(event).error?.message, JSON.stringify(event)).toBeUndefined();
      }
    }
    const decided = rows.inbox.map(({ aggregate, key }) => outcomes.get(`${adopted(aggregate)} ${key}`));
    expect(decided).not.toContain(undefined);
    expect(decided).not.toContainEqual({ ignored: "unreadable" });
    expect(decided.filter((outcome) => "applied" in (outcome as object)).length).toBeGreaterThan(20);
  });

  it("runs each of its waiting effects after the migration, under the keys that this version gives them", async () => {
    const effects = await everyEffect();
    expect(effects).toHaveLength(rows.outbox.length);
    for (const { aggregate, key, ordering, effect: stored } of effects) {
      const parsed = Effect.safeParse(stored);
      expect(parsed.error?.message, JSON.stringify(stored)).toBeUndefined();
      const effect = parsed.data;
      if (effect === undefined || effect.type === "withdraw" || effect.type === "send") continue;
      if (effect.type === "timer.set" || effect.type === "timer.cancel") {
        expect([key, ordering]).toEqual([`timer:${effect.timer}`, `${aggregate} timer:${effect.timer}`]);
      } else expect([key, ordering]).toEqual([effectKey(effect), orderingKey(effect)]);
    }
  });

  it("keeps every word that people or GitHub wrote", async () => {
    const words = /"(?:text|guidance|body|title|reason|cause|explanation|problem|summary|message)":"(?:[^"\\]|\\.)*"/g;
    const written = (values: unknown[]) =>
      new Set(
        [...JSON.stringify(values).matchAll(words)].flatMap(([match]) =>
          Object.values(z.record(z.string(), z.string()).parse(JSON.parse(`{${match}}`))),
        ),
      );
    const before = written([...rows.inbox.map((row) => row.event), ...rows.outbox.map((row) => row.command)]);
    const effects = (await everyEffect()).map(({ effect }) => effect);
    const { rows: events } = await database.pglite.query<{ event: unknown }>("select event from inbox where open");
    const after = JSON.stringify([...effects, ...events]);
    const lost = [...before].filter((text) => !after.includes(JSON.stringify(text).slice(1, -1)));
    const ours = /^(The last attempt ended as|Take back) .*/;
    expect(lost.map((text) => text.replace(ours, "")).filter(Boolean)).toEqual([]);
  });

  it("names what a task that Headgate added is for", async () => {
    const titles = (await everyEffect()).flatMap(({ effect }) => {
      const parsed = Effect.parse(effect);
      return "title" in parsed && typeof parsed.title !== "string" ? [[parsed.type, parsed.title]] : [];
    });
    expect(titles).toEqual([
      ["revert.write", { kind: "undo", task: "t1" }],
      ["pull.open", { kind: "whole-feature", issueTitle: "Feature 0" }],
    ]);
  });

  it("gives the timers of its lane their new name, in the outbox and in the inbox", async () => {
    const timers = (values: unknown[]) =>
      [...JSON.stringify(values).matchAll(/"timer":"(\w+)[":]/g)].map(([, name]) => name);
    const effects = (await everyEffect()).map(({ effect }) => effect);
    const { rows: events } = await database.pglite.query<{ event: unknown }>("select event from inbox where open");
    for (const names of [timers(effects), timers(events)]) {
      expect(names).toContain("refresh");
      expect(names).not.toContain("look");
    }
  });

  it("names the rule that found a secret, in the cause that an open request gives to the next attempt", async () => {
    const { pglite } = database;
    await pglite.exec("drop schema public cascade; create schema public");
    await migrate(database.connection, migrations.slice(0, 2));
    const dispatch = rows.outbox.find(({ command }) => command.type === "attempt.dispatch");
    const { history: _, ...brief } = z.object({ brief: z.looseObject({}) }).parse(dispatch?.command).brief;
    const cause = { kind: "change-refused", violations: [{ kind: "content", path: "a.ts", finding: "github-token" }] };
    const facts = { acceptance: [], checks: [], failure: { class: "agent-failed", cause, details: [] } };
    await pglite.query(
      `insert into outbox (aggregate, key, ordering, effect, replaces, asked_at, run_at) values ($1, $2, $2, $3, false, now(), now())`,
      [FEATURE, dispatch?.key, JSON.stringify({ ...dispatch?.command, brief: { ...brief, ...facts } })],
    );
    await store.migrate();

    const [effect] = (await everyEffect()).map((one) => Effect.parse(identified(one.effect)));
    const secret = { kind: "secret", path: "a.ts", rule: "github", line: null, fingerprint: null };
    expect(effect).toMatchObject({ brief: { failure: { cause: { violations: [secret] } } } });
  });

  it("leaves what has ended as it was, except for the keys that keep it from being done again", async () => {
    const { pglite } = database;
    const ended = await pglite.query("select key, effect from outbox where ended is not null");
    expect(ended.rows).toEqual([{ key: "timer:refresh:99", effect: { type: "nothing reads this" } }]);
    const decided = await pglite.query("select event from inbox where not open");
    expect(decided.rows).toEqual([{ event: { type: "nothing reads this" } }]);
  });
});
