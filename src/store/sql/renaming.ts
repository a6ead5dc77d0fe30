/** Gives aggregates other names, in every table. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { Move, Rewrite } from "../../loop/store-port.ts";
import type { Connection } from "./connection.ts";
import { lockAggregate } from "./step.ts";
import { json, type Tables } from "./tables.ts";

const NamedRow = z.object({ aggregate: z.string() });

export async function named(connection: Connection, after: string, limit: number): Promise<string[]> {
  const { rows } = await connection.query((db) =>
    sql`
      (select aggregate from snapshot where aggregate > ${after} order by aggregate limit ${limit})
      union
      (select distinct aggregate from inbox where open and aggregate > ${after} order by aggregate limit ${limit})
      order by aggregate limit ${limit}`.execute(db),
  );
  return rows.map((row) => NamedRow.parse(row).aggregate);
}

export async function rename(connection: Connection, moves: readonly Move[], rewrite: Rewrite): Promise<string[]> {
  return await connection.transaction(async (db) => {
    // In one order, since another process may rename the same ones.
    for (const name of moves.flatMap(({ from, to }) => [from, to]).sort()) await lockAggregate(db, name);
    const taken: string[] = [];
    for (const { from, to } of moves) {
      if (await exists(db, to)) {
        await end(db, from, connection.clock);
        taken.push(from);
      } else await move(db, from, to, rewrite);
    }
    await connection.notify(db);
    return taken;
  });
}

async function exists(db: Kysely<Tables>, aggregate: string): Promise<boolean> {
  const { rows } = await sql`select from snapshot where aggregate = ${aggregate}
    union all select from history where aggregate = ${aggregate} limit 1`.execute(db);
  return rows.length > 0;
}

async function end(db: Kysely<Tables>, aggregate: string, clock: RawBuilder<Date>): Promise<void> {
  await sql`update inbox set open = false where aggregate = ${aggregate} and open`.execute(db);
  await sql`update outbox set ended = 'cancelled', leased_until = null, rearmed = false
    where aggregate = ${aggregate} and ended is null`.execute(db);
  await sql`delete from route where aggregate = ${aggregate}`.execute(db);
  await sql`update snapshot set ended_at = coalesce(ended_at, ${clock}) where aggregate = ${aggregate}`.execute(db);
}

async function move(db: Kysely<Tables>, from: string, to: string, rewrite: Rewrite): Promise<void> {
  // Both may have the same event, which came under the old name and again under the new one.
  await sql`delete from inbox where aggregate = ${from}
    and key in (select key from inbox where aggregate = ${to})`.execute(db);
  const jsonOf = (text: string) => json(rewrite.json(JSON.parse(text)));
  for (const { at, content } of await rowsOf(
    db,
    sql`select position::text as at, event::text as content
      from inbox where aggregate = ${from}`,
  )) {
    await sql`update inbox set aggregate = ${to}, event = ${jsonOf(content)} where position = ${at}::bigint`.execute(
      db,
    );
  }
  for (const { at, content, text } of await rowsOf(
    db,
    sql`select position::text as at, effect::text as content, ordering as text
      from outbox where aggregate = ${from}`,
  )) {
    await sql`update outbox set aggregate = ${to}, effect = ${jsonOf(content)}, ordering = ${rewrite.text(text)}
      where position = ${at}::bigint`.execute(db);
  }
  for (const { at, content, text } of await rowsOf(
    db,
    sql`select seq::text as at, event::text as content, effects::text as text
      from history where aggregate = ${from}`,
  )) {
    await sql`update history set aggregate = ${to}, event = ${jsonOf(content)}, effects = ${jsonOf(text)}
      where aggregate = ${from} and seq = ${at}::integer`.execute(db);
  }
  for (const { content } of await rowsOf(
    db,
    sql`select '' as at, state::text as content
      from snapshot where aggregate = ${from}`,
  )) {
    await sql`update snapshot set aggregate = ${to}, state = ${jsonOf(content)} where aggregate = ${from}`.execute(db);
  }
  for (const { at } of await rowsOf(db, sql`select topic as at, '' as content from route where aggregate = ${from}`)) {
    await sql`update route set aggregate = ${to}, topic = ${rewrite.text(at)}
      where aggregate = ${from} and topic = ${at}`.execute(db);
  }
  await sql`update summary set aggregate = ${to} where aggregate = ${from}`.execute(db);
}

const Row = z.object({ at: z.string(), content: z.string(), text: z.string().default("") });

async function rowsOf(db: Kysely<Tables>, query: RawBuilder<unknown>): Promise<z.infer<typeof Row>[]> {
  return z.array(Row).parse((await query.execute(db)).rows);
}
