/** The kinds of store there are. PGlite and PostgreSQL start once and are emptied between tests. */
import { Kysely, PGliteDialect, type RawBuilder, sql } from "kysely";
import pg from "pg";
import { kyselyStore } from "../../src/store/kysely.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { openStore } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sql/connection.ts";
import type { Tables } from "../../src/store/sql/tables.ts";
import { startPostgres } from "../store/postgres-server.ts";
import { temporaryPglite } from "../store/temporary-pglite.ts";
import { at, type SharedFixture, type StoreFixture, timed } from "./store-kit.ts";

const TABLES = ["delivery", "inbox", "route", "history", "snapshot", "outbox", "summary", "stored_schema"];
const EMPTY = TABLES.map((table) => `delete from ${table};`).join(" ");

/** The tests' clock in a database, for all its connections. */
const CLOCK: RawBuilder<Date> = sql`(select at from clock)`;
const MAKE_CLOCK = `create table clock (at timestamptz not null); insert into clock values ('${at(0)}')`;
const SET_CLOCK = "update clock set at = $1";

export async function memoryFixture(): Promise<StoreFixture> {
  let now = Date.parse(at(0));
  const open = () =>
    timed(new MemoryStore(() => now), async (time) => {
      now = Date.parse(time);
    });
  let store = open();
  return {
    async empty() {
      store = open();
      return store;
    },
    replica: async () => store,
    close: async () => {},
  };
}

export async function pgliteFixture(): Promise<SharedFixture> {
  const { pglite, connection, remove } = await temporaryPglite(CLOCK);
  await pglite.exec(MAKE_CLOCK);
  const store = timed(kyselyStore(connection, remove), async (time) => {
    await pglite.query(SET_CLOCK, [time]);
  });
  await store.migrate();
  // A second process cannot open the folder. One call at a time stands for one process after the other.
  const later = new Connection(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }), CLOCK);
  const upgraded = timed(
    kyselyStore(later, async () => {}),
    async (time) => {
      await pglite.query(SET_CLOCK, [time]);
    },
  );
  return {
    async empty() {
      await pglite.exec(EMPTY);
      return store;
    },
    replica: async () => store,
    upgraded: async () => upgraded,
    close: () => store.close(),
  };
}

export async function postgresFixture(): Promise<SharedFixture & { databaseUrl: string }> {
  const server = await startPostgres();
  const databaseUrl = await server.createDatabase("contract");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(MAKE_CLOCK);
  const open = async () =>
    timed(await openStore({ databaseUrl }, CLOCK), async (time) => {
      await client.query(SET_CLOCK, [time]);
    });
  const [store, replica] = await Promise.all([open(), open()]);
  await Promise.all([store.migrate(), replica.migrate()]);
  return {
    databaseUrl,
    async empty() {
      await client.query(EMPTY);
      return store;
    },
    replica: async () => replica,
    upgraded: async () => replica,
    async close() {
      await Promise.all([client.end(), store.close(), replica.close()]);
      await server.stop();
    },
  };
}
