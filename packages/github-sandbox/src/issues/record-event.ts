/** Records what happened to an issue, for its list of events and its timeline. */
import type { SandboxContext } from "../context.ts";
import type { Issue, IssueEvent } from "../store/entities.ts";

type Facts = Partial<Pick<IssueEvent, "label" | "commitId" | "relatedId">>;

/** Synchronous, so it can be part of a transaction. */
export function recordEvent(
  context: Pick<SandboxContext, "store">,
  issue: Issue,
  event: IssueEvent["event"],
  actorId: number,
  facts: Facts = {},
): void {
  context.store.table("issueEvents").put({
    id: context.store.nextId(),
    repositoryId: issue.repositoryId,
    issueNumber: issue.number,
    event,
    actorId,
    label: null,
    commitId: null,
    relatedId: null,
    ...facts,
    createdAt: context.store.now(),
  });
}
