/** Events of an issue, oldest first. https://docs.github.com/en/rest/issues/events */
import type { SandboxContext } from "../../context.ts";
import { renderIssueEvent } from "../../render/issue.ts";
import { newRest, paginate, type Rest, scopeForAny } from "../kit.ts";
import { respond } from "../respond.ts";
import { conversation, issueAt } from "./find.ts";

export function issueEventRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/events", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    const issue = issueAt(http, scope);
    const events = context.store
      .table("issueEvents")
      .filter((event) => event.repositoryId === scope.repository.id && event.issueNumber === issue.number);
    return respond<"issues/list-events">(
      http,
      paginate(http, events).map((event) => renderIssueEvent(scope, event)),
    );
  });

  return rest;
}
