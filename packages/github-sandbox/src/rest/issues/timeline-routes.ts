/** The timeline of an issue, oldest first. https://docs.github.com/en/rest/issues/timeline */

import { type RepositoryScope, type SandboxContext, scopeOf } from "../../context.ts";
import { crossReferences } from "../../issues/mentions.ts";
import { renderIssueComment, renderIssueEvent, renderPlacedIssue } from "../../render/issue.ts";
import type { Schema } from "../../render/site.ts";
import { renderSimpleUser } from "../../render/user.ts";
import type { Issue } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { newRest, paginate, type Rest } from "../kit.ts";
import { respond } from "../respond.ts";
import { issueOfPath } from "./links/linked.ts";

interface Entry {
  at: string;
  shown: object;
}

export function timelineRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/timeline", (http) => {
    const { repository, issue } = issueOfPath(http, context, "read");
    const scope = scopeOf(context, repository);
    const sources = [eventsOf, commentsOn, mentionsOf];
    // Sorting is stable: entries of one second keep the order in which they were stored.
    const entries = sources.flatMap((source) => source(scope, issue)).sort((a, b) => a.at.localeCompare(b.at));
    return respond<"issues/list-events-for-timeline">(
      http,
      paginate(http, entries).map((entry) => entry.shown),
    );
  });
  return rest;
}

function eventsOf(scope: RepositoryScope, issue: Issue): Entry[] {
  return scope.store
    .table("issueEvents")
    .filter((event) => event.repositoryId === scope.repository.id && event.issueNumber === issue.number)
    .map((event) => ({ at: event.createdAt, shown: renderIssueEvent(scope, event) }));
}

function commentsOn(scope: RepositoryScope, issue: Issue): Entry[] {
  return scope.store
    .table("comments")
    .filter((comment) => comment.repositoryId === scope.repository.id && comment.issueNumber === issue.number)
    .map((comment) => ({
      at: comment.createdAt,
      shown: {
        ...renderIssueComment(scope, comment),
        event: "commented",
        actor: renderSimpleUser(scope, userById(scope, comment.userId)),
      } satisfies Schema<"timeline-comment-event">,
    }));
}

function mentionsOf(scope: RepositoryScope, issue: Issue): Entry[] {
  return crossReferences(scope, issue).map(({ source, byId, at }) => ({
    at,
    shown: {
      event: "cross-referenced",
      actor: renderSimpleUser(scope, userById(scope, byId)),
      created_at: at,
      updated_at: at,
      source: { type: "issue", issue: renderPlacedIssue(scope, { issue: source, repository: scope.repository }) },
    } satisfies Schema<"timeline-cross-referenced-event">,
  }));
}
