/** Renders the webhook of pulls. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */

import type { PullRequestEvent } from "../../events/event.ts";
import { renderLabel } from "../issue.ts";
import { renderPullRequest } from "../pulls/pull.ts";
import type { RenderScope } from "../site.ts";
import { renderSimpleUser } from "../user.ts";
import { type Described, webhook } from "./described.ts";

export function pullRequestWebhook(scope: RenderScope, event: PullRequestEvent): Described {
  const { pull } = event;
  const common = { number: pull.number, pull_request: renderPullRequest(scope, event) };
  switch (event.action) {
    case "synchronize": {
      const { before, after } = event;
      return webhook("pull_request", event.action, { ...common, before, after });
    }
    case "edited":
      return webhook("pull_request", event.action, { ...common, changes: event.changes });
    case "labeled":
    case "unlabeled":
      return webhook("pull_request", event.action, { ...common, label: renderLabel(scope, event.label) });
    case "assigned":
    case "unassigned":
      return webhook("pull_request", event.action, { ...common, assignee: renderSimpleUser(scope, event.assignee) });
    case "review_requested":
    case "review_request_removed": {
      const reviewer = renderSimpleUser(scope, event.reviewer);
      return webhook("pull_request", event.action, { ...common, requested_reviewer: reviewer });
    }
    case "auto_merge_disabled":
      return webhook("pull_request", event.action, { ...common, reason: event.reason });
    default:
      return webhook("pull_request", event.action, common);
  }
}
