/**
 * Reads the attempt's change: the difference between the worktree and a commit. Uses an index of its own, so that files
 * the agent staged or committed do not matter. Contents are blobs as a commit would hold them (line endings and filters
 * applied). Symbolic links are stored as their targets and never followed.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Brief, ChangedFile, MAX_MANIFEST_BYTES } from "../core/attempt.ts";
import { MAX_NAME_BYTES, MAX_NAMES, MAX_PATH_BYTES, nameProblem } from "../core/promotion/names.ts";
import { type Git, GitFailed } from "./git.ts";

export interface Change {
  manifest: ChangedFile[];
  /** Keyed by SHA-256 in hex, as in the manifest. */
  contents: Map<string, Buffer>;
}

/** `reason` says why the change cannot become the result. The cause is always the agent's work. */
export type Listing = { ok: true; change: Change } | { ok: false; reason: string };

const SUBMODULE = "160000";
/** Millions of files, or one of many gigabytes, would keep git busy until the runner gives up, and nobody would learn why. */
const LISTING_MS = 5 * 60_000;

interface Entry {
  path: string;
  /** Git's file mode; `000000` for a deleted file. */
  mode: string;
  object: string;
  /** The object at the path before; zeros for a new file. */
  before: string;
}

export async function listChange(
  unbounded: Git,
  workspace: string,
  against: string,
  limits: Brief["limits"],
  scratch: string,
  ms = LISTING_MS,
): Promise<Listing> {
  const index = join(scratch, "change-index");
  const late = AbortSignal.timeout(ms);
  const git: Git = (args, options) => unbounded(args, { ...options, signal: late });
  try {
    await git(["read-tree", against], { index });
    await git(["add", "--all"], { index });
    const raw = await git(["diff-index", "--cached", "--raw", "-z", "--no-abbrev", against], { index });
    return await readEntries(git, await withoutDownloads(git, workspace, parseRaw(raw), late), limits);
  } catch (error) {
    if (late.aborted) return { ok: false, reason: `the change could not be listed within ${ms / 1_000} seconds` };
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
  const long = entries.find(({ path, mode }) => mode !== "000000" && nameProblem(path) === "path-too-long");
  if (long !== undefined) {
    const limit = `${MAX_PATH_BYTES} bytes, ${MAX_NAME_BYTES} in each name, and ${MAX_NAMES} names`;
    return { ok: false, reason: `${long.path.slice(0, 200)}… is too long: a path has at most ${limit}` };
  }
  const nested = entries.find(({ mode }) => mode === SUBMODULE);
  if (nested !== undefined) return { ok: false, reason: `${nested.path} is a repository of its own or a submodule` };

  const written = entries.filter(({ mode }) => mode !== "000000");
  const bytes = (await sizesOf(git, written)).reduce((total, size) => total + size, 0);
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
  if (Buffer.byteLength(JSON.stringify(manifest)) > MAX_MANIFEST_BYTES) {
    return { ok: false, reason: `the list of changed files has more than ${MAX_MANIFEST_BYTES} bytes` };
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
    const [, mode = "", before = "", object = ""] = fields[at]!.split(" ");
    entries.push({ path: fields[at + 1]!, mode, object, before });
  }
  return entries;
}

/** A pointer of Git LFS has less. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const MAX_POINTER_BYTES = 1_024;

/**
 * Leaves out files whose content `git lfs pull` put in the place of their pointers: a setup step may have done that, and git runs
 * without the filter that would recognise it.
 */
async function withoutDownloads(
  git: Git,
  workspace: string,
  entries: readonly Entry[] | null,
  late: AbortSignal,
): Promise<Entry[] | null> {
  if (entries === null) return null;
  const known = entries.filter(({ mode, before }) => mode.startsWith("100") && !/^0+$/.test(before));
  const earlier = known.map((entry) => ({ ...entry, object: entry.before }));
  const sizes = await sizesOf(git, earlier);
  const small = earlier.filter((_, index) => (sizes[index] ?? 0) <= MAX_POINTER_BYTES);
  const blobs = await readBlobs(git, small);
  const downloaded = new Set<string>();
  for (const { path, before } of small) {
    const text = blobs.get(before)?.toString("latin1") ?? "";
    const [, oid] =
      /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n/.exec(text) ?? [];
    if (oid !== undefined && oid === (await sha256Of(join(workspace, path), late).catch(() => null)))
      downloaded.add(path);
  }
  return entries.filter(({ path }) => !downloaded.has(path));
}

async function sha256Of(file: string, late: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash, { signal: late });
  return hash.digest("hex");
}

async function sizesOf(git: Git, entries: readonly Pick<Entry, "object">[]): Promise<number[]> {
  if (entries.length === 0) return [];
  const sizes = await git(["cat-file", "--batch-check=%(objectsize)"], { input: objectLines(entries) });
  return sizes.toString("utf8").trim().split("\n").map(Number);
}

/** Reads `<object> blob <size>\n<content>\n`, repeated in the requested order. */
async function readBlobs(git: Git, entries: readonly Pick<Entry, "object">[]): Promise<Map<string, Buffer>> {
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

function objectLines(entries: readonly Pick<Entry, "object">[]): string {
  return entries.map(({ object }) => `${object}\n`).join("");
}
