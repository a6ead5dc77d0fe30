/**
 * The file by which a command on this machine finds the running server and proves that it may read the data folder. The server
 * writes it beside the store's lock, for its user alone, with a token that is new at each start.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const FILE = "server.json";
/** A server in between could have filled the file with anything. */
const MAX_CHARACTERS = 10_000;

const Address = z.object({ url: z.url({ protocol: /^http$/ }), token: z.string().min(1).max(200) });
export type Address = z.infer<typeof Address>;

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Writes the file and returns what removes it. Replaces that of a server which was killed. */
export function writeAddress(folder: string, address: Address): () => void {
  const path = join(folder, FILE);
  const draft = `${path}.${process.pid}`;
  // A new file gets its mode when it is created. The mode of one that is there would stay as it is.
  rmSync(draft, { force: true });
  writeFileSync(draft, JSON.stringify(address), { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
  return () => {
    // Another server may have started on the folder meanwhile.
    if (readAddress(folder)?.token === address.token) rmSync(path, { force: true });
  };
}

/** Returns null where no server has written a usable file. */
export function readAddress(folder: string): Address | null {
  try {
    const text = readFileSync(join(folder, FILE), "utf8");
    return text.length > MAX_CHARACTERS ? null : Address.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
