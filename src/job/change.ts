/**
 * Reads the attempt's change: the difference between the worktree and a commit. Uses an index of its own, so that files
 * the agent staged or committed do not matter. Contents are blobs as a commit would hold them (line endings and filters
 * applied). Symbolic links are stored as their targets and never followed.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Brief, ChangedFile } from "../core/attempt.ts";
import { type Git, GitFailed } from "./git.ts";

export interface Change {
  manifest: ChangedFile[];
  /** Keyed by SHA-256 in hex, as in the manifest. */
  contents: Map<string, Buffer>;
}

/** `reason` says why the change cannot become the result. The cause is always the agent's work. */
export type Listing = { ok: true; change: Change } | { ok: false; reason: string };

const SUBMODULE = "160000";

interface Entry {
  path: string;
  /** Git's file mode; `000000` for a deleted file. */
  mode: string;
  object: string;
}

export async function listChange(
  git: Git,
  against: string,
  limits: Brief["limits"],
  scratch: string,
): Promise<Listing> {
  const index = join(scratch, "change-index");
  try {
    await git(["read-tree", against], { index });
    await git(["add", "--all"], { index });
    const raw = await git(["diff-index", "--cached", "--raw", "-z", "--no-abbrev", against], { index });
    return await readEntries(git, parseRaw(raw), limits);
  } catch (error) {
    // Git worked before the engine ran, so the agent's files cause this failure.
    if (error instanceof GitFailed) return { ok: false, reason: `the change cannot be read: ${error.message}` };
    throw error;
  }
}

async function readEntries(git: Git, entries: readonly Entry[] | null, limits: Brief["limits"]): Promise<Listing> {
  if (entries === null) return { ok: false, reason: "a file name is not UTF-8" };
  if (entries.length > limits.files) {
    return { ok: false, reason: `${entries.length} files are changed; the limit is ${limits.files}` };
  }
  const nested = entries.find(({ mode }) => mode === SUBMODULE);
  if (nested !== undefined) return { ok: false, reason: `${nested.path} is a repository of its own or a submodule` };

  const written = entries.filter(({ mode }) => mode !== "000000");
  const bytes = await totalSize(git, written);
  if (bytes > limits.bytes) return { ok: false, reason: `the change has ${bytes} bytes; the limit is ${limits.bytes}` };

  const blobs = await readBlobs(git, written);
  const contents = new Map<string, Buffer>();
  const manifest: ChangedFile[] = [];
  for (const { path, mode, object } of entries) {
    const content = blobs.get(object);
    if (content === undefined) {
      manifest.push({ change: "delete", path });
      continue;
    }
    const sha256 = createHash("sha256").update(content).digest("hex");
    contents.set(sha256, content);
    manifest.push(ChangedFile.parse({ change: "write", path, mode, sha256, bytes: content.length }));
  }
  return { ok: true, change: { manifest, contents } };
}

/** Parses `:<mode> <mode> <object> <object> <status>\0<path>\0`, repeated. Returns null when a path is not UTF-8. */
function parseRaw(raw: Buffer): Entry[] | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return null;
  }
  const fields = text.split("\0");
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , object = ""] = fields[at]!.split(" ");
    entries.push({ path: fields[at + 1]!, mode, object });
  }
  return entries;
}

async function totalSize(git: Git, entries: readonly Entry[]): Promise<number> {
  if (entries.length === 0) return 0;
  const sizes = await git(["cat-file", "--batch-check=%(objectsize)"], { input: objectLines(entries) });
  return sizes
    .toString("utf8")
    .trim()
    .split("\n")
    .reduce((total, size) => total + Number(size), 0);
}

/** Reads `<object> blob <size>\n<content>\n`, repeated in the requested order. */
async function readBlobs(git: Git, entries: readonly Entry[]): Promise<Map<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  if (entries.length === 0) return blobs;
  const output = await git(["cat-file", "--batch"], { input: objectLines(entries) });
  let at = 0;
  for (const { object } of entries) {
    const lineEnd = output.indexOf("\n", at);
    const size = Number(output.toString("latin1", at, lineEnd).split(" ")[2]);
    blobs.set(object, output.subarray(lineEnd + 1, lineEnd + 1 + size));
    at = lineEnd + 1 + size + 1;
  }
  return blobs;
}

function objectLines(entries: readonly Entry[]): string {
  return entries.map(({ object }) => `${object}\n`).join("");
}
