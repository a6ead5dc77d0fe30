/** Writes down what happened to an issue, for its list of events and its timeline. */
import type { Hub } from "../../hub.ts";
import type { Issue, IssueEvent } from "../../world/entities.ts";

type Facts = Partial<Pick<IssueEvent, "label" | "commitId" | "relatedId">>;

/** Synchronous, so it can be part of a transaction. */
export function recordEvent(
  hub: Pick<Hub, "world">,
  issue: Issue,
  event: IssueEvent["event"],
  actorId: number,
  facts: Facts = {},
): void {
  hub.world.table("issueEvents").put({
    id: hub.world.nextId(),
    repositoryId: issue.repositoryId,
    issueNumber: issue.number,
    event,
    actorId,
    label: null,
    commitId: null,
    relatedId: null,
    ...facts,
    createdAt: hub.world.now(),
  });
}
