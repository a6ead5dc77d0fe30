/** Relates commits to each other: logs, ancestry and how far two have diverged. */
import { fieldsOf, type GitDir, textOf } from "./dir.ts";
import { type Commit, commitFormat, parseCommits } from "./objects.ts";

export interface LogOptions {
  /** Excludes the history of these SHAs. */
  without?: readonly string[];
  /** Excludes all commits that another branch has too. */
  onlyOn?: string;
  limit?: number;
  path?: string;
  /** ISO-8601. */
  since?: string;
  until?: string;
  author?: string;
  /** Lists oldest first, parents before children. */
  reverse?: boolean;
}

/** Lists the history of `tip`, newest first unless `reverse` is set. */
export async function log(git: GitDir, tip: string, options: LogOptions = {}): Promise<Commit[]> {
  const { without = [], onlyOn, limit, path, since, until, author, reverse } = options;
  const args = [
    ...(reverse ? ["--reverse", "--topo-order"] : []),
    ...(limit === undefined ? [] : [`--max-count=${limit}`]),
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(until === undefined ? [] : [`--until=${until}`]),
    ...(author === undefined ? [] : ["--fixed-strings", `--author=${author}`]),
  ];
  const exclude = without.map((sha) => `^${sha}`);
  const others = onlyOn === undefined ? [] : ["--not", `--exclude=${onlyOn}`, "--branches"];
  const paths = path === undefined ? [] : [path];
  const command = ["--literal-pathspecs", "log", "-z", "--no-show-signature", commitFormat, ...args];
  const whole = [...command, tip, ...exclude, ...others, "--", ...paths];
  // Branches and "two weeks ago" change what the same SHAs list.
  const fixed = onlyOn === undefined && since === undefined && until === undefined;
  return parseCommits(fieldsOf(await (fixed ? git.about([tip, ...without], whole) : git.run(whole))));
}

export async function mergeBase(git: GitDir, one: string, other: string): Promise<string | null> {
  const { code, stdout } = await git.about([one, other], ["merge-base", one, other], { accept: [1] });
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

/** Returns true if `descendant` contains `ancestor`. A commit contains itself. */
export async function isAncestor(git: GitDir, ancestor: string, descendant: string): Promise<boolean> {
  if (ancestor === descendant) return true;
  const command = ["merge-base", "--is-ancestor", ancestor, descendant];
  const { code } = await git.about([ancestor, descendant], command, { accept: [1] });
  return code === 0;
}

/** Counts the commits that only `head` has (ahead) and that only `base` has (behind). */
export async function distance(git: GitDir, base: string, head: string): Promise<{ ahead: number; behind: number }> {
  if (base === head) return { ahead: 0, behind: 0 };
  const command = ["rev-list", "--left-right", "--count", `${base}...${head}`];
  const [behind = 0, ahead = 0] = textOf(await git.about([base, head], command))
    .split("\t")
    .map(Number);
  return { ahead, behind };
}

/** Returns true if the commits that only `after` has include a merge. */
export async function bringsMerges(git: GitDir, before: string | null, after: string): Promise<boolean> {
  const exclude = before === null ? ["--not", "--branches"] : [`^${before}`];
  return (await git.text(["rev-list", "--merges", "--max-count=1", after, ...exclude])) !== "";
}
