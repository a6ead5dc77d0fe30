import { type Kysely, sql } from "kysely";
import type { Tables } from "../sql/tables.ts";

/**
 * Keeps the newest version of each kind of value that a process stored, so that an older process beside it notices and leaves the
 * tables alone. The version before does not look here, and may go on.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`create table stored_schema (name text collate "C" primary key, version integer not null)`.execute(db);
  // A person's look-ups keep their order now, and those that wait already must not run beside later ones.
  await sql`update outbox set ordering = split_part(ordering, ' ', 1) || ' permission ' || (effect->>'by')
    where ended is null and key like 'permission.observe:%'`.execute(db);
  // An issue is read once for all who ask, under one key. The last that was asked for stands for those before it.
  await sql`update outbox set ended = 'cancelled' where ended is null and key like 'issue.observe:%' and exists (
    select from outbox as later where later.aggregate = outbox.aggregate and later.ended is null
      and later.key like 'issue.observe:%' and later.position > outbox.position)`.execute(db);
  await sql`update outbox set key = 'issue.observe'
    where ended is null and key like 'issue.observe:%'`.execute(db);
}
