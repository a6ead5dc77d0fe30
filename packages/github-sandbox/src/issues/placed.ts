/** Finds an issue with its repository, since links cross the repositories of one owner. */
import type { SandboxContext } from "../context.ts";
import type { PlacedIssue } from "../store/issue-links.ts";

export function placedIssue(context: SandboxContext, id: number): PlacedIssue | null {
  const issue = context.store.table("issues").get(id);
  const repository = context.store.table("repositories").get(issue?.repositoryId ?? 0);
  return issue === undefined || repository === undefined ? null : { issue, repository };
}
