/** Issues that are parts of others. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues */
import type { Hub } from "../../hub.ts";
import { issue as renderIssue } from "../../shapes/issue.ts";
import { repository as renderRepository } from "../../shapes/repository.ts";
import type { Issue, Repository } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import { unprocessable } from "../kit.ts";
import type { By } from "./changes.ts";

/** https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues: so many to one parent. */
const mostParts = 100;

export function parentOf(world: World, issue: Issue): Issue | null {
  const part = world.table("subIssues").get(issue.id);
  return part === undefined ? null : (world.table("issues").get(part.parentId) ?? null);
}

/** In the order they were added. */
export function subIssuesOf(world: World, parent: Issue): Issue[] {
  return world
    .table("subIssues")
    .filter((each) => each.parentId === parent.id)
    .sort((one, other) => one.addedAt.localeCompare(other.addedAt))
    .flatMap(({ id }) => world.table("issues").get(id) ?? []);
}

/** @throws ApiError 422 for a part that has a parent, is its own ancestor, or is one too many. */
export function addSubIssue(
  hub: Hub,
  repository: Repository,
  parent: Issue,
  part: Issue,
  replaceParent: boolean,
  by: By,
): void {
  const { world } = hub;
  const refuse = (message: string) => unprocessable("SubIssue", [{ code: "custom", message }]);
  const present = parentOf(world, part);
  if (present?.id === parent.id) throw refuse("Issue may not contain duplicate sub-issues");
  if (present !== null && !replaceParent) throw refuse("Sub issue may only have one parent");
  for (let above: Issue | null = parent; above !== null; above = parentOf(world, above)) {
    if (above.id === part.id) throw refuse("Sub issues may not create a circular dependency");
  }
  if (subIssuesOf(world, parent).length >= mostParts) throw refuse("Parent cannot have more than 100 sub-issues");
  world.table("subIssues").put({ id: part.id, parentId: parent.id, addedAt: hub.clock.now().toISOString() });
  tell(hub, repository, parent, part, by);
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#sub_issues */
function tell(hub: Hub, repository: Repository, parent: Issue, part: Issue, by: By): void {
  const partRepository = hub.world.table("repositories").get(part.repositoryId) ?? repository;
  const common = {
    parent_issue_id: parent.id,
    parent_issue: renderIssue(hub, repository, parent),
    sub_issue_id: part.id,
    sub_issue: renderIssue(hub, partRepository, part),
  };
  const { user: sender, byJobToken } = by;
  const event = "sub_issues";
  const added = { ...common, sub_issue_repo: renderRepository(hub, partRepository) };
  hub.announce({ repository, event, action: "sub_issue_added", payload: added, sender, byJobToken });
  const parentAdded = { ...common, parent_issue_repo: renderRepository(hub, repository) };
  const at = partRepository;
  hub.announce({ repository: at, event, action: "parent_issue_added", payload: parentAdded, sender, byJobToken });
}
