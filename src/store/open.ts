import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, PGliteDialect, PostgresDialect, type RawBuilder, sql } from "kysely";
import { Pool } from "pg";
import type { Store } from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";
import { openFolder } from "./folder.ts";
import { kyselyStore } from "./kysely.ts";
import { hear } from "./listen.ts";
import { lockFile } from "./lock.ts";
import { Connection } from "./sql/connection.ts";
import type { Tables } from "./sql/tables.ts";

/** Either a folder that this process alone uses (PGlite), or a PostgreSQL that replicas share. */
export type StorePlace = { dataDir: string } | { databaseUrl: string };

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Opens a store without migrating it. Throws a StoreError if the folder is in use or damaged, or the server unreachable. Tests give a
 * `clock` of their own.
 */
export async function openStore(place: StorePlace, clock?: RawBuilder<Date>): Promise<Store> {
  return "dataDir" in place ? await openEmbedded(place.dataDir, clock) : await openServer(place.databaseUrl, clock);
}

async function openEmbedded(dataDir: string, clock?: RawBuilder<Date>): Promise<Store> {
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFile(join(dataDir, "store.lock"));
  try {
    const pglite = await openFolder(join(dataDir, "store"));
    const connection = new Connection(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }), clock);
    const store = kyselyStore(connection, async () => {
      await connection.close();
      // Kysely closes PGlite only after a query.
      if (!pglite.closed) await pglite.close();
      unlock();
    });
    return {
      ...store,
      async migrate(schemas) {
        await store.migrate(schemas);
        // The process that held these leases is dead, or this one would not have the lock. Waiting for their ends helps nobody.
        await connection.query((db) => db.updateTable("outbox").set({ leased_until: null }).execute());
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openServer(databaseUrl: string, clock?: RawBuilder<Date>): Promise<Store> {
  const pool = new Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // The pool replaces a connection that breaks while idle. Without a listener its error would end the process.
  pool.on("error", () => {});
  // The pool listens to idle connections only. One that breaks within a transaction would end the process in the same way.
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    await db.destroy();
    throw new StoreError(`The database in DATABASE_URL cannot be used: ${reason(error)}`, { cause: error });
  }
  const name = randomUUID();
  const connection = new Connection(db, clock, name);
  const listening: ReturnType<typeof hear>[] = [];
  return kyselyStore(
    connection,
    async () => {
      await Promise.all(listening.map((one) => one.stop()));
      await connection.close();
    },
    (heard) => listening.push(hear(databaseUrl, name, heard)),
  );
}

/** Returns the first of several errors: a name with several addresses fails with one for each and has no message of its own. */
function reason(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
