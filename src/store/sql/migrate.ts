import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { StoreError } from "../errors.ts";
import type { Migration } from "../migrations/index.ts";
import type { Connection } from "./connection.ts";
import type { Tables } from "./tables.ts";

const Applied = z.object({ version: z.number().int() });

const Schema = z.object({ name: z.string(), version: z.number().int() });

/**
 * Runs the missing migrations in one transaction under an advisory lock: replicas that start together wait for the first and then
 * find nothing left to do. Refuses tables that a newer version wrote, and values in them. Replicas of an older version that run
 * meanwhile notice by what is written here (`Gate`).
 */
export async function migrate(
  connection: Connection,
  migrations: readonly Migration[],
  schemas: Readonly<Record<string, number>> = {},
): Promise<void> {
  const known = Math.max(0, ...migrations.map((migration) => migration.version));
  await connection.transaction(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('headgate migrations', 0))`.execute(db);
    await sql`create table if not exists migration (version integer primary key, name text not null)`.execute(db);
    const rows = await db.selectFrom("migration").select("version").execute();
    const applied = new Set(rows.map((row) => Applied.parse(row).version));
    const newest = Math.max(0, ...applied);
    if (newest > known) {
      throw newer(`schema ${newest}`, known);
    }
    for (const { version, name, up } of migrations) {
      if (applied.has(version)) continue;
      await up(db);
      await db.insertInto("migration").values({ version, name }).execute();
    }
    await recordSchemas(db, schemas);
  });
  connection.gate.knows(known, schemas);
}

async function recordSchemas(db: Kysely<Tables>, schemas: Readonly<Record<string, number>>): Promise<void> {
  const own = Object.entries(schemas).map(([name, version]) => ({ name, version }));
  if (own.length === 0) return;
  const rows = await db.selectFrom("stored_schema").select(["name", "version"]).execute();
  for (const { name, version } of rows.map((row) => Schema.parse(row))) {
    const known = schemas[name] ?? 0;
    if (version > known) throw newer(`${name} ${version}`, known);
  }
  await db
    .insertInto("stored_schema")
    .values(own)
    .onConflict((conflict) => conflict.column("name").doUpdateSet((row) => ({ version: row.ref("excluded.version") })))
    .execute();
}

function newer(what: string, known: number): StoreError {
  const text = `The database was written by a newer version of Headgate (${what}); this one knows ${known}.`;
  return new StoreError(`${text} Start the newer version here, or give this one a database of its own.`);
}
