/** Follows symbolic links through a tree, as the file system of a checkout would. */
import { folded, isDotGit } from "./names.ts";
import { LINK, type Tree } from "./tree.ts";

/** A tree, and its links by the names that they have where case or Unicode normalisation do not count. */
export interface LinkedTree {
  tree: Tree;
  links: ReadonlyMap<string, string>;
}

export function withLinks(tree: Tree): LinkedTree {
  const links = new Map<string, string>();
  for (const [path, { mode }] of tree) if (mode === LINK) links.set(folded(path), path);
  return { tree, links };
}

export type LinkEnd =
  | { end: "inside" }
  /** It leaves the checkout, even if it would come back by the checkout's own name. */
  | { end: "outside" }
  | { end: "git-internal" }
  /** More links than a file system follows, or a longer target. */
  | { end: "too-deep" }
  /** It passes through this link, whose target was not given. */
  | { end: "unread"; path: string };

/** Linux follows 40. */
const DEEPEST = 40;
/** Characters of a target. No file system takes a longer one, and following it would take long. */
const LONGEST = 4_096;

/**
 * Follows the link at `path` component by component. `targetOf` returns the target of a link of the tree, or undefined while
 * nobody has read it. What a link's components do not name in the tree may still appear in a checkout, so it counts as a folder.
 */
export function followLink(
  { tree, links }: LinkedTree,
  path: string,
  targetOf: (link: string) => string | undefined,
): LinkEnd {
  const rest = path.split("/");
  let at: string[] = [];
  let followed = 0;
  while (rest.length > 0) {
    const name = rest.shift() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (at.length === 0) return { end: "outside" };
      at = at.slice(0, -1);
      continue;
    }
    if (isDotGit(name)) return { end: "git-internal" };
    at = [...at, name];
    const exact = at.join("/");
    const here = tree.has(exact) ? exact : (links.get(folded(exact)) ?? exact);
    if (tree.get(here)?.mode !== LINK) continue;
    followed += 1;
    if (followed > DEEPEST) return { end: "too-deep" };
    const target = targetOf(here);
    if (target === undefined) return { end: "unread", path: here };
    if (target.length > LONGEST) return { end: "too-deep" };
    // Windows takes a backslash for a separator, and a letter with a colon for a disk.
    const portable = target.replaceAll("\\", "/");
    if (portable.startsWith("/") || /^[A-Za-z]:/.test(portable)) return { end: "outside" };
    rest.unshift(...portable.split("/"));
    at = at.slice(0, -1);
  }
  return { end: "inside" };
}
