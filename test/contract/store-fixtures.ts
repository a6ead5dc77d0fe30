/** The kinds of store there are. PGlite and PostgreSQL start once and are emptied between tests. */
import pg from "pg";
import { kyselyStore } from "../../src/store/kysely.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { openStore } from "../../src/store/open.ts";
import { startPostgres } from "../store/postgres-server.ts";
import { temporaryPglite } from "../store/temporary-pglite.ts";
import type { StoreFixture } from "./store-kit.ts";

const TABLES = ["delivery", "inbox", "route", "history", "snapshot", "outbox"];
const EMPTY = TABLES.map((table) => `delete from ${table};`).join(" ");

export async function memoryFixture(): Promise<StoreFixture> {
  let store = new MemoryStore();
  return {
    async empty() {
      store = new MemoryStore();
      return store;
    },
    replica: async () => store,
    close: async () => {},
  };
}

export async function pgliteFixture(): Promise<StoreFixture> {
  const { pglite, connection, remove } = await temporaryPglite();
  const store = kyselyStore(connection, remove);
  await store.migrate();
  return {
    async empty() {
      await pglite.exec(EMPTY);
      return store;
    },
    replica: async () => store,
    close: () => store.close(),
  };
}

export async function postgresFixture(): Promise<StoreFixture & { databaseUrl: string }> {
  const server = await startPostgres();
  const databaseUrl = await server.createDatabase("contract");
  const [store, replica] = await Promise.all([openStore({ databaseUrl }), openStore({ databaseUrl })]);
  await Promise.all([store.migrate(), replica.migrate()]);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    databaseUrl,
    async empty() {
      await client.query(EMPTY);
      return store;
    },
    replica: async () => replica,
    async close() {
      await Promise.all([client.end(), store.close(), replica.close()]);
      await server.stop();
    },
  };
}
