/**
 * PGlite's folder. It is made under another name and renamed when complete, since PGlite starts a new cluster over
 * whatever it finds where PG_VERSION is missing: a first start that was interrupted is redone, a damaged folder is refused.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { StoreError } from "./errors.ts";

/** An empty cluster made at build time. It saves a first start some two seconds; without it nothing else changes. */
export const TEMPLATE = fileURLToPath(new URL("../../dist/store/template.tar.gz", import.meta.url));

/** Opens the cluster in `folder`, which only one process may do at a time; makes it first if there is none. */
export async function openFolder(folder: string, template: string = TEMPLATE): Promise<PGlite> {
  if (!existsSync(folder)) await initialise(folder, template);
  if (!existsSync(join(folder, "PG_VERSION"))) throw damaged(folder, "PG_VERSION is missing");
  try {
    return await PGlite.create(folder);
  } catch (error) {
    throw damaged(folder, error);
  }
}

/** For the build: makes the template. */
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

/** False without a template, or with one that another version of PGlite made. */
async function loadTemplate(folder: string, template: string): Promise<boolean> {
  if (!existsSync(template)) return false;
  try {
    // Unpacked here: PGlite would report a torn file as an unhandled rejection, which ends the process.
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
