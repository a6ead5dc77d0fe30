/** What the run leaves behind: the base branch of the sandbox as a branch or a folder of the user's. */
import { git } from "../git.ts";
import type { Source } from "./source.ts";

/**
 * Fetched into a new branch of a local source repository, never the one that is checked out, with nothing else touched; or
 * cloned into `out`.
 */
export async function deliver(
  source: Source,
  from: { url: string; token: string; base: string },
  slug: string,
  out: string | null,
): Promise<{ branch: string } | { folder: string } | null> {
  // The token goes by header for this one call: a URL or a config entry would stay in the repository.
  const basic = Buffer.from(`x-access-token:${from.token}`).toString("base64");
  const authorised = ["-c", `http.extraHeader=Authorization: Basic ${basic}`];
  if (out !== null) {
    await git(".", ...authorised, "clone", "--quiet", "--branch", from.base, "--single-branch", "--", from.url, out);
    return { folder: out };
  }
  if (source.folder === null) return null;
  const branch = await freeBranch(source.folder, `headgate/result-${slug}`);
  await git(
    source.folder,
    ...authorised,
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    from.url,
    `refs/heads/${from.base}:refs/heads/${branch}`,
  );
  return { branch };
}

/** A result of an earlier run is never overwritten. */
async function freeBranch(folder: string, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? wanted : `${wanted}-${number}`;
    const taken = await git(folder, "rev-parse", "--verify", "--quiet", `refs/heads/${branch}`).catch(() => null);
    if (taken === null) return branch;
  }
}

export function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return slug === "" ? "feature" : slug;
}
