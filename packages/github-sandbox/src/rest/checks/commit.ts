import { unprocessable } from "../../access/errors.ts";
import type { RepositoryScope } from "../../context.ts";

/** Returns the commit that `ref` names: a SHA, a branch or a tag. @throws ApiError 422 if there is none. */
export async function commitAt(scope: RepositoryScope, ref: string): Promise<string> {
  const sha = await scope.git.resolve(scope.repository, ref);
  if (sha === null) throw unprocessable("Commit", [], `No commit found for SHA: ${ref}`);
  return sha;
}
