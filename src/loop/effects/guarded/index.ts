/**
 * Finds which changes of a pull's head need a person, and whose review approved their content. Both are judged against the merge
 * base: a head that is brought up to date changes nothing more than before. Commits never change, so that answers are remembered.
 */
import { createHash } from "node:crypto";
import type { EffectOf } from "../../../core/effect.ts";
import type { PullSnapshot, Repo } from "../../../core/github.ts";
import type { CheckCommand } from "../../../core/promotion/commands.ts";
import { type GuardedChange, MAX_GUARDED, type ReviewedChange } from "../../../core/promotion/guarded.ts";
import { canonicalPath } from "../../../core/promotion/names.ts";
import { protectionOf } from "../../../core/promotion/protected.ts";
import { compareTrees, type TreeChange, type TreeFile } from "../../../core/promotion/tree.ts";
import type { SeenPull } from "../../github-port.ts";
import { readOnce } from "../../memory/answers.ts";
import { type ProducerReader, readProducers } from "../checks/producers.ts";
import { readCheckCommands } from "./commands.ts";
import { readSurface } from "./surface.ts";

type Observing = Pick<EffectOf<"pull.observe">, "repo" | "branch" | "checks" | "gateSurface">;

/** The commands of the required checks, which decide what counts as guarded; null: no gate surface does. */
type Rules = readonly CheckCommand[] | null;

export async function readGuarded(
  outside: ProducerReader,
  { repo, branch, checks, gateSurface }: Observing,
  { baseSha, mergeBase, headSha, approvals }: SeenPull,
  producers: PullSnapshot["producers"],
): Promise<ReviewedChange[]> {
  const base = { repo, branch, sha: baseSha };
  const rules = gateSurface === "approve" ? await readCheckCommands(outside, base, checks, producers) : null;
  const own = await guardedChanges(outside, repo, { from: mergeBase, to: headSha }, rules);
  if (own.length === 0) return [];
  const approved = new Map<string, string>();
  for (const { by, head } of approvals) {
    const from = head === headSha ? mergeBase : await forkOf(outside, repo, baseSha, head);
    const reviewed = from === null ? [] : await guardedChanges(outside, repo, { from, to: head }, rules);
    for (const change of reviewed) if (!approved.has(contentKey(change))) approved.set(contentKey(change), by);
  }
  return shortened(own.map((change) => ({ ...change, approvedBy: approved.get(contentKey(change)) ?? null })));
}

/** The part of a head's changes that the pull's text names. */
export interface ShownChanges {
  guarded: GuardedChange[];
  /** Files that name packages to be installed. */
  dependencies: string[];
}

/** Reads the changes that a pull's text names. Unlike the lane it also names a gate surface of which the policy only warns. */
export async function readShown(
  outside: ProducerReader,
  {
    repo,
    base: branch,
    checks,
    gateSurface,
  }: Pick<EffectOf<"pull.describe">, "repo" | "base" | "checks" | "gateSurface">,
  head: string,
): Promise<ShownChanges> {
  const { github } = outside;
  const from = await github.mergeBase(repo, branch, head);
  if (from === null) return { guarded: [], dependencies: [] };
  // The rules of the commit that the head forked from. The lane judges by the tip's.
  const base = { repo, branch, sha: from };
  const producers = await readProducers(outside, base, checks);
  const rules = gateSurface === "ignore" ? null : await readCheckCommands(outside, base, checks, producers);
  const guarded = await guardedChanges(outside, repo, { from, to: head }, rules);
  const key = JSON.stringify(["dependencies", repo.id, from, head]);
  const dependencies = await readOnce(github, key, async () => {
    const changes = compareTrees(await github.tree(repo, from), await github.tree(repo, head));
    return changes.flatMap(({ path }) => (protectionOf(path) === "warn" ? [path] : []));
  });
  return { guarded, dependencies };
}

/** Returns null for a commit that is gone, such as one that a force-push removed. */
function forkOf({ github }: ProducerReader, repo: Repo, base: string, head: string): Promise<string | null> {
  return readOnce(github, JSON.stringify(["fork", repo.id, base, head]), () => github.mergeBase(repo, base, head));
}

function guardedChanges(
  outside: ProducerReader,
  repo: Repo,
  { from, to }: { from: string; to: string },
  rules: Rules,
): Promise<GuardedChange[]> {
  if (from === to) return Promise.resolve([]);
  const { github } = outside;
  const key = JSON.stringify(["guarded", repo.id, from, to, rules === null ? null : hashOf(rules)]);
  return readOnce(github, key, async () => {
    const [before, after] = await Promise.all([github.tree(repo, from), github.tree(repo, to)]);
    const changes = compareTrees(before, after);
    const surface = rules === null ? [] : await readSurface(github, repo, changes, rules);
    const kinds = new Map<string, GuardedChange["kind"]>(surface.map(({ path, kind }) => [path, kind]));
    return changes.flatMap((change) => {
      const kind = guardKind(change.path) ?? kinds.get(change.path);
      return kind === undefined ? [] : [{ path: change.path, kind, content: contentOf(change) }];
    });
  });
}

function guardKind(path: string): "workflow" | "protected" | null {
  if (canonicalPath(path).toLowerCase().startsWith(".github/")) return "workflow";
  // An agent's change never touches what nobody may change, but a token that can push to the branch does.
  const protection = protectionOf(path);
  return protection === "approve" || protection === "never" ? "protected" : null;
}

/**
 * Counts the former content too: the same change takes more away once the base has more in the file. A file that becomes executable or
 * a link is another file, although its blob is the same.
 */
function contentOf({ before, after }: TreeChange): string {
  const textOf = (file: TreeFile | null) => (file === null ? "none" : `${file.mode} ${file.sha}`);
  return `${textOf(before)} > ${textOf(after)}`;
}

function contentKey({ path, content }: GuardedChange): string {
  return JSON.stringify([path, content]);
}

/** Characters of a path that are kept as they are. */
const PATH = 250;

function shortened(changes: readonly ReviewedChange[]): ReviewedChange[] {
  const listed = changes.length > MAX_GUARDED ? changes.slice(0, MAX_GUARDED - 1) : changes;
  const rest = changes.slice(listed.length);
  const [first] = rest;
  const shown = listed.map((change) => ({ ...change, path: shortPath(change.path) }));
  if (first === undefined) return shown;
  const content = hashOf(rest.map(({ path, content }) => [path, content]));
  const isApproved = rest.every(({ approvedBy }) => approvedBy !== null);
  return [...shown, { path: "", kind: "more", content, approvedBy: isApproved ? first.approvedBy : null }];
}

/** Two long paths must not become one. */
function shortPath(path: string): string {
  const text = path.toWellFormed();
  return text.length <= PATH ? text : `${text.slice(0, PATH).toWellFormed()}…${hashOf(path).slice(0, 12)}`;
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
