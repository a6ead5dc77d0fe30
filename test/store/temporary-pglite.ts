import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, type RawBuilder } from "kysely";
import { openFolder } from "../../src/store/folder.ts";
import { Connection } from "../../src/store/sql/connection.ts";
import type { Tables } from "../../src/store/sql/tables.ts";

/** A PGlite in a temporary folder, with the connection that a store would use, and direct access beside it. */
export interface TemporaryPglite {
  pglite: PGlite;
  connection: Connection;
  remove(): Promise<void>;
}

export async function temporaryPglite(clock?: RawBuilder<Date>): Promise<TemporaryPglite> {
  const root = mkdtempSync(join(tmpdir(), "headgate-pglite-"));
  const pglite = await openFolder(join(root, "store"));
  const connection = new Connection(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }), clock);
  return {
    pglite,
    connection,
    async remove() {
      await connection.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
