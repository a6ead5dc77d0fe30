/** The repository that a run works on: a local one or a git URL. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { git } from "../git.ts";
import { BadInput } from "./options.ts";

export interface Source {
  /** What git fetches from. */
  url: string;
  /** The folder of a local repository; null: it is somewhere else. */
  folder: string | null;
  /** The name it gets in the sandbox. */
  name: string;
  /** The ref to fetch, and the branch it becomes. */
  ref: string;
  branch: string;
}

export async function findSource(repo: string, base: string | null): Promise<Source> {
  const local = existsSync(repo);
  if (!local && !/^([a-z+]+:\/\/|[^/\s]+@[^/\s]+:)/.test(repo)) {
    throw new BadInput(`--repo: there is no folder ${repo}, and it is not a git URL`);
  }
  const name =
    basename(local ? resolve(repo) : repo.replace(/\/+$/, ""), ".git").replace(/[^A-Za-z0-9._-]/g, "-") || "repository";
  return local ? localSource(resolve(repo), name, base) : remoteSource(repo, name, base);
}

async function localSource(folder: string, name: string, base: string | null): Promise<Source> {
  try {
    await git(folder, "rev-parse", "--git-dir");
  } catch {
    throw new BadInput(`--repo: ${folder} is not a git repository`);
  }
  const head = await git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").catch(() => null);
  const branch = base ?? head ?? "main";
  const ref = base === null ? "HEAD" : `refs/heads/${base}`;
  try {
    await git(folder, "rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  } catch {
    throw new BadInput(
      base === null ? `--repo: ${folder} has no commit yet` : `--base: ${folder} has no branch ${base}`,
    );
  }
  return { url: folder, folder, name, ref, branch };
}

async function remoteSource(url: string, name: string, base: string | null): Promise<Source> {
  let listed: string;
  try {
    listed = await git(
      ".",
      "ls-remote",
      "--symref",
      "--",
      url,
      "HEAD",
      ...(base === null ? [] : [`refs/heads/${base}`]),
    );
  } catch (error) {
    throw new BadInput(`--repo: ${(error as Error).message.split("\n")[0]}`);
  }
  if (base !== null && !listed.includes(`refs/heads/${base}`))
    throw new BadInput(`--base: ${url} has no branch ${base}`);
  const head = /^ref: refs\/heads\/(\S+)\s+HEAD$/m.exec(listed)?.[1];
  if (base === null && head === undefined) throw new BadInput(`--repo: ${url} has no commit yet`);
  const branch = base ?? head ?? "main";
  return { url, folder: null, name, ref: `refs/heads/${branch}`, branch };
}
