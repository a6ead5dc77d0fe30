/**
 * Chooses the effects that may run. Only the head of each ordering key may: the first of its open rows by (asked_at, position),
 * once its run_at has come and while no row of the key is leased. The partial indexes of migration 5 keep timers that are not due
 * and ended rows out of each query.
 */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { ClaimedEffect } from "../../loop/store-port.ts";
import { derivedId } from "../values.ts";
import type { Connection } from "./connection.ts";
import { ClaimedRow, DueRow, milliseconds, type Tables } from "./tables.ts";

/** How many times the limit is looked through, so that two claims at once do not compete for the same few rows. */
const SPARE = 4;

/**
 * Locks ordering keys first and takes their heads in a second statement. Within one statement two claims would not see each other's
 * leases, and could take two effects of the same key: the second statement sees what the holder of the lock before has committed.
 */
export async function claim(
  connection: Connection,
  leaseMs: number,
  limit: number,
  which: "all" | "urgent",
): Promise<ClaimedEffect[]> {
  const { clock } = connection;
  const mayRun = sql`outbox.ended is null and outbox.asked_at <= ${clock} and outbox.run_at <= ${clock}
    and (outbox.leased_until is null or outbox.leased_until <= ${clock}) and ${isHead(clock)}`;
  const { rows } = await connection.transaction(async (db) => {
    await begin(connection, db);
    const locked = await sql`
      with candidate as materialized (
        select aggregate, key, ordering from outbox where ${mayRun} and ${of(which)}
        order by asked_at, position limit ${limit * SPARE})
      select aggregate, key from candidate
      where pg_try_advisory_xact_lock(hashtextextended('headgate claim ' || ordering, 0)) limit ${limit}`.execute(db);
    if (locked.rows.length === 0) return locked;
    const names = z.array(Name).parse(locked.rows);
    // The row's own lease and times are tested beside the subqueries. When a step replaces the row meanwhile, PostgreSQL tests
    // the columns of the row that it locks again, but not the subqueries.
    return await sql`
      update outbox set leased_until = ${clock} + ${milliseconds(leaseMs)}, claims = claims + 1, attempts = attempts + 1,
        unended = unended + 1, rearmed = false
      where (aggregate, key) in (${sql.join(names.map(({ aggregate, key }) => sql`(${aggregate}, ${key})`))}) and ${mayRun}
      returning position, aggregate, key, ordering, effect, attempts, claims, unended, urgent, run_at, asked_at,
        ${clock} as claimed_at`.execute(db);
  });
  return rows
    .map((row) => ClaimedRow.parse(row))
    .sort((a, b) => Date.parse(a.asked_at) - Date.parse(b.asked_at) || a.position - b.position)
    .map(({ aggregate, key, ordering, effect, attempts, claims, unended, urgent, run_at, claimed_at }) => ({
      id: derivedId(aggregate, key),
      aggregate,
      key,
      ordering,
      effect,
      attempts,
      isFirst: claims === 1,
      unended: unended - 1,
      urgent,
      lease: String(claims),
      runAt: run_at,
      claimedAt: claimed_at,
    }));
}

const GateRow = z.object({ outdated: z.boolean() });
const Name = z.object({ aggregate: z.string(), key: z.string() });

/**
 * The earliest of: the first head that never failed, whose time is its place in the index; heads that wait for another try, which
 * are few; and the ends of live leases, which are as many as effects run.
 */
export async function nextDue(connection: Connection, which: "all" | "urgent"): Promise<number | null> {
  const { clock } = connection;
  const waits = sql`outbox.ended is null and (outbox.leased_until is null or outbox.leased_until <= ${clock})
    and ${isHead(clock)} and ${of(which)}`;
  const { rows } = await connection.transaction(async (db) => {
    await begin(connection, db);
    return await sql`
      select ceil(extract(epoch from least(
        (select run_at from outbox where run_at = asked_at and ${waits} order by asked_at, position limit 1),
        (select min(run_at) from outbox where run_at > asked_at and ${waits}),
        (select min(greatest(running.until, (
            select run_at from outbox where ended is null and ordering = running.ordering order by asked_at, position limit 1)))
          from (
            select ordering, max(leased_until) as until from outbox
            where ended is null and leased_until is not null and leased_until > ${clock} group by ordering
          ) as running)
      ) - ${clock}) * 1000)::float8 as due`.execute(db);
  });
  return DueRow.parse(rows[0]).due;
}

/**
 * Asks whether this process may still claim. Makes PostgreSQL walk the index in its order until it has found enough. It takes open rows
 * for a handful until the table is analysed, which the embedded store never is, and would collect and sort all of them: 20,000 timers
 * made each look 80 ms longer.
 */
async function begin({ gate }: Connection, db: Kysely<Tables>): Promise<void> {
  const off = (setting: string) => sql`set_config(${`enable_${setting}`}, 'off', true)`;
  const settings = sql.join(["sort", "bitmapscan", "hashjoin", "mergejoin"].map(off));
  const { rows } = await sql`select ${gate.isOutdated} as outdated, ${settings}`.execute(db);
  gate.pass(GateRow.parse(rows[0]).outdated);
}

function isHead(clock: RawBuilder<Date>): RawBuilder<boolean> {
  return sql`not exists (
      select from outbox as ahead where ahead.ordering = outbox.ordering and ahead.ended is null
        and (ahead.asked_at, ahead.position) < (outbox.asked_at, outbox.position))
    and not exists (
      select from outbox as running where running.ordering = outbox.ordering and running.ended is null
        and running.leased_until is not null and running.leased_until > ${clock})`;
}

function of(which: "all" | "urgent"): RawBuilder<boolean> {
  return which === "all" ? sql`true` : sql`outbox.urgent`;
}
