/** Finds an issue together with its repository: links cross the repositories of one owner. */
import type { SandboxContext } from "../context.ts";
import { renderIssue } from "../render/issue.ts";
import type { Issue, Repository } from "../store/entities.ts";

export interface PlacedIssue {
  issue: Issue;
  repository: Repository;
}

export function placedIssue(context: SandboxContext, id: number): PlacedIssue | null {
  const issue = context.store.table("issues").get(id);
  const repository = context.store.table("repositories").get(issue?.repositoryId ?? 0);
  return issue === undefined || repository === undefined ? null : { issue, repository };
}

export function shown(context: SandboxContext, { issue, repository }: PlacedIssue) {
  return renderIssue(context, repository, context.store.table("issues").get(issue.id) ?? issue);
}
