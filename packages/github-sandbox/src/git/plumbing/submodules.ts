/** Where a submodule comes from, as the commit's `.gitmodules` says. */
import type { GitDir } from "./dir.ts";

/** "" when no entry names the path: git takes such a commit, and `git submodule` then cannot follow it. */
export async function submoduleUrl(git: GitDir, commit: string, path: string): Promise<string> {
  const args = ["config", `--blob=${commit}:.gitmodules`, "--null", "--get-regexp", "^submodule\\..*\\.(path|url)$"];
  // 1: no such entries. 128: no such file, or one that git cannot read.
  const entries = await git.fields(args, { accept: [1, 128] });
  const values = new Map(
    entries.map((entry) => [entry.slice(0, entry.indexOf("\n")), entry.slice(entry.indexOf("\n") + 1)]),
  );
  const key = [...values.keys()].find((each) => each.endsWith(".path") && values.get(each) === path);
  return (key === undefined ? undefined : values.get(key.replace(/\.path$/, ".url"))) ?? "";
}
