import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../src/loop/store-port.ts";
import { openStore } from "../../src/store/open.ts";
import { storeContract } from "./store.contract.ts";
import { memoryFixture, pgliteFixture, postgresFixture } from "./store-fixtures.ts";
import { event, type StoreFixture } from "./store-kit.ts";
import { versionContract } from "./store-versions.contract.ts";

describe("the store in memory", () => {
  contractOn(memoryFixture);
});

describe("the store on PGlite", () => {
  versionContract(contractOn(pgliteFixture));
});

describe("the store on PostgreSQL", () => {
  const fixture = contractOn(postgresFixture);
  versionContract(fixture);

  it("wakes another process when an event is written, and when it listens again after its connection broke", async () => {
    const store = await fixture().empty();
    const sleeper = await openStore({ databaseUrl: fixture().databaseUrl });
    let ring = () => {};
    const heard = () =>
      new Promise<void>((resolve) => {
        ring = resolve;
      });
    const listening = heard();
    sleeper.listen(() => ring());
    await listening;
    const woken = heard();
    await store.receive([event("a", "k")], []);
    await woken;
    const again = heard();
    const client = new pg.Client({ connectionString: fixture().databaseUrl });
    await client.connect();
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen headgate'");
    await client.end();
    await again;
    await sleeper.close();
  });

  it("says of a database that takes no writes that it is unavailable, and goes on when it takes them again", async () => {
    const store = await fixture().empty();
    const client = new pg.Client({ connectionString: fixture().databaseUrl });
    await client.connect();
    const readOnly = (on: boolean) => client.query(`alter database contract set default_transaction_read_only = ${on}`);
    await readOnly(true);
    const reader = await openStore({ databaseUrl: fixture().databaseUrl });
    await expect(reader.receive([event("a", "k")], [])).rejects.toThrow(StoreUnavailable);
    await client.query("set default_transaction_read_only = off");
    await readOnly(false);
    await reader.close();
    expect(await store.receive([event("a", "k")], [])).toBe(1);
    await client.end();
  });

  it("says that it is unavailable when its connection breaks within a transaction, and goes on with another", async () => {
    const store = await fixture().empty();
    const client = new pg.Client({ connectionString: fixture().databaseUrl });
    await client.connect();
    await client.query(`
      create function hang_up() returns trigger language plpgsql as $$ begin
        perform pg_terminate_backend(pg_backend_pid());
        return new;
      end $$;
      create trigger hang_up before insert on inbox for each row execute function hang_up()`);
    await expect(store.receive([event("a", "k")], [])).rejects.toThrow(StoreUnavailable);
    await client.query("drop trigger hang_up on inbox; drop function hang_up");
    expect(await store.receive([event("a", "k")], [])).toBe(1);
    await client.end();
  });

  it.each(["disk_full", "out_of_memory", "io_error"])(
    "says of a failure with %s that it is unavailable, keeps nothing by halves, and goes on (a fake: a trigger raises it)",
    async (failure) => {
      const store = await fixture().empty();
      const client = new pg.Client({ connectionString: fixture().databaseUrl });
      await client.connect();
      // Fails at the second row of a statement, when the first is written.
      await client.query(`
      create function fill() returns trigger language plpgsql as $$ begin
        if new.key = 'second' then raise exception using errcode = '${failure}'; end if;
        return new;
      end $$;
      create trigger fill before insert on inbox for each row execute function fill()`);
      const both = [event("a", "first"), event("a", "second")];
      await expect(store.receive(both, [])).rejects.toThrow(StoreUnavailable);
      expect(await store.waiting(10)).toEqual([]);
      await client.query("drop trigger fill on inbox; drop function fill");
      expect(await store.receive(both, [])).toBe(2);
      await client.end();
    },
  );

  it("tries again when the server breaks a deadlock at its cost", async () => {
    const store = await fixture().empty();
    const client = new pg.Client({ connectionString: fixture().databaseUrl });
    await client.connect();
    // A sequence is not rolled back: the first two inserts fail as a deadlock's victim does.
    await client.query(`
      create sequence victim;
      create function fall() returns trigger language plpgsql as $$ begin
        if nextval('victim') <= 2 then raise exception using errcode = 'deadlock_detected'; end if;
        return new;
      end $$;
      create trigger fall before insert on inbox for each row execute function fall()`);
    expect(await store.receive([event("a", "first"), event("a", "second")], [])).toBe(2);
    await client.query("drop trigger fall on inbox; drop function fall; drop sequence victim");
    await client.end();
  });
});

function contractOn<Fixture extends StoreFixture>(start: () => Promise<Fixture>): () => Fixture {
  let fixture: Fixture | undefined;
  beforeAll(async () => {
    fixture = await start();
  });
  afterAll(async () => {
    await fixture?.close();
  });
  const running = () => {
    if (fixture === undefined) throw new Error("The store did not start.");
    return fixture;
  };
  storeContract(running);
  return running;
}
