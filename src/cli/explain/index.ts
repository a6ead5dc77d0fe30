/** `headgate explain`: asks the running server, or reads the store where none runs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readAddress } from "../../local/address.ts";
import { askServer } from "../../local/ask.ts";
import { explainNumber } from "../../local/lookup.ts";
import { type Query, readQuery } from "../../local/query.ts";
import type { Store } from "../../loop/store-port.ts";
import type { SubjectExplanation } from "../../messages/explain.ts";
import { explanationText } from "../../messages/terminal/explanation.ts";
import { openStore, type StorePlace } from "../../store/open.ts";
import { BadInput } from "../bad-input.ts";
import type { Given } from "../command-line.ts";
import { EXPLAINED } from "../commands.ts";
import { EXIT } from "../exit.ts";

/** PostgreSQL's undefined_table and undefined_column: no migration of this version has run. */
const NOT_MIGRATED = new Set(["42P01", "42703"]);

export async function explain(
  given: Given,
  env: Record<string, string | undefined>,
  print: (text: string) => void,
): Promise<number> {
  const text = given[EXPLAINED];
  const query = text === undefined ? null : readQuery(text);
  if (query === null) {
    throw new BadInput(`${text ?? "nothing"} is no issue or pull request: give it as owner/repo#number`);
  }
  print(explanationText(await explanationOf(query, placeOf(given, env))));
  return EXIT.completed;
}

/** The flag wins over the environment, and DATABASE_URL over HEADGATE_DATA_DIR, as for the server. */
function placeOf(given: Given, env: Record<string, string | undefined>): StorePlace {
  const flag = given["data-dir"];
  if (flag !== undefined) return { dataDir: storeFolder(flag, "--data-dir") };
  const databaseUrl = env.DATABASE_URL?.trim();
  if (databaseUrl) return { databaseUrl };
  const folder = env.HEADGATE_DATA_DIR?.trim();
  if (folder) return { dataDir: storeFolder(folder, "HEADGATE_DATA_DIR") };
  throw new BadInput(
    "it is not known where Headgate keeps its data: give --data-dir, the folder of `headgate serve` or of a run, " +
      "or set HEADGATE_DATA_DIR or DATABASE_URL as for the server",
  );
}

/** A run keeps more than the store in its folder, and so has it one level deeper than a server. */
function storeFolder(folder: string, by: string): string {
  const found = [folder, join(folder, "store")].find((place) => existsSync(join(place, "store", "PG_VERSION")));
  if (found === undefined) {
    throw new BadInput(`${by}: ${folder} holds no data of Headgate: give the folder of \`headgate serve\` or of a run`);
  }
  return found;
}

async function explanationOf(query: Query, place: StorePlace): Promise<SubjectExplanation> {
  if ("databaseUrl" in place) return await fromStore(await openStore(place), query);
  const address = readAddress(place.dataDir);
  const asked = address === null ? null : await askServer(address, query);
  if (asked?.kind === "answer") return asked.answer;
  if (asked?.kind === "problem") throw new BadInput(`the server cannot answer: ${asked.text}`);
  return await fromStore(await openStopped(place), query);
}

async function openStopped(place: StorePlace): Promise<Store> {
  try {
    return await openStore(place);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "StoreError") throw error;
    throw new BadInput(`no server answers there, and the data cannot be read: ${error.message}`, { cause: error });
  }
}

async function fromStore(store: Store, query: Query): Promise<SubjectExplanation> {
  try {
    return await explainNumber(store, query);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && NOT_MIGRATED.has(String(error.code)))) throw error;
    throw new BadInput("the data is of an older version of Headgate, or of none: start `headgate serve` on it once", {
      cause: error,
    });
  } finally {
    await store.close();
  }
}
