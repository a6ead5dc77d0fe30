import { readFileSync } from "node:fs";
import { byId, formerName } from "../../src/core/migrations/identity.ts";
import { repo } from "./world.ts";

export interface StoredSnapshot {
  aggregate: string;
  schema: number;
  state: unknown;
}

/** Reads a snapshot that an earlier version stored by the repository's name, and adopts it as the loop does. */
export function storedSnapshot(file: string): StoredSnapshot {
  const { aggregate, state, schema }: StoredSnapshot = JSON.parse(readFileSync(file, "utf8"));
  const { text, json } = byId(formerName(aggregate)!, repo.id);
  return { aggregate: text(aggregate), schema, state: json(state) };
}
