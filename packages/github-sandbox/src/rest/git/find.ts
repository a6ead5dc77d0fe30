/** Finds commits by the names in a path or a body, and answers with GitHub's error otherwise. */

import { ApiError, notFound } from "../../access/errors.ts";
import type { RepositoryScope } from "../../context.ts";
import { isFilePath } from "../../git/plumbing/names.ts";
import { type Commit, readCommit } from "../../git/plumbing/objects.ts";

/** Returns the commit that a branch, tag, SHA or ref names. @throws ApiError 422 */
export async function commitNamed(scope: RepositoryScope, ref: string): Promise<Commit> {
  const { repository } = scope;
  const sha = await scope.git.resolve(repository, ref);
  const commit = sha === null ? null : await readCommit(scope.git.at(repository), sha);
  if (commit === null) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return commit;
}

/** Returns the SHA of the commit that `ref` names. @throws ApiError 404 */
export async function shaNamed(scope: RepositoryScope, ref: string): Promise<string> {
  const sha = await scope.git.resolve(scope.repository, ref);
  if (sha === null) throw notFound();
  return sha;
}

/** Returns the path if git takes it. @throws ApiError with GitHub's message, as clients have quoted it. */
export function checkedPath(path: string, field: string): string {
  if (path.startsWith("/")) throw new ApiError(422, `${field} cannot start with a slash`);
  if (!isFilePath(path)) throw new ApiError(422, `${field} contains a malformed path component`);
  return path;
}
