/** Reads snapshots, history, routes and the time. */
import { sql } from "kysely";
import type * as port from "../../loop/store-port.ts";
import type { Connection } from "./connection.ts";
import { AggregateRow, SnapshotRow, StoredHistory, TimeRow } from "./tables.ts";

export async function snapshot(connection: Connection, aggregate: string): Promise<port.Snapshot | null> {
  const row = await connection.query((db) =>
    db.selectFrom("snapshot").select(["state", "schema", "seq"]).where("aggregate", "=", aggregate).executeTakeFirst(),
  );
  return row === undefined ? null : SnapshotRow.parse(row);
}

export async function aggregates(
  connection: Connection,
  prefix: string,
): Promise<({ aggregate: string } & port.Snapshot)[]> {
  const rows = await connection.query((db) =>
    db
      .selectFrom("snapshot")
      .select(["aggregate", "state", "schema", "seq"])
      .where(sql<boolean>`starts_with(aggregate, ${prefix})`)
      .orderBy("aggregate")
      .execute(),
  );
  return rows.map((row) => AggregateRow.parse(row));
}

export async function live(connection: Connection, after: string, limit: number): Promise<string[]> {
  const rows = await connection.query((db) =>
    db
      .selectFrom("snapshot")
      .select("aggregate")
      .where("ended_at", "is", null)
      .where("aggregate", ">", after)
      .orderBy("aggregate")
      .limit(limit)
      .execute(),
  );
  return rows.map(({ aggregate }) => aggregate);
}

export async function history(
  connection: Connection,
  aggregate: string,
  after: number,
  limit: number,
): Promise<port.HistoryRow[]> {
  const rows = await connection.query((db) =>
    db
      .selectFrom("history")
      .select(["seq", "key", "event", "at", "outcome", "effects"])
      .where("aggregate", "=", aggregate)
      .where("seq", ">", after)
      .orderBy("seq")
      .limit(limit)
      .execute(),
  );
  return rows.map((row) => StoredHistory.parse(row));
}

export async function routed(connection: Connection, topic: string): Promise<string[]> {
  const rows = await connection.query((db) =>
    db.selectFrom("route").select("aggregate").where("topic", "=", topic).orderBy("aggregate").execute(),
  );
  return rows.map((row) => row.aggregate);
}

export async function databaseTime(connection: Connection): Promise<string> {
  const { rows } = await connection.query((db) => sql`select ${connection.clock} as at`.execute(db));
  return TimeRow.parse(rows[0]).at;
}
