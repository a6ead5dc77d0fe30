import { unprocessable } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import type { Repository } from "../../store/entities.ts";

/** Returns the commit that `ref` names: a SHA, a branch or a tag. @throws ApiError 422 if there is none. */
export async function commitAt(context: SandboxContext, repository: Repository, ref: string): Promise<string> {
  const sha = await context.git.resolve(repository, ref);
  if (sha === null) throw unprocessable("Commit", [], `No commit found for SHA: ${ref}`);
  return sha;
}
