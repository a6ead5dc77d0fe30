/** Reads and writes what comes in: deliveries, inbox rows, topics. */
import { type Kysely, sql } from "kysely";
import type { Delivery, InboxEvent, TopicEvent } from "../../loop/store-port.ts";
import { derivedId, instant } from "../values.ts";
import type { Connection } from "./connection.ts";
import { json, type Tables } from "./tables.ts";

export async function recordDelivery(connection: Connection, delivery: Delivery): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection.query((db) =>
    db
      .insertInto("delivery")
      .values({ ...delivery, at: instant(delivery.at) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

export async function receive(connection: Connection, events: InboxEvent[], topics: TopicEvent[]): Promise<number> {
  if (events.length === 0 && topics.length === 0) return 0;
  return await connection.transaction(async (db) => {
    let added = await insertEvents(db, events);
    for (const topic of topics) added += await insertTopic(db, topic);
    if (added > 0) await connection.notify(db);
    return added;
  });
}

/** Returns how many events were new. */
export async function insertEvents(db: Kysely<Tables>, events: readonly InboxEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("inbox")
    .values(
      events.map(({ aggregate, key, id, event, at }) => ({ aggregate, key, id, event: json(event), at: instant(at) })),
    )
    .onConflict((conflict) => conflict.columns(["aggregate", "key"]).doNothing())
    .executeTakeFirstOrThrow();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

async function insertTopic(db: Kysely<Tables>, { topic, key, event, at }: TopicEvent): Promise<number> {
  const routes = await db
    .selectFrom("route")
    .select("aggregate")
    .where("topic", "=", topic)
    .orderBy("aggregate")
    .execute();
  return await insertEvents(
    db,
    routes.map(({ aggregate }) => ({ id: derivedId(aggregate, key), aggregate, key, event, at })),
  );
}

export async function waiting(
  connection: Connection,
  limit: number,
  which: "going" | "stopped" = "going",
): Promise<string[]> {
  const { rows } = await connection.query((db) =>
    sql<{ aggregate: string }>`
      select aggregate from inbox
      where open and coalesce(
        (select defect from history where history.aggregate = inbox.aggregate order by seq desc limit 1), false)
        = ${which === "stopped"}
      group by aggregate order by min(position) limit ${limit}`.execute(db),
  );
  return rows.map((row) => row.aggregate);
}
