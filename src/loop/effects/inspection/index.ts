/**
 * Finds out what a commit of an attempt really changes, for the core to judge: compares the trees as GitHub has them, and looks
 * into every file that is new in the commit. A blob that the repository had before is not the agent's writing.
 */
import { createHash } from "node:crypto";
import type { ChangedFile } from "../../../core/attempt.ts";
import type { Repo } from "../../../core/github.ts";
import { type AttributesFile, lfsPaths } from "../../../core/promotion/attributes.ts";
import { type Difference, MAX_CHANGES, MAX_FINDINGS } from "../../../core/promotion/difference.ts";
import { collisions } from "../../../core/promotion/names.ts";
import {
  compareTrees,
  LINK,
  SUBMODULE,
  type Tree,
  type TreeChange,
  type TreeFile,
} from "../../../core/promotion/tree.ts";
import type { ArtifactContent, GitHub } from "../../github-port.ts";
import type { FileScan, SecretScanner } from "../../scanner-port.ts";
import { findingOf } from "./content.ts";
import { linkFindings, type ReadBlob, type Trees } from "./links.ts";

type Reader = Pick<GitHub, "tree" | "blob" | "mergeBase">;
type Finding = Difference["findings"][number];

export interface WrittenCommit {
  against: string;
  /** Two of a resolve: the task's head, and the base, which is `against`. */
  parents: readonly string[];
  commit: string;
  manifest: readonly ChangedFile[];
  /** Spares a request for each file: a blob's SHA is the hash of its content. */
  artifact: Pick<ArtifactContent, "file">;
}

export async function inspectCommit(
  { github, scanner }: { github: Reader; scanner: SecretScanner },
  repo: Repo,
  { against, parents, commit, manifest, artifact }: WrittenCommit,
): Promise<Difference> {
  const [before, after] = await Promise.all([github.tree(repo, against), github.tree(repo, commit)]);
  const changes = compareTrees(before, after);
  const listed = changes.slice(0, MAX_CHANGES);
  return {
    changes: listed,
    total: changes.length,
    unlisted: unlisted(changes, manifest).slice(0, MAX_FINDINGS),
    undone: (await undone(github, repo, { against, parents }, changes)).slice(0, MAX_FINDINGS),
    sameNames: collisions(before, after, listed).slice(0, MAX_FINDINGS),
    findings: await findings(reader(github, repo, manifest, artifact), scanner, { before, after, changes: listed }),
  };
}

function reader(
  github: Reader,
  repo: Repo,
  manifest: readonly ChangedFile[],
  artifact: WrittenCommit["artifact"],
): ReadBlob {
  const written = manifest.flatMap((file) => (file.change === "write" ? (artifact.file(file.sha256) ?? []) : []));
  const bySha = new Map(written.map((content) => [blobSha(content), content]));
  return async (sha) => bySha.get(sha) ?? github.blob(repo, sha);
}

function blobSha(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

function unlisted(changes: readonly TreeChange[], manifest: readonly ChangedFile[]): string[] {
  const changed = new Map(changes.map((change) => [change.path, change.after === null ? "delete" : "write"]));
  const claimed = new Map(manifest.map((file) => [file.path, file.change]));
  const differs = (path: string) => changed.get(path) !== claimed.get(path);
  return [...new Set([...changed.keys(), ...claimed.keys()])].filter(differs);
}

async function findings(
  readBlob: ReadBlob,
  scanner: SecretScanner,
  { before, after, changes }: Trees,
): Promise<Finding[]> {
  const known = new Set([...before.values()].map(({ sha }) => sha));
  const isStoredByLfs = await lfsFiles(readBlob, after, changes);
  const found: Finding[] = await linkFindings(readBlob, { before, after, changes });
  for (const { path, after: file } of changes) {
    if (file === null || file.mode === SUBMODULE || found.length >= MAX_FINDINGS) continue;
    const isLink = file.mode === LINK;
    if (!isLink && isStoredByLfs(path)) found.push({ path, finding: "stored-by-lfs" });
    if (known.has(file.sha)) continue;
    const content = await readBlob(file.sha);
    const finding = isLink ? null : findingOf(content);
    if (finding !== null) found.push({ path, finding });
    // A link's target is text too.
    found.push(...secretsOf(path, await scanner.scanFile(path, content)));
  }
  return found.slice(0, MAX_FINDINGS);
}

function secretsOf(path: string, { secrets, isComplete }: FileScan): Finding[] {
  const found: Finding[] = secrets.map((secret) => ({ path, ...secret }));
  return isComplete ? found : [...found, { path, finding: "not-scanned" }];
}

/**
 * Returns the paths in which a resolve takes back what the base changed and the task never touched. A merge keeps such a change; without
 * it, somebody's merged work would be gone without a word.
 */
async function undone(
  github: Reader,
  repo: Repo,
  { against, parents }: Pick<WrittenCommit, "against" | "parents">,
  changes: readonly TreeChange[],
): Promise<string[]> {
  const head = parents.find((parent) => parent !== against);
  const fork = head === undefined || parents.length < 2 ? null : await github.mergeBase(repo, against, head);
  if (head === undefined || fork === null) return [];
  const [before, ours] = await Promise.all([github.tree(repo, fork), github.tree(repo, head)]);
  const own = new Set(compareTrees(before, ours).map(({ path }) => path));
  return changes
    .filter(({ path, after }) => !own.has(path) && isSame(after, before.get(path) ?? null))
    .map(({ path }) => path);
}

function isSame(left: TreeFile | null, right: TreeFile | null): boolean {
  return left?.sha === right?.sha && left?.mode === right?.mode;
}

/** Reads the attributes of the new tree that could concern a changed file. Nothing else may say what Git LFS stores. */
async function lfsFiles(
  readBlob: ReadBlob,
  after: Tree,
  changes: readonly TreeChange[],
): Promise<(path: string) => boolean> {
  const folders = new Set(changes.flatMap(({ path }) => foldersAbove(path)));
  const files: AttributesFile[] = [];
  for (const folder of folders) {
    const file = after.get(folder === "" ? ".gitattributes" : `${folder}/.gitattributes`);
    if (file === undefined || file.mode === LINK) continue;
    files.push({ folder, text: new TextDecoder().decode(await readBlob(file.sha)) });
  }
  return lfsPaths(files);
}

/** `a/b/c.ts`: `a/b`, `a` and the root, which is "". */
function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return [...parts.map((_, index) => parts.slice(0, index + 1).join("/")), ""];
}
