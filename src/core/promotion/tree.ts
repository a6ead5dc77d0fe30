/** Compares two trees. What is judged is this difference and nothing that a job wrote about it. */
import { z } from "zod";

/** A file as git's tree holds it. A submodule is a file of mode 160000. */
export const TreeFile = z.object({ mode: z.string(), sha: z.string().regex(/^[0-9a-f]{40}$/), bytes: z.number() });
export type TreeFile = z.infer<typeof TreeFile>;

/** All files of a tree by their full path. Folders are not in it. */
export type Tree = ReadonlyMap<string, TreeFile>;

export const TreeChange = z.object({
  path: z.string(),
  /** null: there was no such file. */
  before: TreeFile.nullable(),
  /** null: there is none any more. */
  after: TreeFile.nullable(),
});
export type TreeChange = z.infer<typeof TreeChange>;

/** A changed file's text before and after; null: there is no such file. */
export interface ChangedText {
  before: string | null;
  after: string | null;
}

export const LINK = "120000";
export const SUBMODULE = "160000";

/** Returns every file that the trees do not share, by path. A renamed file is one that went and one that came. */
export function compareTrees(before: Tree, after: Tree): TreeChange[] {
  const changes: TreeChange[] = [];
  for (const [path, was] of before) {
    const is = after.get(path) ?? null;
    if (is === null || is.sha !== was.sha || is.mode !== was.mode) changes.push({ path, before: was, after: is });
  }
  for (const [path, is] of after) if (!before.has(path)) changes.push({ path, before: null, after: is });
  return changes.sort((left, right) => (left.path < right.path ? -1 : 1));
}
