/** Reads which files git stores elsewhere: with `filter=lfs` a commit holds a pointer, and the content would be lost. */
import picomatch from "picomatch";
import { isQuick } from "../rules/globs.ts";

/** A `.gitattributes` file: the folder it lies in, "" for the root, and its text. */
export interface AttributesFile {
  folder: string;
  text: string;
}

interface Rule {
  matches(path: string): boolean;
  isLfs: boolean;
}

/** Returns whether Git LFS stores a path. The last rule that matches decides, and a deeper file has the last word. */
export function lfsPaths(files: readonly AttributesFile[]): (path: string) => boolean {
  const byDepth = files.toSorted((left, right) => depthOf(left) - depthOf(right));
  const rules = byDepth.flatMap(({ folder, text }) => text.split("\n").flatMap((line) => ruleOf(folder, line)));
  return (path) => rules.findLast((rule) => rule.matches(path))?.isLfs ?? false;
}

function depthOf({ folder }: AttributesFile): number {
  return folder === "" ? 0 : folder.split("/").length;
}

/** A line without a word on `filter` is none of our business. */
function ruleOf(folder: string, line: string): Rule[] {
  const parsed = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"#]\S*))\s+(.*)$/.exec(line);
  const pattern = parsed?.[1]?.replace(/\\(.)/g, "$1") ?? parsed?.[2];
  const filter = parsed?.[3]?.split(/\s+/).findLast((word) => /^[-!]?filter(?:=|$)/.test(word));
  if (pattern === undefined || filter === undefined) return [];
  const isAnchored = pattern.replace(/\/+$/, "").includes("/");
  const glob = isAnchored ? pattern.replace(/^\//, "") : `**/${pattern}`;
  const match = picomatch(glob, { dot: true, nobrace: true, noextglob: true });
  const prefix = folder === "" ? "" : `${folder}/`;
  return [
    {
      isLfs: filter === "filter=lfs",
      // A pattern that would take too long counts as matching: the file is refused by name, and a person sees it.
      matches: (path) => {
        if (!path.startsWith(prefix)) return false;
        const inside = path.slice(prefix.length);
        return !isQuick(glob, inside) || match(inside);
      },
    },
  ];
}

/** Whether a blob is a pointer of Git LFS. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export function isLfsPointer(text: string): boolean {
  return (
    text.length <= 1_024 &&
    /^version https?:\/\/[^\n]*git-lfs[^\n]*\n(?:[^\n]*\n)*?oid sha256:[0-9a-f]{64}\n/.test(text)
  );
}
