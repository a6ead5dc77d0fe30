/** Writes what is about to be deleted into files of JSON lines, one for each call of `prune`. */
import { createHash } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Leaving } from "../loop/store-port.ts";

/** Of an aggregate's name in a file's. File systems allow 255 bytes. */
const MAX_NAME = 150;

/**
 * Returns when the file is on disk. The same rows get the same name, so that a call that is repeated after a crash replaces its file.
 * Two processes may write the same one.
 */
export async function archive(folder: string, leaving: Leaving): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName(leaving));
  const draft = `${path}.${process.pid}.tmp`;
  await writeThrough(draft, [...lines(leaving)].map((line) => `${JSON.stringify(line)}\n`).join(""));
  await rename(draft, path);
  await syncFolder(folder);
}

function* lines({ aggregate, endedAt, snapshot, history, effects, topics }: Leaving): Iterable<unknown> {
  yield { kind: "snapshot", aggregate, endedAt, ...snapshot, state: snapshot.state };
  for (const row of history) yield { kind: "history", ...row };
  for (const effect of effects) yield { kind: "effect", ...effect };
  for (const topic of topics) yield { kind: "route", topic };
}

/**
 * Names the file by aggregate, day and last row. The digest keeps names apart that differ only in what a file name cannot hold, or in
 * case.
 */
function fileName({ aggregate, endedAt, snapshot, history }: Leaving): string {
  const safe = aggregate.replaceAll(/[^a-zA-Z0-9._-]+/g, "_").slice(0, MAX_NAME);
  const digest = createHash("sha256").update(aggregate).digest("hex").slice(0, 8);
  const last = history.at(-1);
  const day = (endedAt ?? last?.at ?? "").slice(0, 10);
  return `${safe}-${digest}-${day}-${last?.seq ?? snapshot.seq}.jsonl`;
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename last through a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
