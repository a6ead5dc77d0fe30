import { type Kysely, sql } from "kysely";
import type { Tables } from "../sql/tables.ts";

/**
 * Keeps the newest version of each kind of value that a process stored, so that an older process beside it notices and leaves the
 * tables alone. The version before does not look here, and may go on: nothing else changes.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`create table stored_schema (name text collate "C" primary key, version integer not null)`.execute(db);
}
