/** Renders announcements as GitHub's webhooks, with the payload at the moment of the announcement. */

import { scopeOf } from "../../context.ts";
import type { Announcement, DomainEvent } from "../../events/event.ts";
import type { User } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import type { WebhookEvent } from "../../store/webhook-event.ts";
import { renderRepository } from "../repository.ts";
import type { RenderContext, RenderScope } from "../site.ts";
import { renderOrganization, renderSimpleUser } from "../user.ts";
import { checkRunWebhook, checkSuiteWebhook, workflowJobWebhook, workflowRunWebhook } from "./checks.ts";
import { type Described, webhook } from "./described.ts";
import { dependenciesWebhook, issueCommentWebhook, issuesWebhook, labelWebhook, subIssuesWebhook } from "./issues.ts";
import { pullRequestWebhook } from "./pull-request.ts";
import { pushPayload } from "./push.ts";
import { reviewCommentWebhook, reviewThreadWebhook, reviewWebhook } from "./reviews.ts";
import { statusPayload } from "./status.ts";

export function renderAnnouncement(site: RenderContext, announcement: Announcement): WebhookEvent {
  const { initiator, toAppId } = announcement;
  const { user: sender, byJobToken } = initiator;
  const { event, action, payload } = described(scopeOf(site, announcement.repository), announcement, sender);
  // The caller's copy of the repository may be older than the stored one.
  const repository = site.store.table("repositories").get(announcement.repository.id) ?? announcement.repository;
  const owner = userById(site, repository.ownerId);
  return {
    repository: announcement.repository,
    event,
    action,
    payload: {
      ...(action === null ? {} : { action }),
      ...payload,
      repository: renderRepository(site, repository),
      ...(owner.type === "Organization" ? { organization: renderOrganization(site, owner) } : {}),
      sender: renderSimpleUser(site, sender),
    },
    sender,
    byJobToken,
    ...(toAppId === undefined ? {} : { toAppId }),
  };
}

function repositoryWebhook(event: Extract<DomainEvent, { event: "repository" }>): Described {
  switch (event.action) {
    case "renamed":
      return webhook("repository", event.action, { changes: { repository: { name: { from: event.from } } } });
    case "edited":
      return webhook("repository", event.action, { changes: { default_branch: { from: event.from } } });
    default:
      return webhook("repository", event.action, {});
  }
}

function described(scope: RenderScope, event: DomainEvent, sender: User): Described {
  const { repository } = scope;
  switch (event.event) {
    case "repository":
      return repositoryWebhook(event);
    case "push":
      return webhook("push", null, pushPayload(scope, event, sender));
    case "create": {
      const { name: ref, kind } = event;
      const about = { master_branch: repository.defaultBranch, description: repository.description };
      return webhook("create", null, { ref, ref_type: kind, pusher_type: "user", ...about });
    }
    case "delete":
      return webhook("delete", null, { ref: event.name, ref_type: event.kind, pusher_type: "user" });
    case "issues":
      return issuesWebhook(scope, event);
    case "label":
      return labelWebhook(scope, event);
    case "issue_comment":
      return issueCommentWebhook(scope, event);
    case "sub_issues":
      return subIssuesWebhook(scope, event);
    case "issue_dependencies":
      return dependenciesWebhook(scope, event);
    case "pull_request":
      return pullRequestWebhook(scope, event);
    case "pull_request_review":
      return reviewWebhook(scope, event);
    case "pull_request_review_comment":
      return reviewCommentWebhook(scope, event);
    case "pull_request_review_thread":
      return reviewThreadWebhook(scope, event);
    case "status":
      return webhook("status", null, statusPayload(scope, event));
    case "check_run":
      return checkRunWebhook(scope, event);
    case "check_suite":
      return checkSuiteWebhook(scope, event);
    case "workflow_run":
      return workflowRunWebhook(scope, event);
    case "workflow_job":
      return workflowJobWebhook(scope, event);
    case "workflow_dispatch": {
      const { inputs, ref, workflow } = event;
      return webhook("workflow_dispatch", null, { inputs, ref, workflow });
    }
  }
}
