import { sql } from "kysely";
import { z } from "zod";
import { StoreError } from "../errors.ts";
import type { Migration } from "../migrations/index.ts";
import type { Connection } from "./connection.ts";

const Applied = z.object({ version: z.number().int() });

/**
 * Runs the missing migrations in one transaction under an advisory lock: replicas that start together wait for the first and then
 * find nothing left to do. Refuses tables that a newer version wrote.
 */
export async function migrate(connection: Connection, migrations: readonly Migration[]): Promise<void> {
  await connection.transaction(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('headgate migrations', 0))`.execute(db);
    await sql`create table if not exists migration (version integer primary key, name text not null)`.execute(db);
    const rows = await db.selectFrom("migration").select("version").execute();
    const applied = new Set(rows.map((row) => Applied.parse(row).version));
    const known = Math.max(0, ...migrations.map((migration) => migration.version));
    const newest = Math.max(0, ...applied);
    if (newest > known) {
      throw new StoreError(`The database was written by a newer version (schema ${newest}); this one knows ${known}.`);
    }
    for (const { version, name, up } of migrations) {
      if (applied.has(version)) continue;
      await up(db);
      await db.insertInto("migration").values({ version, name }).execute();
    }
  });
}
