/**
 * Keeps a process away from tables that a newer version has taken over while it ran: its decisions would leave out what it does not
 * know. The question is asked within statements that run anyway.
 */
import { type RawBuilder, sql } from "kysely";
import { StoreOutdated } from "../../loop/store-port.ts";

export class Gate {
  #isOutdated: RawBuilder<boolean> = sql`false`;

  /** A column of a select. Its value goes to `pass`. */
  get isOutdated(): RawBuilder<boolean> {
    return this.#isOutdated;
  }

  /** Says what this process knows: the number of its last migration, and the versions of values by kind. */
  knows(migration: number, schemas: Readonly<Record<string, number>>): void {
    const known = Object.entries(schemas).map(([name, version]) => sql`when ${name} then ${version}::integer`);
    const isNewer =
      known.length === 0
        ? sql`false`
        : sql`exists (select from stored_schema where version > case name ${sql.join(known, sql` `)} else 0 end)`;
    this.#isOutdated = sql`(exists (select from migration where version > ${migration}::integer) or ${isNewer})`;
  }

  /** @throws StoreOutdated where a newer version uses the tables */
  pass(isOutdated: boolean): void {
    if (isOutdated) throw new StoreOutdated("A newer version of Headgate uses this database.");
  }
}
