/**
 * Opens the folder of PGlite. A new one is made under another name and renamed when it is complete: PGlite starts a new cluster
 * over any folder without PG_VERSION, so a damaged folder would be overwritten. An interrupted first start is redone instead.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { StoreError } from "./errors.ts";

/** The build leaves an empty cluster here, which saves a first start some two seconds. */
export const TEMPLATE = fileURLToPath(new URL("../../dist/store/template.tar.gz", import.meta.url));

/** Opens the cluster in `folder`, or makes one. Callers hold the lock of the folder: two processes would ruin it. */
export async function openFolder(folder: string, template: string = TEMPLATE): Promise<PGlite> {
  if (!existsSync(folder)) await initialise(folder, template);
  if (!existsSync(join(folder, "PG_VERSION"))) throw damaged(folder, "PG_VERSION is missing");
  try {
    return await PGlite.create(folder);
  } catch (error) {
    throw damaged(folder, error);
  }
}

/** Makes the template, in the build. */
export async function writeTemplate(template: string = TEMPLATE): Promise<void> {
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir("gzip");
  await pglite.close();
  mkdirSync(dirname(template), { recursive: true });
  writeFileSync(template, Buffer.from(await dump.arrayBuffer()));
}

async function initialise(folder: string, template: string): Promise<void> {
  const starting = `${folder}.starting`;
  rmSync(starting, { recursive: true, force: true });
  if (!(await loadTemplate(starting, template))) {
    rmSync(starting, { recursive: true, force: true });
    const pglite = await PGlite.create(starting);
    await pglite.close();
  }
  renameSync(starting, folder);
}

/** Returns false without a template, or with one that another version of PGlite made. */
async function loadTemplate(folder: string, template: string): Promise<boolean> {
  if (!existsSync(template)) return false;
  try {
    // PGlite reports a torn file as an unhandled rejection, which would end the process. So it is unpacked here.
    const tar = new Blob([gunzipSync(readFileSync(template))], { type: "application/x-tar" });
    const pglite = await PGlite.create(folder, { loadDataDir: tar });
    await pglite.close();
    return true;
  } catch {
    return false;
  }
}

function damaged(folder: string, cause: unknown): StoreError {
  const detail = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
  return new StoreError(
    `The store in ${folder} cannot be opened (${detail}). It is damaged, or another version wrote it. ` +
      "Put back a copy, or move the folder away to start afresh.",
    { cause },
  );
}
