/** Unpacks the artifact of an attempt, which an agent may have written byte by byte, and reads its result. */
import { readFile } from "node:fs/promises";
import type { ResultReading } from "../../core/promotion/result.ts";
import { readResult } from "./result.ts";
import { unzip } from "./unzip.ts";

/** Bytes of the archive as it is downloaded. */
export const MAX_ARTIFACT_BYTES = 100 * 1024 * 1024;
/** Bytes of all contents, unpacked. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
/** Above the contract's limit on files, with room for entries that are not files. */
const MAX_ENTRIES = 6_000;
const RESULT_FILE = "result.json";
/** A usual result has some kilobytes, one of 5,000 files with usual paths a megabyte. */
const MAX_RESULT_BYTES = 2 * 1024 * 1024;
const CONTENT_FILE = /^files\/[0-9a-f]{64}$/;

export interface UnpackedArtifact {
  result: ResultReading;
  /** By SHA-256, as the names claim. */
  files: Map<string, Uint8Array>;
}

/** Throws BadArchive. */
export async function unpackArtifact(path: string): Promise<UnpackedArtifact> {
  const zip = await readFile(path);
  const limitOf = (name: string) => {
    if (name === RESULT_FILE) return MAX_RESULT_BYTES;
    return CONTENT_FILE.test(name) ? MAX_UNPACKED_BYTES : null;
  };
  const entries = await unzip(zip, limitOf, { entries: MAX_ENTRIES, bytes: MAX_UNPACKED_BYTES });
  const text = entries.get(RESULT_FILE);
  entries.delete(RESULT_FILE);
  const files = new Map([...entries].map(([name, bytes]) => [name.slice("files/".length), bytes]));
  return { result: readResult(text === undefined ? null : Buffer.from(text).toString("utf8"), files), files };
}
