import type { Kysely } from "kysely";
import type { Tables } from "../sql/tables.ts";
import { up as first } from "./0001-first.ts";
import { up as commandsAndEffects } from "./0002-commands-and-effects.ts";
import { up as writtenChanges } from "./0003-written-changes.ts";
import { up as knownProducers } from "./0004-known-producers.ts";
import { up as leasesAndGrowth } from "./0005-leases-and-growth.ts";
import { up as versionsSideBySide } from "./0006-versions-side-by-side.ts";

/**
 * Goes forward only. A released migration never changes; a new one is added at the end. Processes of the version before run on until
 * they notice it, for seconds: they must be able to read and write the tables that it leaves.
 */
export interface Migration {
  version: number;
  name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

export const migrations: readonly Migration[] = [
  { version: 1, name: "first", up: first },
  { version: 2, name: "commands and effects", up: commandsAndEffects },
  { version: 3, name: "written changes", up: writtenChanges },
  { version: 4, name: "known producers", up: knownProducers },
  { version: 5, name: "leases and growth", up: leasesAndGrowth },
  { version: 6, name: "versions side by side", up: versionsSideBySide },
];
