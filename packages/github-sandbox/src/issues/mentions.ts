/** Finds the issues that a text names. https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls */
import type { RefSubscriber, RepositoryScope } from "../context.ts";
import type { Issue, Repository } from "../store/entities.ts";
import { recordEvent } from "./record-event.ts";

/** Returns the numbers of the repository's issues that the text names, as `#12` or `owner/repo#12`. */
function mentions(repository: Repository, text: string): number[] {
  const own = `${repository.owner}/${repository.name}`.toLowerCase();
  // The limits keep a long word from being read again from each of its dots.
  const found = [...text.matchAll(/(?<![\w#&/])([\w.-]{1,39}\/[\w.-]{1,100})?#(\d+)\b/g)];
  const numbers = found.flatMap(([, where, number]) =>
    where === undefined || where.toLowerCase() === own ? [Number(number)] : [],
  );
  return [...new Set(numbers)];
}

export interface CrossReference {
  source: Issue;
  byId: number;
  at: string;
}

/** Returns one for each other issue or pull of the repository that names this one, with the time when it first did. */
export function crossReferences(scope: RepositoryScope, issue: Issue): CrossReference[] {
  const { repository } = scope;
  const issues = scope.store.table("issues").filter((each) => each.repositoryId === repository.id);
  const comments = scope.store.table("comments").filter((each) => each.repositoryId === repository.id);
  return issues.flatMap((source) => {
    if (source.id === issue.id) return [];
    const texts = [source, ...comments.filter((comment) => comment.issueNumber === source.number)];
    const first = texts.find(({ body }) => mentions(repository, body ?? "").includes(issue.number));
    return first === undefined ? [] : [{ source, byId: first.userId, at: first.createdAt }];
  });
}

/** Records which issues the commits of a push name, once for each issue and commit. */
export const recordReferences: RefSubscriber = async (scope, { commits }) => {
  const { store, repository, initiator } = scope;
  const events = store.table("issueEvents");
  for (const { sha, message } of commits) {
    for (const number of mentions(repository, message)) {
      const issue = store.table("issues").find((each) => each.repositoryId === repository.id && each.number === number);
      const known = events.find(
        (each) =>
          each.commitId === sha &&
          each.repositoryId === repository.id &&
          each.issueNumber === number &&
          each.event === "referenced",
      );
      // A merge commit names its own pull, which has a `merged` event already.
      if (issue === undefined || store.table("pulls").get(issue.id)?.mergeSha === sha) continue;
      if (known === undefined) recordEvent(scope, issue, "referenced", initiator.user.id, { commitId: sha });
    }
  }
  return null;
};
