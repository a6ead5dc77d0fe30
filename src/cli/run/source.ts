/** Reads the repository that a run works on: a local one or a git URL. */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { BadInput } from "../bad-input.ts";
import { git } from "../git.ts";

export interface Source {
  /** URL or path for git fetch. */
  url: string;
  /** Path of the top folder of a local repository; null for a remote one. */
  folder: string | null;
  /** The name to show to the user. */
  title: string;
  /** The repository's name in the sandbox. */
  name: string;
  /** The ref to fetch, and the branch it becomes in the sandbox. */
  ref: string;
  branch: string;
  /** The form of `branch` in the source: checked out in its worktree, a branch only, or a commit only. */
  standing: "checked-out" | "branch" | "detached";
  /** The number of changed files in the worktree. Only commits are imported, so they are left out. */
  leftOut: number;
}

/** @throws BadInput when `repo` is neither a folder nor looks like a git URL */
export function checkPlace(repo: string): void {
  if (existsSync(repo) || /^([a-z+]+:\/\/|[^/\s]+@[^/\s]+:)/.test(repo)) return;
  throw new BadInput(`--repo: there is no folder ${repo}, and it is not a git URL`);
}

/** Default branch of the sandbox's repository. It holds only the attempt workflow. */
export const SETUP_BRANCH = "headgate-setup";

export async function findSource(repo: string, base: string | null): Promise<Source> {
  const source = existsSync(repo) ? await localSource(resolve(repo), base) : await remoteSource(repo, base);
  if (source.branch === "headgate" || source.branch === SETUP_BRANCH) {
    throw new BadInput(`--base: the name '${source.branch}' is Headgate's own; rename the branch`);
  }
  return source;
}

/** Converts a title to a valid repository name. */
function nameOf(title: string): string {
  return title.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "repository";
}

async function localSource(given: string, base: string | null): Promise<Source> {
  const { folder, bare } = await topOf(given);
  const title = basename(folder).replace(/\.git$/, "");
  const head = await git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").catch(() => null);
  const ref = base === null ? "HEAD" : `refs/heads/${base}`;
  try {
    await git(folder, "rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  } catch {
    throw new BadInput(
      base === null ? `--repo: ${folder} has no commit yet` : `--base: ${folder} has no branch ${base}`,
    );
  }
  const branch = base ?? head;
  return {
    url: folder,
    folder,
    title,
    name: nameOf(title),
    ref,
    branch: branch ?? "main",
    standing: branch === null ? "detached" : branch === head && !bare ? "checked-out" : "branch",
    leftOut: bare || (base !== null && base !== head) ? 0 : await changedFiles(folder),
  };
}

async function changedFiles(folder: string): Promise<number> {
  const listed = await git(folder, "status", "--porcelain", "--untracked-files=normal", "--no-renames");
  return listed === "" ? 0 : listed.split("\n").length;
}

/** Returns the top of the worktree, or the bare repository itself. */
async function topOf(given: string): Promise<{ folder: string; bare: boolean }> {
  const folder = basename(given) === ".git" ? dirname(given) : given;
  try {
    const bare = (await git(folder, "rev-parse", "--is-bare-repository")) === "true";
    return { folder: await git(folder, "rev-parse", bare ? "--absolute-git-dir" : "--show-toplevel"), bare };
  } catch (error) {
    const owned = /dubious ownership/.test((error as Error).message);
    throw new BadInput(
      owned
        ? `--repo: ${folder} belongs to somebody else; git config --global --add safe.directory ${folder} allows it`
        : `--repo: ${folder} is not a git repository`,
      { cause: error },
    );
  }
}

async function remoteSource(url: string, base: string | null): Promise<Source> {
  const wanted = base === null ? [] : [`refs/heads/${base}`];
  const listed = await git(".", "ls-remote", "--symref", "--", url, "HEAD", ...wanted).catch((error: Error) => {
    throw new BadInput(`--repo: ${error.message.split("\n")[0]}`, { cause: error });
  });
  if (base !== null && !listed.includes(`refs/heads/${base}`)) {
    throw new BadInput(`--base: ${url} has no branch ${base}`);
  }
  const head = /^ref: refs\/heads\/(\S+)\s+HEAD$/m.exec(listed)?.[1];
  if (base === null && head === undefined) throw new BadInput(`--repo: ${url} has no commit yet`);
  const branch = base ?? head ?? "main";
  const title = basename(url.replace(/\/+$/, ""), ".git");
  return {
    url,
    folder: null,
    title,
    name: nameOf(title),
    ref: `refs/heads/${branch}`,
    branch,
    standing: "branch",
    leftOut: 0,
  };
}
