/** Renders how many sub-issues and dependencies an issue has, and how many of them are open. */
import { scopeOf } from "../context.ts";
import type { Issue } from "../store/entities.ts";
import { type RenderContext, repositoryApi, type Schema } from "./site.ts";

export function linksOf(site: RenderContext, entity: Issue) {
  const { store } = site;
  const issues = store.table("issues");
  const isOpen = (id: number) => issues.get(id)?.state === "open";
  const children = store.table("subIssues").filter((each) => each.parentId === entity.id);
  const completed = children.filter((each) => !isOpen(each.id)).length;
  const dependencies = store.table("issueDependencies");
  const blockers = dependencies.filter((each) => each.blockedId === entity.id).map((each) => each.blockingId);
  const blocked = dependencies.filter((each) => each.blockingId === entity.id).map((each) => each.blockedId);
  return {
    sub_issues_summary: {
      total: children.length,
      completed,
      percent_completed: children.length === 0 ? 0 : Math.floor((100 * completed) / children.length),
    } satisfies Schema<"sub-issues-summary">,
    issue_dependencies_summary: {
      blocked_by: blockers.filter(isOpen).length,
      blocking: blocked.filter(isOpen).length,
      total_blocked_by: blockers.length,
      total_blocking: blocked.length,
    } satisfies Schema<"issue-dependencies-summary">,
    ...parentPart(site, entity),
  };
}

function parentPart(site: RenderContext, entity: Issue) {
  const parent = site.store.table("issues").get(site.store.table("subIssues").get(entity.id)?.parentId ?? 0);
  const repository = site.store.table("repositories").get(parent?.repositoryId ?? 0);
  if (parent === undefined || repository === undefined) return {};
  return { parent_issue_url: `${repositoryApi(scopeOf(site, repository))}/issues/${parent.number}` };
}
