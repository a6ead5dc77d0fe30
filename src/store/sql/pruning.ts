/**
 * Deletes what is old. `snapshot.pruned` is the seq up to which an aggregate's history has gone. Only an ended aggregate loses its
 * last row, and with it the rest: so a pruned snapshot is one whose `pruned` has reached its `seq`.
 */
import { type Kysely, sql } from "kysely";
import type * as port from "../../loop/store-port.ts";
import { instant, oldRows } from "../values.ts";
import type { Connection } from "./connection.ts";
import { tryLockAggregate } from "./step.ts";
import { EndedEffectRow, json, PrunableRow, StoredHistory, SummaryRow, type Tables, TombstoneRow } from "./tables.ts";

/** True: no event, effect or timer of the snapshot's aggregate is left. */
const nothingOpen = sql`not exists (select from inbox where inbox.aggregate = snapshot.aggregate and open)
  and not exists (select from outbox where outbox.aggregate = snapshot.aggregate and outbox.ended is null)`;

export async function prunable(
  connection: Connection,
  before: string,
  after: string,
  limit: number,
): Promise<{ aggregate: string; ended: boolean }[]> {
  const time = sql`${instant(before)}::timestamptz`;
  const { rows } = await connection.query((db) =>
    sql`
      (select aggregate, true as ended from snapshot
        where ended_at is not null and pruned < seq and ended_at < ${time} and aggregate > ${after} and ${nothingOpen}
        order by aggregate limit ${limit})
      union all
      (select aggregate, false from snapshot
        where ended_at is null and aggregate > ${after} and pruned + 1 < seq and exists (
          select from history where history.aggregate = snapshot.aggregate and history.seq = snapshot.pruned + 1 and at < ${time})
        order by aggregate limit ${limit})
      order by aggregate limit ${limit}`.execute(db),
  );
  return rows.map((row) => PrunableRow.parse(row));
}

export async function prune(
  connection: Connection,
  aggregate: string,
  before: string,
  limit: number,
  keep: (leaving: port.Leaving) => Promise<port.Summary[] | null>,
): Promise<boolean> {
  return await connection.transaction(async (db) => {
    if (!(await tryLockAggregate(connection, db, aggregate))) return true;
    const found = await sql`
      select state, schema, seq, pruned, ended_at,
        (coalesce(ended_at < ${instant(before)}::timestamptz, false) and ${nothingOpen}) as over
      from snapshot where aggregate = ${aggregate}`.execute(db);
    if (found.rows.length === 0) return true;
    const { seq, pruned, over, ended_at: endedAt, ...rest } = TombstoneRow.parse(found.rows[0]);
    if (pruned >= seq || (endedAt !== null && !over)) return true;
    const rows = await oldest(db, aggregate, limit);
    const history = over ? rows : oldRows(rows, instant(before), seq);
    const all = history.length < limit;
    const through = over && all ? seq : history.at(-1)?.seq;
    if (through === undefined) return true;
    const last = through === seq;
    const effects = last ? await endedEffects(db, aggregate) : [];
    const topics = last ? await topicsOf(db, aggregate) : [];
    const summaries = await keep({ aggregate, endedAt, snapshot: { ...rest, seq }, history, effects, topics });
    if (summaries === null) return true;
    await saveSummaries(db, aggregate, summaries);
    await remove(db, aggregate, history, last);
    await db.updateTable("snapshot").set({ pruned: through }).where("aggregate", "=", aggregate).execute();
    return last || all;
  });
}

export async function summaries(connection: Connection, aggregate: string): Promise<port.Summary[]> {
  const rows = await connection.query((db) =>
    db.selectFrom("summary").select(["part", "summary"]).where("aggregate", "=", aggregate).orderBy("part").execute(),
  );
  return rows.map((row) => SummaryRow.parse(row));
}

export async function forgetDeliveries(connection: Connection, before: string, limit: number): Promise<number> {
  const { numAffectedRows } = await connection.query((db) =>
    sql`delete from delivery where guid in (
      select guid from delivery where at < ${instant(before)}::timestamptz order by at limit ${limit})`.execute(db),
  );
  return Number(numAffectedRows ?? 0n);
}

async function oldest(db: Kysely<Tables>, aggregate: string, limit: number): Promise<port.HistoryRow[]> {
  const rows = await db
    .selectFrom("history")
    .select(["seq", "key", "event", "at", "outcome", "effects"])
    .where("aggregate", "=", aggregate)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map((row) => StoredHistory.parse(row));
}

async function endedEffects(db: Kysely<Tables>, aggregate: string): Promise<port.Leaving["effects"]> {
  const { rows } = await sql`select key, effect, run_at, attempts from outbox
    where aggregate = ${aggregate} and ended is not null order by key collate "C"`.execute(db);
  return rows.map((row) => {
    const { run_at: runAt, ...effect } = EndedEffectRow.parse(row);
    return { ...effect, runAt };
  });
}

async function topicsOf(db: Kysely<Tables>, aggregate: string): Promise<string[]> {
  const rows = await db.selectFrom("route").select("topic").where("aggregate", "=", aggregate).execute();
  return rows.map(({ topic }) => topic).sort();
}

async function saveSummaries(db: Kysely<Tables>, aggregate: string, kept: readonly port.Summary[]): Promise<void> {
  if (kept.length === 0) return;
  await db
    .insertInto("summary")
    .values(kept.map(({ part, summary }) => ({ aggregate, part, summary: json(summary) })))
    .onConflict((conflict) => conflict.columns(["aggregate", "part"]).doUpdateSet({ summary: sql`excluded.summary` }))
    .execute();
}

async function remove(
  db: Kysely<Tables>,
  aggregate: string,
  history: readonly port.HistoryRow[],
  last: boolean,
): Promise<void> {
  const through = history.at(-1)?.seq ?? 0;
  await db.deleteFrom("history").where("aggregate", "=", aggregate).where("seq", "<=", through).execute();
  const decided = db.deleteFrom("inbox").where("aggregate", "=", aggregate).where("open", "=", false);
  if (!last) {
    const keys = history.map(({ key }) => key);
    await decided.where("key", "in", keys).execute();
    return;
  }
  await decided.execute();
  await db.deleteFrom("outbox").where("aggregate", "=", aggregate).where("ended", "is not", null).execute();
  await db.deleteFrom("route").where("aggregate", "=", aggregate).execute();
}
