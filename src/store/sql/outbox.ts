/**
 * Writes effects and timers, and the ends of their leases. `claiming.ts` decides which of them may run. A row's run_at is never
 * before its asked_at: claims look for what was asked for by now, and would miss it.
 */
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { ClaimedEffect, InboxEvent, NewEffect } from "../../loop/store-port.ts";
import { coalesced, instant } from "../values.ts";
import type { Connection } from "./connection.ts";
import { insertEvents } from "./inbox.ts";
import { json, milliseconds, type Tables } from "./tables.ts";

export async function addEffects(db: Kysely<Tables>, aggregate: string, effects: readonly NewEffect[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = coalesced(effects).map(({ key, ordering, effect, runAt, replace, urgent }) => ({
    aggregate,
    key,
    ordering,
    effect: json(effect),
    replaces: replace ?? false,
    urgent: urgent ?? false,
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
          urgent: sql`excluded.urgent`,
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

export async function complete(
  connection: Connection,
  claimed: ClaimedEffect,
  events: readonly InboxEvent[],
  unended: number,
): Promise<boolean> {
  return await connection.transaction(async (db) => {
    const { numUpdatedRows } = await held(connection, db, claimed)
      .set({
        ended: sql<"done" | null>`case when not rearmed then 'done' end`,
        leased_until: null,
        rearmed: false,
        unended,
        error: null,
      })
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    if ((await insertEvents(db, events)) > 0) await connection.notify(db);
    return true;
  });
}

export async function release(
  connection: Connection,
  claimed: ClaimedEffect,
  afterMs: number,
  error: string,
): Promise<boolean> {
  const { numUpdatedRows } = await connection.query((db) =>
    held(connection, db, claimed)
      .set({ ...givenBack(connection, afterMs), unended: 0, error: json(error) })
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows > 0n;
}

export async function putBack(connection: Connection, claimed: ClaimedEffect, afterMs: number): Promise<boolean> {
  const { numUpdatedRows } = await connection.query((db) =>
    held(connection, db, claimed)
      .set({
        ...givenBack(connection, afterMs),
        attempts: sql<number>`greatest(attempts - 1, 0)`,
        unended: sql<number>`greatest(unended - 1, 0)`,
      })
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows > 0n;
}

export async function renew(
  connection: Connection,
  claimed: readonly ClaimedEffect[],
  leaseMs: number,
): Promise<ClaimedEffect[]> {
  if (claimed.length === 0) return [];
  const tokens = claimed.map(({ aggregate, key, lease }) => sql`(${aggregate}, ${key}, ${Number(lease)}::integer)`);
  const { rows } = await connection.query((db) =>
    sql`
      update outbox set leased_until = ${connection.clock} + ${milliseconds(leaseMs)}
      where (aggregate, key, claims) in (${sql.join(tokens)}) and ended is null and leased_until is not null
      returning aggregate, key`.execute(db),
  );
  const renewed = new Set(z.array(Renewed).parse(rows).map(nameOf));
  return claimed.filter((one) => renewed.has(nameOf(one)));
}

const Renewed = z.object({ aggregate: z.string(), key: z.string() });

function nameOf({ aggregate, key }: z.infer<typeof Renewed>): string {
  return JSON.stringify([aggregate, key]);
}

/** A row that was re-armed during its lease runs at the later of both times. */
function givenBack({ clock }: Connection, afterMs: number) {
  const next = sql`${clock} + ${milliseconds(afterMs)}`;
  return {
    run_at: sql<string>`greatest(asked_at, ${next}, case when rearmed then run_at end)`,
    leased_until: null,
    rearmed: false,
  };
}

function held({ clock }: Connection, db: Kysely<Tables>, { aggregate, key, lease }: ClaimedEffect) {
  return db
    .updateTable("outbox")
    .where("aggregate", "=", aggregate)
    .where("key", "=", key)
    .where("claims", "=", Number(lease))
    .where("ended", "is", null)
    .where("leased_until", ">", clock);
}
