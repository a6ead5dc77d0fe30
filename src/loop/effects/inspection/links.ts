/** Follows the symbolic links of a new tree: those that the change writes, and those that lead elsewhere because of it. */
import { followLink, type LinkEnd, type LinkedTree, withLinks } from "../../../core/promotion/links.ts";
import { LINK, type Tree, type TreeChange } from "../../../core/promotion/tree.ts";
import type { FileFinding } from "../../../core/promotion/violation.ts";

export type ReadBlob = (sha: string) => Promise<Uint8Array>;

export interface Trees {
  before: Tree;
  after: Tree;
  changes: readonly TreeChange[];
}

/** Links that a change of a link lets Headgate read. Each costs a request. */
const MAX_LINKS = 500;

type End = Exclude<LinkEnd["end"], "unread">;

const findingOfEnd: Record<End, FileFinding | null> = {
  inside: null,
  outside: "link-outside",
  "git-internal": "link-git-internal",
  "too-deep": "link-endless",
};

/** A change that touches no link leads none elsewhere: what a link does not name in a tree counts as a folder. */
export async function linkFindings(
  readBlob: ReadBlob,
  { before, after, changes }: Trees,
): Promise<{ path: string; finding: FileFinding }[]> {
  const isLink = (tree: Tree, path: string) => tree.get(path)?.mode === LINK;
  const touched = changes.filter(({ path }) => isLink(before, path) || isLink(after, path));
  if (touched.length === 0) return [];
  const [old, now] = [withLinks(before), withLinks(after)];
  if (now.links.size > MAX_LINKS) return touched.map(({ path }) => ({ path, finding: "link-among-many" }));
  const targets = new Map<string, string>();
  const endOf = (tree: LinkedTree, path: string) => follow(readBlob, tree, path, targets);
  const written = new Set(touched.map(({ path }) => path));
  const found: { path: string; finding: FileFinding }[] = [];
  for (const path of now.links.values()) {
    const finding = findingOfEnd[await endOf(now, path)];
    // Leaves out what a link of the base did before: it is not the agent's.
    const isOld = finding !== null && !written.has(path) && findingOfEnd[await endOf(old, path)] !== null;
    if (finding !== null && !isOld) found.push({ path, finding });
  }
  return found;
}

/** `targets` holds what was read already, by the blob's SHA. */
async function follow(
  readBlob: ReadBlob,
  linked: LinkedTree,
  path: string,
  targets: Map<string, string>,
): Promise<End> {
  const shaOf = (link: string) => linked.tree.get(link)?.sha ?? "";
  for (;;) {
    const end = followLink(linked, path, (link) => targets.get(shaOf(link)));
    if (end.end !== "unread") return end.end;
    const sha = shaOf(end.path);
    targets.set(sha, new TextDecoder().decode(await readBlob(sha)));
  }
}
