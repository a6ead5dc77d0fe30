/** Finds the issues of a list. https://docs.github.com/en/rest/issues/issues#list-repository-issues */
import type { RepositoryScope } from "../context.ts";
import type { Issue } from "../store/entities.ts";

type Query = Partial<Record<string, string>>;

/** Lists the issues of a query, newest first unless it sets another order. */
export function listIssues(scope: RepositoryScope, query: Query): Issue[] {
  const state = query.state ?? "open";
  const labels = (query.labels ?? "").split(",").filter((name) => name !== "");
  const since = query.since === undefined ? null : Date.parse(query.since);
  const login = (id: number) => scope.store.table("users").get(id)?.login.toLowerCase();
  const key = query.sort === "updated" ? "updatedAt" : "createdAt";
  const sign = query.direction === "asc" ? 1 : -1;
  const has = (issue: Issue, name: string) => issue.labels.some((each) => each.toLowerCase() === name.toLowerCase());
  return scope.store
    .table("issues")
    .filter(
      (issue) =>
        issue.repositoryId === scope.repository.id &&
        (state === "all" || issue.state === state) &&
        labels.every((name) => has(issue, name)) &&
        (since === null || Date.parse(issue.updatedAt) >= since) &&
        (query.creator === undefined || login(issue.userId) === query.creator.toLowerCase()) &&
        (query.assignee === undefined || isAssigned(issue, query.assignee.toLowerCase(), login)),
    )
    .sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.number - b.number));
}

function isAssigned(issue: Issue, wanted: string, login: (id: number) => string | undefined): boolean {
  if (wanted === "none") return issue.assigneeIds.length === 0;
  if (wanted === "*") return issue.assigneeIds.length > 0;
  return issue.assigneeIds.some((id) => login(id) === wanted);
}
