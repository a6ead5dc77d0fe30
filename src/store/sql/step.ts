/** Writes under an aggregate's lock: all that a step changes, and the quarantine of an event. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Loaded, NewEffect, StepWrite } from "../../loop/store-port.ts";
import { checkHistory, derivedId, instant } from "../values.ts";
import type { Connection } from "./connection.ts";
import { insertEvents } from "./inbox.ts";
import { addEffects, cancelEffects } from "./outbox.ts";
import { EventRow, json, LastSeqRow, LockRow, SnapshotRow, type Tables } from "./tables.ts";

export async function step(
  connection: Connection,
  aggregate: string,
  limit: number,
  decide: (loaded: Loaded) => StepWrite,
): Promise<number> {
  return await connection.transaction(async (db) => {
    // Another process steps it. Waiting for it would find nothing: that process goes on until no event is left.
    if (!(await tryLockAggregate(connection, db, aggregate))) return 0;
    const loaded = await load(db, aggregate, limit);
    if (loaded.events.length === 0) return 0;
    const write = decide(loaded);
    checkHistory(write, loaded.events);
    await saveHistory(db, aggregate, loaded.seq, write);
    await saveSnapshot(db, aggregate, loaded.seq + write.history.length, write, connection.clock);
    await saveRoutes(db, aggregate, write.routes);
    await cancelEffects(db, aggregate, write.cancel);
    await addEffects(db, aggregate, write.effects);
    await insertEvents(
      db,
      write.sends.map((event) => ({ ...event, id: derivedId(event.aggregate, event.key) })),
    );
    if (write.sends.length > 0 || write.effects.length > 0) await connection.notify(db);
    return write.history.length;
  });
}

export async function quarantine(
  connection: Connection,
  aggregate: string,
  id: string,
  defect: string,
  effects: readonly NewEffect[] = [],
): Promise<void> {
  await connection.transaction(async (db) => {
    await lockAggregate(db, aggregate);
    const row = await db
      .updateTable("inbox")
      .set({ open: false })
      .where("position", "=", (inbox) =>
        inbox
          .selectFrom("inbox")
          .select("position")
          .where("aggregate", "=", aggregate)
          .where("id", "=", id)
          .where("open", "=", true)
          .orderBy("position")
          .limit(1),
      )
      .returning(["id", "key", "event", "at"])
      .executeTakeFirst();
    if (row === undefined) return;
    const { key, event, at } = EventRow.parse(row);
    const seq = (await lastSeq(db, aggregate)) + 1;
    await db
      .insertInto("history")
      .values({
        aggregate,
        seq,
        key,
        event: json(event),
        at,
        outcome: json({ defect }),
        effects: json([]),
        defect: true,
      })
      .execute();
    await db
      .updateTable("snapshot")
      .set({
        seq,
        ended_at: sql<Date>`case when ended_at is not null and pruned = seq then ${connection.clock} else ended_at end`,
      })
      .where("aggregate", "=", aggregate)
      .execute();
    await addEffects(db, aggregate, effects);
    if (effects.length > 0) await connection.notify(db);
  });
}

/** Takes the lock until the transaction ends. Later statements see what the holder before committed. */
export async function lockAggregate(db: Kysely<Tables>, aggregate: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${aggregate}, 0))`.execute(db);
}

/** Takes the lock as `lockAggregate` does, unless another transaction holds it. */
export async function tryLockAggregate({ gate }: Connection, db: Kysely<Tables>, aggregate: string): Promise<boolean> {
  const { rows } = await sql`select pg_try_advisory_xact_lock(hashtextextended(${aggregate}, 0)) as taken,
    ${gate.isOutdated} as outdated`.execute(db);
  const { taken, outdated } = LockRow.parse(rows[0]);
  gate.pass(outdated);
  return taken;
}

/** The snapshot remembers the last number of a history that was pruned. An aggregate whose first event was quarantined has none. */
async function lastSeq(db: Kysely<Tables>, aggregate: string): Promise<number> {
  const { rows } = await sql`select greatest(
    (select max(seq) from history where aggregate = ${aggregate}),
    (select seq from snapshot where aggregate = ${aggregate}), 0) as seq`.execute(db);
  return LastSeqRow.parse(rows[0]).seq;
}

async function load(db: Kysely<Tables>, aggregate: string, limit: number): Promise<Loaded> {
  const rows = await db
    .selectFrom("inbox")
    .select(["id", "key", "event", "at"])
    .where("aggregate", "=", aggregate)
    .where("open", "=", true)
    .orderBy("position")
    .limit(limit)
    .execute();
  const snapshot = await db
    .selectFrom("snapshot")
    .select(["state", "schema", "seq"])
    .where("aggregate", "=", aggregate)
    .executeTakeFirst();
  const events = rows.map((row) => EventRow.parse(row));
  // An aggregate whose first event was quarantined has history but no snapshot.
  if (snapshot === undefined) return { state: null, schema: null, seq: await lastSeq(db, aggregate), events };
  return { ...SnapshotRow.parse(snapshot), events };
}

async function saveHistory(
  db: Kysely<Tables>,
  aggregate: string,
  after: number,
  { history }: StepWrite,
): Promise<void> {
  if (history.length === 0) return;
  const rows = history.map(({ key, event, at, outcome, effects }, index) => ({
    aggregate,
    seq: after + index + 1,
    key,
    event: json(event),
    at: instant(at),
    outcome: json(outcome),
    effects: json(effects),
  }));
  await db.insertInto("history").values(rows).execute();
  await db
    .updateTable("inbox")
    .set({ open: false })
    .where("aggregate", "=", aggregate)
    .where(
      "key",
      "in",
      history.map((row) => row.key),
    )
    .execute();
}

async function saveSnapshot(
  db: Kysely<Tables>,
  aggregate: string,
  seq: number,
  write: StepWrite,
  clock: RawBuilder<Date>,
): Promise<void> {
  await db
    .insertInto("snapshot")
    .values({ aggregate, seq, schema: write.schema, state: json(write.state), ended_at: write.ended ? clock : null })
    .onConflict((conflict) =>
      conflict.column("aggregate").doUpdateSet((row) => ({
        seq: row.ref("excluded.seq"),
        schema: row.ref("excluded.schema"),
        state: sql`excluded.state`,
        // The first end counts. What reaches an aggregate later does not make it younger, unless all before that was pruned.
        ended_at: sql<Date>`case when excluded.ended_at is not null then
          case when snapshot.pruned < snapshot.seq then coalesce(snapshot.ended_at, excluded.ended_at) else excluded.ended_at end
        end`,
      })),
    )
    .execute();
}

async function saveRoutes(db: Kysely<Tables>, aggregate: string, topics: readonly string[]): Promise<void> {
  const wanted = new Set(topics);
  const rows = await db.selectFrom("route").select("topic").where("aggregate", "=", aggregate).execute();
  const gone = rows.map((row) => row.topic).filter((topic) => !wanted.delete(topic));
  if (gone.length > 0) {
    await db.deleteFrom("route").where("aggregate", "=", aggregate).where("topic", "in", gone).execute();
  }
  if (wanted.size === 0) return;
  await db
    .insertInto("route")
    .values([...wanted].map((topic) => ({ topic, aggregate })))
    .execute();
}
