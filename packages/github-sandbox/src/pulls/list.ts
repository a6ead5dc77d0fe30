/** Finds the pulls of a list. https://docs.github.com/en/rest/pulls/pulls#list-pull-requests */
import type { RepositoryScope, SandboxContext } from "../context.ts";
import type { Issue, Pull } from "../store/entities.ts";

type Query = Partial<Record<string, string>>;

/** Filters and sorts the repository's pulls by the query: `state`, `head`, `base`, `sort`, `direction`. */
export function listPulls(scope: RepositoryScope, query: Query): Pull[] {
  const { repository } = scope;
  const { state = "open", head, base, sort = "created" } = query;
  const direction = query.direction ?? (sort === "created" ? "desc" : "asc");
  // GitHub ignores a `head` that names no owner.
  const [, owner, branch] = /^([^:]+):(.+)$/.exec(head ?? "") ?? [];
  const issues = scope.store.table("issues");
  const rows = scope.store.table("pulls").filter((pull) => pull.repositoryId === repository.id);
  const pairs = rows.flatMap((pull) => {
    const issue = issues.get(pull.id);
    return issue === undefined ? [] : [{ pull, issue }];
  });
  const wanted = pairs.filter(
    ({ pull, issue }) =>
      (state === "all" || issue.state === state) &&
      (base === undefined || pull.baseRef === base) &&
      (branch === undefined || (pull.headRef === branch && owner?.toLowerCase() === repository.owner.toLowerCase())),
  );
  const sign = direction === "asc" ? 1 : -1;
  return wanted
    .sort((a, b) => sign * (compare(scope, sort, a.issue, b.issue) || a.issue.number - b.issue.number))
    .map(({ pull }) => pull);
}

function compare(context: SandboxContext, sort: string, a: Issue, b: Issue): number {
  switch (sort) {
    case "updated":
      return a.updatedAt.localeCompare(b.updatedAt);
    case "popularity":
      return comments(context, a) - comments(context, b);
    default:
      return a.createdAt.localeCompare(b.createdAt);
  }
}

function comments(context: SandboxContext, issue: Issue): number {
  const same = (each: { repositoryId: number; issueNumber: number }) =>
    each.repositoryId === issue.repositoryId && each.issueNumber === issue.number;
  return context.store.table("comments").filter(same).length;
}
