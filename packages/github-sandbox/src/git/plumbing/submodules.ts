import type { GitDir } from "./dir.ts";

/**
 * Returns the submodule's URL from the commit's `.gitmodules`, or "" if no entry names the path. git accepts such a
 * commit.
 */
export async function submoduleUrl(git: GitDir, commit: string, path: string): Promise<string> {
  const args = ["config", `--blob=${commit}:.gitmodules`, "--null", "--get-regexp", "^submodule\\..*\\.(path|url)$"];
  // 1: no such entries. 128: no such file, or an unreadable one.
  const entries = await git.fields(args, { accept: [1, 128] });
  const values = new Map(
    entries.map((entry) => [entry.slice(0, entry.indexOf("\n")), entry.slice(entry.indexOf("\n") + 1)]),
  );
  const key = [...values.keys()].find((each) => each.endsWith(".path") && values.get(each) === path);
  return (key === undefined ? undefined : values.get(key.replace(/\.path$/, ".url"))) ?? "";
}
