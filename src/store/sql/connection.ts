/**
 * Offers the only way to the database. Refuses a query beside the transaction that surrounds it: on PGlite, which has a single
 * connection, it would wait for ever, and on PostgreSQL it would silently escape the transaction.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { StoreUnavailable } from "../../loop/store-port.ts";
import { StoreError } from "../errors.ts";
import { CHANNEL } from "../listen.ts";
import { Gate } from "./gate.ts";
import { isOutage } from "./outage.ts";
import type { Tables } from "./tables.ts";

/** PostgreSQL's deadlock_detected and serialization_failure. Both undo the transaction, so it may run again. */
const RETRIABLE = new Set(["40P01", "40001"]);
const MAX_TRIES = 8;

export class Connection {
  /** The time that judges leases and what is due: the database's, since the clocks of replicas differ. Tests give another. */
  readonly clock: RawBuilder<Date>;
  readonly gate = new Gate();
  /** This process in its notifications; null: no other process can hear them. */
  readonly #name: string | null;
  readonly #db: Kysely<Tables>;
  readonly #scope = new AsyncLocalStorage<{ open: boolean }>();
  #closed = false;

  constructor(db: Kysely<Tables>, clock: RawBuilder<Date> = sql`statement_timestamp()`, name: string | null = null) {
    this.#name = name;
    this.#db = db;
    this.clock = clock;
  }

  async query<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    this.#check();
    try {
      return await work(this.#db);
    } catch (error) {
      throw meantBy(error);
    }
  }

  /** Runs one transaction. `work` runs again after a deadlock, so it may change nothing but the database. */
  async transaction<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    this.#check();
    for (let tries = 1; ; tries++) {
      const scope = { open: true };
      try {
        return await this.#scope.run(scope, () => this.#db.transaction().execute(work));
      } catch (error) {
        if (tries === MAX_TRIES || !isRetriable(error)) throw meantBy(error);
      } finally {
        scope.open = false;
      }
    }
  }

  /** Wakes the other processes when the transaction is committed. */
  async notify(db: Kysely<Tables>): Promise<void> {
    if (this.#name !== null) await sql`select pg_notify(${CHANNEL}, ${this.#name})`.execute(db);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#check();
    this.#closed = true;
    await this.#db.destroy();
  }

  #check(): void {
    if (this.#closed) throw new StoreError("The store is closed.");
    if (this.#scope.getStore()?.open) {
      throw new StoreError("The store was called from inside one of its own transactions.");
    }
  }
}

function meantBy(error: unknown): unknown {
  return isOutage(error) ? new StoreUnavailable(error.message, { cause: error }) : error;
}

function isRetriable(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && RETRIABLE.has(error.code);
}
