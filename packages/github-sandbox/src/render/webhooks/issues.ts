/** Renders the webhooks of issues, labels, comments, sub-issues and dependencies. */

import type {
  DependenciesEvent,
  IssueCommentEvent,
  IssuesEvent,
  LabelEvent,
  SubIssuesEvent,
} from "../../events/event.ts";
import { renderIssue, renderIssueComment, renderLabel, renderPlacedIssue } from "../issue.ts";
import { renderRepository } from "../repository.ts";
import type { RenderContext, RenderScope } from "../site.ts";
import { renderSimpleUser } from "../user.ts";
import { type Described, webhook } from "./described.ts";

export function issuesWebhook(scope: RenderScope, event: IssuesEvent): Described {
  const issue = renderIssue(scope, event.issue);
  switch (event.action) {
    case "edited":
      return webhook("issues", event.action, { issue, changes: event.changes });
    case "labeled":
    case "unlabeled":
      return webhook("issues", event.action, { issue, label: renderLabel(scope, event.label) });
    case "assigned":
    case "unassigned":
      return webhook("issues", event.action, { issue, assignee: renderSimpleUser(scope, event.assignee) });
    default:
      return webhook("issues", event.action, { issue });
  }
}

export function labelWebhook(scope: RenderScope, event: LabelEvent): Described {
  const label = renderLabel(scope, event.label);
  if (event.action === "edited") return webhook("label", event.action, { label, changes: event.changes });
  return webhook("label", event.action, { label });
}

export function issueCommentWebhook(scope: RenderScope, event: IssueCommentEvent): Described {
  const issue = renderIssue(scope, event.issue);
  const comment = renderIssueComment(scope, event.comment);
  if (event.action === "edited") {
    return webhook("issue_comment", event.action, { issue, comment, changes: event.changes });
  }
  return webhook("issue_comment", event.action, { issue, comment });
}

/** Renders the webhook that both issues' repositories get. Each names the other repository. */
export function subIssuesWebhook(site: RenderContext, { action, parent, child }: SubIssuesEvent): Described {
  const both = {
    parent_issue_id: parent.issue.id,
    parent_issue: renderPlacedIssue(site, parent),
    sub_issue_id: child.issue.id,
    sub_issue: renderPlacedIssue(site, child),
  };
  if (action === "sub_issue_added" || action === "sub_issue_removed") {
    return webhook("sub_issues", action, { ...both, sub_issue_repo: renderRepository(site, child.repository) });
  }
  return webhook("sub_issues", action, { ...both, parent_issue_repo: renderRepository(site, parent.repository) });
}

/** Renders the webhook that both issues' repositories get. Each names the other repository. */
export function dependenciesWebhook(site: RenderContext, { action, blocked, blocking }: DependenciesEvent): Described {
  const both = {
    blocked_issue_id: blocked.issue.id,
    blocked_issue: renderPlacedIssue(site, blocked),
    blocking_issue_id: blocking.issue.id,
    blocking_issue: renderPlacedIssue(site, blocking),
  };
  if (action === "blocked_by_added" || action === "blocked_by_removed") {
    const blocker = { blocking_issue_repo: renderRepository(site, blocking.repository) };
    return webhook("issue_dependencies", action, { ...both, ...blocker });
  }
  return webhook("issue_dependencies", action, {
    ...both,
    blocked_issue_repo: renderRepository(site, blocked.repository),
  });
}
