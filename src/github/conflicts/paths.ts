/**
 * Compares two lists of changes against the same base by path. Returns the conflicts that no content can resolve, and
 * the files whose contents must be merged. Decides as git's merge does, except for renamed folders.
 */

import type { Tree, TreeFile } from "../../core/promotion/tree.ts";

/** A change of one path of the base. `before` is null for a new file, `after` is null for a deleted one. */
export interface PathChange {
  before: string | null;
  after: string | null;
}

/** A file whose content both sides changed. Its lines must be merged. */
export interface Contest {
  path: string;
  base: TreeFile | null;
  ours: TreeFile;
  theirs: TreeFile;
}

/**
 * Returns true when the two lists share a path, or one writes a file where the other has a folder. Otherwise no content
 * has to be read.
 */
export function meet(ours: readonly PathChange[], theirs: readonly PathChange[]): boolean {
  const touched = new Set(theirs.flatMap(({ before, after }) => [before, after]));
  const shared = ours.some(({ before, after }) => [before, after].some((path) => path !== null && touched.has(path)));
  return shared || filesInTheWay(ours, theirs).length > 0;
}

export function judgePaths(
  trees: { base: Tree; ours: Tree; theirs: Tree },
  ours: readonly PathChange[],
  theirs: readonly PathChange[],
): { conflicts: Set<string>; contests: Contest[] } {
  const conflicts = new Set(filesInTheWay(ours, theirs));
  const contests: Contest[] = [];

  function judgeContent(path: string, base: TreeFile | null, left: string, right: string): void {
    const [mine, other] = [trees.ours.get(left), trees.theirs.get(right)];
    if (mine === undefined || other === undefined || !modesMerge(base, mine, other)) conflicts.add(path);
    else if (mine.sha === other.sha || mine.sha === base?.sha || other.sha === base?.sha) return;
    else if (isPlain(mine) && isPlain(other)) contests.push({ path, base, ours: mine, theirs: other });
    else conflicts.add(path);
  }

  const byBefore = new Map(theirs.map((change) => [change.before, change]));
  for (const change of ours) {
    const other = change.before === null ? undefined : byBefore.get(change.before);
    if (change.before === null || other === undefined) continue;
    const target = targetOf(change, other);
    if (target === "conflict") conflicts.add(change.before);
    else if (target !== null && change.after !== null && other.after !== null) {
      judgeContent(target, trees.base.get(change.before) ?? null, change.after, other.after);
    }
  }

  // Files that are new on both sides, except a file that both sides moved there.
  const arrived = new Map(theirs.filter(isNew).map((change) => [change.after, change]));
  for (const change of ours.filter(isNew)) {
    const other = arrived.get(change.after);
    if (change.after === null || other === undefined) continue;
    if (change.before === null && other.before === null) judgeContent(change.after, null, change.after, change.after);
    else if (change.before !== other.before) conflicts.add(change.after);
  }
  return { conflicts, contests };
}

/** Returns the path of the file after both changes, or null when both sides deleted it. */
function targetOf(ours: PathChange, theirs: PathChange): string | "conflict" | null {
  if (ours.after === null && theirs.after === null) return null;
  if (ours.after === null || theirs.after === null) return "conflict";
  if (ours.after === theirs.after || theirs.after === theirs.before) return ours.after;
  return ours.after === ours.before ? theirs.after : "conflict";
}

function isNew({ before, after }: PathChange): boolean {
  return after !== null && after !== before;
}

/** Returns files of one side at a path where the other side has a folder. */
function filesInTheWay(ours: readonly PathChange[], theirs: readonly PathChange[]): string[] {
  const written = (changes: readonly PathChange[]) => changes.flatMap(({ after }) => after ?? []);
  const folders = (paths: readonly string[]) =>
    new Set(paths.flatMap((path) => [...path.matchAll(/\//g)].map((slash) => path.slice(0, slash.index))));
  const [mine, others] = [written(ours), written(theirs)];
  const [myFolders, otherFolders] = [folders(mine), folders(others)];
  return [...mine.filter((path) => otherFolders.has(path)), ...others.filter((path) => myFolders.has(path))];
}

function modesMerge(base: TreeFile | null, ours: TreeFile, theirs: TreeFile): boolean {
  if (ours.mode.slice(0, 3) !== theirs.mode.slice(0, 3)) return false;
  return ours.mode === theirs.mode || ours.mode === base?.mode || theirs.mode === base?.mode;
}

/** Returns false for symbolic links and submodules. */
function isPlain(file: TreeFile): boolean {
  return file.mode.startsWith("100");
}
