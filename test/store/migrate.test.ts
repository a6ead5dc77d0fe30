import { Kysely, PGliteDialect, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { StoreOutdated } from "../../src/loop/store-port.ts";
import { kyselyStore } from "../../src/store/kysely.ts";
import type { Migration } from "../../src/store/migrations/index.ts";
import { migrations } from "../../src/store/migrations/index.ts";
import { Connection } from "../../src/store/sql/connection.ts";
import { migrate } from "../../src/store/sql/migrate.ts";
import { type TemporaryPglite, temporaryPglite } from "./temporary-pglite.ts";

describe("a migration", () => {
  let database: TemporaryPglite;
  beforeAll(async () => {
    database = await temporaryPglite();
  });
  afterAll(async () => await database.remove());
  beforeEach(async () => {
    await database.pglite.exec("drop schema public cascade; create schema public");
  });

  function migration(version: number, statement: string): Migration {
    return {
      version,
      name: `number ${version}`,
      async up(db) {
        await sql.raw(statement).execute(db);
      },
    };
  }

  async function applied(): Promise<unknown> {
    return (await database.pglite.query("select version, name from migration order by version")).rows;
  }

  it("runs once and in the order of its version, also when two processes start together", async () => {
    const first = migration(1, "create table kept (n integer)");
    await migrate(database.connection, [first]);
    await database.pglite.exec("insert into kept values (7)");
    const both = [first, migration(2, "alter table kept add m integer not null default 1")];
    await Promise.all([migrate(database.connection, both), migrate(database.connection, both)]);
    expect((await database.pglite.query("select * from kept")).rows).toEqual([{ n: 7, m: 1 }]);
    expect(await applied()).toEqual([
      { version: 1, name: "number 1" },
      { version: 2, name: "number 2" },
    ]);
  });

  it("that fails leaves nothing behind, nor do the others of its start", async () => {
    const broken = [migration(1, "create table one (n integer)"), migration(2, "create table one (n integer)")];
    await expect(migrate(database.connection, broken)).rejects.toThrow("already exists");
    await migrate(database.connection, broken.slice(0, 1));
    expect(await applied()).toEqual([{ version: 1, name: "number 1" }]);
  });

  it("is refused on tables that a newer version wrote", async () => {
    await migrate(database.connection, [migration(1, "select 1"), migration(2, "select 1")]);
    await expect(migrate(database.connection, [migration(1, "select 1")])).rejects.toThrow(
      "newer version of Headgate (schema 2); this one knows 1",
    );
  });

  it("that a newer version runs keeps a running older one from deciding and claiming", async () => {
    const store = kyselyStore(database.connection, async () => {});
    await store.migrate();
    const number = migrations.length + 1;
    await migrate(new Connection(new Kysely({ dialect: new PGliteDialect(database) })), [
      ...migrations,
      migration(number, "select 1"),
    ]);
    await expect(store.claim(1_000, 1, "all")).rejects.toThrow(StoreOutdated);
    await expect(store.migrate()).rejects.toThrow(`(schema ${number}); this one knows ${number - 1}`);
  });

  it("has a number: the numbers begin at 1 and have no gaps", () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });
});
