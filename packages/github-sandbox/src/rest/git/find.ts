/** What a path or a body names in git, found or answered with GitHub's error. */
import { ApiError, notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { isFilePath } from "../../git/plumbing/names.ts";
import { type Commit, readCommit } from "../../git/plumbing/objects.ts";
import type { Repository } from "../../store/entities.ts";

/** The commit that a branch, tag, SHA or ref names. @throws ApiError 422, as GitHub answers for an unknown commit. */
export async function commitNamed(context: SandboxContext, repository: Repository, ref: string): Promise<Commit> {
  const sha = await context.git.resolve(repository, ref);
  const commit = sha === null ? null : await readCommit(context.git.at(repository), sha);
  if (commit === null) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return commit;
}

/** @throws ApiError 404 */
export async function shaNamed(context: SandboxContext, repository: Repository, ref: string): Promise<string> {
  const sha = await context.git.resolve(repository, ref);
  if (sha === null) throw notFound();
  return sha;
}

/** GitHub's words, as its clients have seen them, for a path it will not take. */
export function checkedPath(path: string, field: string): string {
  if (path.startsWith("/")) throw new ApiError(422, `${field} cannot start with a slash`);
  if (!isFilePath(path)) throw new ApiError(422, `${field} contains a malformed path component`);
  return path;
}
