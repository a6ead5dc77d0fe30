/**
 * Reads and writes effects and timers. Only the head of each ordering key may run: the first of its open rows by
 * (asked_at, position), once its run_at has come and while no row of the key is leased.
 */
import { type Kysely, sql } from "kysely";
import type { ClaimedEffect, InboxEvent, NewEffect } from "../../loop/store-port.ts";
import { coalesced, derivedId, instant } from "../values.ts";
import type { Connection } from "./connection.ts";
import { insertEvents } from "./inbox.ts";
import { ClaimedRow, DueRow, json, type Tables, timestamp } from "./tables.ts";

export async function addEffects(db: Kysely<Tables>, aggregate: string, effects: readonly NewEffect[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = coalesced(effects).map(({ key, ordering, effect, runAt, replace }) => ({
    aggregate,
    key,
    ordering,
    effect: json(effect),
    replaces: replace ?? false,
    asked_at: instant(runAt),
    run_at: instant(runAt),
  }));
  await db
    .insertInto("outbox")
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(["aggregate", "key"])
        .doUpdateSet({
          position: sql`excluded.position`,
          effect: sql`excluded.effect`,
          asked_at: sql`excluded.asked_at`,
          run_at: sql`excluded.run_at`,
          attempts: 0,
          rearmed: sql<boolean>`outbox.leased_until is not null`,
          ended: null,
          error: null,
        })
        .where(sql<boolean>`excluded.replaces`),
    )
    .execute();
}

/** Ends rows that are not leased. A leased row continues, and loses only the run that would follow. */
export async function cancelEffects(db: Kysely<Tables>, aggregate: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db
    .updateTable("outbox")
    .set({
      ended: sql<"cancelled" | null>`case when leased_until is null then 'cancelled' end`,
      rearmed: false,
    })
    .where("aggregate", "=", aggregate)
    .where("key", "in", keys)
    .where("ended", "is", null)
    .execute();
}

export async function claim(
  connection: Connection,
  now: string,
  leaseUntil: string,
  limit: number,
): Promise<ClaimedEffect[]> {
  const { rows } = await connection.transaction(async (db) => {
    // One claim at a time. Two at once would not see each other's leases and could take effects of the same ordering key.
    await sql`select pg_advisory_xact_lock(hashtextextended('headgate claim', 0))`.execute(db);
    // The candidate's own lease is tested apart from the subquery. When a renewal commits meanwhile, PostgreSQL tests the columns
    // of the row that it locks again, but not the subquery.
    return await sql`
      update outbox set leased_until = ${timestamp(leaseUntil)}, claims = claims + 1, attempts = attempts + 1, rearmed = false
      where (aggregate, key) in (
        select aggregate, key from outbox as candidate
        where ended is null and run_at <= ${timestamp(now)} and (leased_until is null or leased_until <= ${timestamp(now)})
          and not exists (
            select from outbox as other
            where other.ordering = candidate.ordering and other.ended is null
              and (other.leased_until > ${timestamp(now)}
                or (other.asked_at, other.position) < (candidate.asked_at, candidate.position)))
        order by asked_at, position limit ${limit} for update skip locked)
      returning position, aggregate, key, ordering, effect, attempts, claims, run_at, asked_at`.execute(db);
  });
  return rows
    .map((row) => ClaimedRow.parse(row))
    .sort((a, b) => Date.parse(a.asked_at) - Date.parse(b.asked_at) || a.position - b.position)
    .map(({ aggregate, key, ordering, effect, attempts, claims, run_at }) => ({
      id: derivedId(aggregate, key),
      aggregate,
      key,
      ordering,
      effect,
      attempts,
      lease: String(claims),
      runAt: run_at,
    }));
}

export async function complete(
  connection: Connection,
  claimed: ClaimedEffect,
  events: readonly InboxEvent[],
  now: string,
): Promise<boolean> {
  return await connection.transaction(async (db) => {
    const { numUpdatedRows } = await leased(db, claimed)
      .set({
        ended: sql<"done" | null>`case when not rearmed then 'done' end`,
        leased_until: null,
        rearmed: false,
        error: null,
      })
      .where("leased_until", ">", timestamp(now))
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    await insertEvents(db, events);
    return true;
  });
}

export async function release(
  connection: Connection,
  claimed: ClaimedEffect,
  runAt: string,
  now: string,
  error: string,
): Promise<boolean> {
  const { numUpdatedRows } = await connection.query((db) =>
    leased(db, claimed)
      .set({
        run_at: sql<string>`case when rearmed then greatest(run_at, ${timestamp(runAt)}) else ${timestamp(runAt)} end`,
        leased_until: null,
        rearmed: false,
        error: json(error),
      })
      .where("leased_until", ">", timestamp(now))
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows > 0n;
}

export async function renew(connection: Connection, claimed: ClaimedEffect, leaseUntil: string): Promise<boolean> {
  const { numUpdatedRows } = await connection.query((db) =>
    leased(db, claimed)
      .set({ leased_until: instant(leaseUntil) })
      .where("leased_until", "is not", null)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows > 0n;
}

export async function nextDue(connection: Connection, now: string): Promise<string | null> {
  const { rows } = await connection.query((db) =>
    sql`
      with head as (
        select distinct on (ordering) ordering, run_at from outbox where ended is null order by ordering, asked_at, position
      ), running as (
        select ordering, max(leased_until) as until from outbox
        where ended is null and leased_until > ${timestamp(now)} group by ordering
      )
      select min(greatest(head.run_at, running.until)) as due from head left join running using (ordering)`.execute(db),
  );
  return DueRow.parse(rows[0]).due;
}

function leased(db: Kysely<Tables>, { aggregate, key, lease }: ClaimedEffect) {
  return db
    .updateTable("outbox")
    .where("aggregate", "=", aggregate)
    .where("key", "=", key)
    .where("claims", "=", Number(lease))
    .where("ended", "is", null);
}
