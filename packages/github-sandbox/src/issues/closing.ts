/**
 * Closes the issues that a merged pull names with a keyword, or a commit that reaches the default branch.
 * https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
import type { ActingScope, RefSubscriber } from "../context.ts";
import { branchOf } from "../git/plumbing/names.ts";
import type { Repository } from "../store/entities.ts";
import { closeIssue } from "./state.ts";

const keyword = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi;

/** Returns the numbers of this repository's issues that the text closes. */
export function closedNumbers(repository: Repository, text: string): number[] {
  const own = `${repository.owner}/${repository.name}`.toLowerCase();
  const found = [...text.matchAll(keyword)].filter(([, where]) => where === undefined || where.toLowerCase() === own);
  return [...new Set(found.map(([, , number]) => Number(number)))];
}

/** Closes the open issues that the texts name with a keyword. Pulls stay open. */
export function closeMentioned(scope: ActingScope, texts: readonly string[]): void {
  const { repository } = scope;
  for (const number of new Set(texts.flatMap((text) => closedNumbers(repository, text)))) {
    const issue = scope.store
      .table("issues")
      .find((each) => each.repositoryId === repository.id && each.number === number && !each.isPull);
    if (issue?.state === "open") closeIssue(scope, issue, "completed");
  }
}

export const closeIssuesOfPush: RefSubscriber = async (scope, { moved, commits }) => {
  if (branchOf(moved.ref) !== scope.repository.defaultBranch) return null;
  const messages = commits.map(({ message }) => message);
  return async () => closeMentioned(scope, messages);
};
