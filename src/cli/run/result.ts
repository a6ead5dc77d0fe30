/** Delivers the result of a run: the sandbox's base branch, as a branch or a folder of the user's. */
import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BadInput } from "../bad-input.ts";
import { git } from "../git.ts";
import type { Source } from "./source.ts";

export type Delivered = { branch: string } | { folder: string };

/** The sandbox's repository. `base` is the branch that everything merged into. */
export interface ResultSource {
  url: string;
  token: string;
  base: string;
}

/** Checks the target before anything runs. @throws BadInput when the result could not be delivered there */
export async function makeSureOfRoom(source: Source, out: string | null, ours: string | null): Promise<void> {
  if (out !== null) {
    const taken = existsSync(out) && out !== ours;
    if (taken) throw new BadInput(`--out: ${out} exists already; name a folder that does not`);
    let parent = out;
    while (!existsSync(parent)) parent = dirname(parent);
    await writable(parent, `--out: ${parent} cannot be written to`);
    return;
  }
  if (source.folder === null) return;
  if (await exists(source.folder, "refs/heads/headgate")) {
    throw new BadInput(
      "--repo: it has a branch named headgate, and git cannot hold headgate/result-… beside it; rename it or give --out",
    );
  }
  const common = await git(source.folder, "rev-parse", "--path-format=absolute", "--git-common-dir");
  await writable(join(common, "refs", "heads"), `--repo: ${common} cannot be written to; give --out for the result`);
}

async function writable(folder: string, otherwise: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new BadInput(otherwise, { cause: error });
  }
}

/**
 * Fetches the result into a branch of a local source repository and changes nothing else there, or clones it into
 * `out`. Never updates a branch that is checked out. A second call continues from the first one's result.
 */
export async function deliver(
  source: Source,
  from: ResultSource,
  slug: string,
  out: string | null,
): Promise<Delivered | null> {
  if (out !== null) return { folder: await cloneInto(out, source, from) };
  if (source.folder === null) return null;
  const ref = `refs/heads/${from.base}`;
  const fetched = [...authorised(from), "fetch", "--quiet", ...onlyThis, from.url];
  const listed = await git(source.folder, ...authorised(from), "ls-remote", "--exit-code", from.url, ref);
  const tip = listed.split(/\s/)[0] ?? "";
  await git(source.folder, ...fetched, ref);
  const branch = await branchFor(source.folder, `headgate/result-${slug}`, tip);
  await git(source.folder, ...fetched, `${ref}:refs/heads/${branch}`);
  return { branch };
}

/** Passes the token as a header of one call. A URL or a config entry would stay in the repository. */
function authorised({ token }: ResultSource): string[] {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return ["-c", `http.extraHeader=Authorization: Basic ${basic}`];
}

/** Fetches only the commits: no tags, no submodules, no pruning, no FETCH_HEAD. */
const onlyThis = ["--no-tags", "--no-recurse-submodules", "--no-prune", "--no-write-fetch-head"];

async function cloneInto(folder: string, source: Source, from: ResultSource): Promise<string> {
  if (existsSync(folder)) {
    const branch = `refs/heads/${from.base}`;
    await git(folder, ...authorised(from), "fetch", "--quiet", ...onlyThis, from.url, branch);
    const listed = await git(folder, ...authorised(from), "ls-remote", "--exit-code", from.url, branch);
    await git(folder, "merge", "--quiet", "--ff-only", listed.split(/\s/)[0] ?? "");
    return folder;
  }
  const parameters = [
    "--quiet",
    "--origin",
    "origin",
    "--branch",
    from.base,
    "--single-branch",
    "--",
    from.url,
    folder,
  ];
  await git(".", ...authorised(from), "clone", ...parameters);
  // The sandbox will be gone. Points `origin` at the source repository instead.
  await git(folder, "remote", "remove", "origin");
  await git(folder, "remote", "add", "origin", source.url);
  return folder;
}

/**
 * Returns the first of `wanted`, `wanted-2`, … that is free or an ancestor of `tip`. Never overwrites other commits,
 * and never moves a branch that is checked out.
 */
async function branchFor(folder: string, wanted: string, tip: string): Promise<string> {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? wanted : `${wanted}-${number}`;
    const ref = `refs/heads/${branch}`;
    if (!(await exists(folder, ref))) return branch;
    const contained = await git(folder, "merge-base", "--is-ancestor", ref, tip).then(
      () => true,
      () => false,
    );
    const worktree = await git(folder, "for-each-ref", "--format=%(worktreepath)", ref);
    if (contained && worktree === "") return branch;
  }
}

async function exists(folder: string, ref: string): Promise<boolean> {
  return git(folder, "rev-parse", "--verify", "--quiet", ref).then(
    () => true,
    () => false,
  );
}

export function slugOf(title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return slug === "" ? "feature" : slug;
}
