/** What happened to an issue, oldest first. https://docs.github.com/en/rest/issues/events */
import type { Hub } from "../../hub.ts";
import { issueEvent as render } from "../../shapes/issue.ts";
import { newRest, paginate, type Rest, repositoryForAny } from "../kit.ts";
import { respond } from "../respond.ts";
import { conversation, issueAt } from "./find.ts";

export function issueEventRoutes(hub: Hub): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/events", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    const issue = issueAt(context, hub, repository);
    const events = hub.world
      .table("issueEvents")
      .filter((event) => event.repositoryId === repository.id && event.issueNumber === issue.number);
    return respond<"issues/list-events">(
      context,
      paginate(context, events).map((event) => render(hub, repository, event)),
    );
  });

  return rest;
}
