/** Reads which files git stores elsewhere: with `filter=lfs` a commit holds a pointer, and the content would be lost. */
import picomatch from "picomatch";
import { isSimple, matcherOfRegular, matcherOfSimple, type Steps, stepsOfJudgement } from "../rules/globs.ts";

/** A `.gitattributes` file: the folder it lies in, "" for the root, and its text. */
export interface AttributesFile {
  folder: string;
  text: string;
}

/** Git ignores a longer line. */
const MAX_LINE = 2_048;
/** With more rules about a filter every path counts as one of Git LFS: the change is refused by name, and a person sees it. */
const MAX_RULES = 2_000;

interface Rule {
  /** The folder of the rule's file, with its slash. */
  prefix: string;
  /** Takes the path relative to `prefix`. */
  matches(inside: string, steps: Steps): boolean;
  isLfs: boolean;
}

/** Returns whether Git LFS stores a path. The last rule that matches decides, and a deeper file has the last word. */
export function lfsPaths(files: readonly AttributesFile[]): (path: string) => boolean {
  const byDepth = files.toSorted((left, right) => depthOf(left) - depthOf(right));
  const macros = macrosOf(byDepth);
  const lines = byDepth.flatMap(({ folder, text }) => linesOf(text).map((line) => ({ folder, line })));
  const rules = lines.flatMap(({ folder, line }) => ruleOf(folder, line, macros)).slice(0, MAX_RULES + 1);
  if (rules.length > MAX_RULES) return () => true;
  const steps = stepsOfJudgement();
  return (path) => {
    const last = rules.findLast(({ prefix, matches }) => {
      steps.left -= 1;
      return steps.left < 0 || (path.startsWith(prefix) && matches(path.slice(prefix.length), steps));
    });
    // Beyond the steps a file is refused by name too, and a person sees it.
    return steps.left < 0 || (last?.isLfs ?? false);
  };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.length <= MAX_LINE);
}

function depthOf({ folder }: AttributesFile): number {
  return folder === "" ? 0 : folder.split("/").length;
}

/** `[attr]binary-asset filter=lfs`: names that stand for a filter. Git knows them in the root's file only. */
function macrosOf(files: readonly AttributesFile[]): ReadonlyMap<string, string> {
  const macros = new Map<string, string>();
  for (const line of linesOf(files.find(({ folder }) => folder === "")?.text ?? "")) {
    const [, name = "", words = ""] = /^\s*\[attr\](\S+)\s+(.*)$/.exec(line) ?? [];
    const filter = filterOf(words, macros);
    if (filter !== undefined) macros.set(name, filter);
  }
  return macros;
}

/** Returns the last word on `filter` among attributes; undefined: there is none. */
function filterOf(attributes: string, macros: ReadonlyMap<string, string>): string | undefined {
  const filters = attributes.split(/\s+/).map((word) => (/^[-!]?filter(?:=|$)/.test(word) ? word : macros.get(word)));
  return filters.findLast((filter) => filter !== undefined);
}

/** A line without a word on `filter` is none of our business. */
function ruleOf(folder: string, line: string, macros: ReadonlyMap<string, string>): Rule[] {
  const parsed = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"#]\S*))\s+(.*)$/.exec(line);
  const pattern = parsed?.[1]?.replace(/\\(.)/g, "$1") ?? parsed?.[2];
  const filter = filterOf(parsed?.[3] ?? "", macros);
  if (pattern === undefined || filter === undefined) return [];
  const isAnchored = pattern.replace(/\/+$/, "").includes("/");
  // To git `a/**` is everything below `a`, without `a` itself.
  const below = pattern.replace(/\/\*\*$/, "/**/*");
  const glob = isAnchored ? below.replace(/^\//, "") : `**/${below}`;
  const prefix = folder === "" ? "" : `${folder}/`;
  const isLfs = filter === "filter=lfs";
  if (isSimple(glob)) return [{ prefix, isLfs, matches: matcherOfSimple(glob) }];
  /** Compiled when a path first asks for it. */
  let compiled: ((path: string) => boolean) | null = null;
  const match = (inside: string) => {
    compiled ??= picomatch(glob, { dot: true, nobrace: true, noextglob: true, nonegate: true });
    return compiled(inside);
  };
  // A pattern that would take too long counts as matching: the file is refused by name, and a person sees it.
  return [{ prefix, isLfs, matches: matcherOfRegular(glob, match, true) }];
}

/** Returns true where a blob is a pointer of Git LFS. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export function isLfsPointer(text: string): boolean {
  return (
    text.length <= 1_024 &&
    /^version https?:\/\/[^\n]*git-lfs[^\n]*\n(?:[^\n]*\n)*?oid sha256:[0-9a-f]{64}\n/.test(text)
  );
}
