import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPostgres } from "../store/postgres-server.ts";
import { storeContract } from "./store.contract.ts";
import { memoryFixture, pgliteFixture, postgresFixture } from "./store-fixtures.ts";
import { event, type StoreFixture } from "./store-kit.ts";

const programs = findPostgres();

describe("the store in memory", () => {
  contractOn(memoryFixture);
});

describe("the store on PGlite", () => {
  contractOn(pgliteFixture);
});

const absent = programs === null ? " (SKIPPED: no PostgreSQL on this machine; apt-get install postgresql)" : "";
describe.skipIf(programs === null)(`the store on PostgreSQL${absent}`, () => {
  const fixture = contractOn(() => postgresFixture(programs ?? ""));

  it("takes events from replicas that lock each other out", async () => {
    const store = await fixture().empty();
    const replica = await fixture().replica();
    const keys = Array.from({ length: 200 }, (_, n) => `k${n}`);
    const forth = keys.map((key) => event("a", key));
    const counted = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 ? store.receive(forth, []) : replica.receive(forth.toReversed(), []))),
    );
    expect(counted.reduce((sum, n) => sum + n)).toBe(keys.length);
  });
});

function contractOn(start: () => Promise<StoreFixture>): () => StoreFixture {
  let fixture: StoreFixture | undefined;
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
