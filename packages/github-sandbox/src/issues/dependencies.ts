/** Makes issues block others. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/creating-issue-dependencies */
import { notFound, unprocessable } from "../access/errors.ts";
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { PlacedIssue } from "../store/issue-links.ts";
import type { Store } from "../store/store.ts";
import { recordEvent } from "./record-event.ts";

const mostBlockers = 50;

/** Returns the ids of the issues that block this one. */
export function blockersOf(store: Store, id: number): number[] {
  return store
    .table("issueDependencies")
    .filter((link) => link.blockedId === id)
    .map((link) => link.blockingId);
}

/** Returns the ids of the issues that this one blocks. */
export function blockedBy(store: Store, id: number): number[] {
  return store
    .table("issueDependencies")
    .filter((link) => link.blockingId === id)
    .map((link) => link.blockedId);
}

const linkId = (blocked: PlacedIssue, blocking: PlacedIssue) => `${blocked.issue.id}:${blocking.issue.id}`;

/** Adds a blocker. @throws ApiError 422 for one that is there, closes a cycle or is one too many. */
export function addBlocker(
  context: SandboxContext,
  blocked: PlacedIssue,
  blocking: PlacedIssue,
  initiator: Initiator,
): void {
  const { store } = context;
  const links = store.table("issueDependencies");
  const id = linkId(blocked, blocking);
  if (links.get(id) !== undefined) throw refused("Issue is already blocked by this issue");
  if (waitsFor(store, blocking.issue.id, blocked.issue.id)) throw refused("Dependency would create a cycle");
  if (blockersOf(store, blocked.issue.id).length >= mostBlockers) {
    throw refused(`Issue cannot be blocked by more than ${mostBlockers} issues`);
  }
  links.put({ id, blockedId: blocked.issue.id, blockingId: blocking.issue.id });
  announce(context, blocked, blocking, "added", initiator);
}

/** Removes a blocker. @throws ApiError 404 for an issue that is none. */
export function removeBlocker(
  context: SandboxContext,
  blocked: PlacedIssue,
  blocking: PlacedIssue,
  initiator: Initiator,
): void {
  const links = context.store.table("issueDependencies");
  const id = linkId(blocked, blocking);
  if (links.get(id) === undefined) throw notFound();
  links.remove(id);
  announce(context, blocked, blocking, "removed", initiator);
}

function refused(message: string) {
  return unprocessable("IssueDependency", [{ code: "custom", message }]);
}

function waitsFor(store: Store, id: number, other: number, seen = new Set<number>()): boolean {
  if (id === other) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return blockersOf(store, id).some((blocker) => waitsFor(store, blocker, other, seen));
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_dependencies */
function announce(
  context: SandboxContext,
  blocked: PlacedIssue,
  blocking: PlacedIssue,
  change: "added" | "removed",
  initiator: Initiator,
): void {
  recordEvent(context, blocked.issue, `blocked_by_${change}`, initiator.user.id, { relatedId: blocking.issue.id });
  recordEvent(context, blocking.issue, `blocking_${change}`, initiator.user.id, { relatedId: blocked.issue.id });
  const linked = { initiator, event: "issue_dependencies", blocked, blocking } as const;
  context.announce({ ...linked, repository: blocked.repository, action: `blocked_by_${change}` });
  context.announce({ ...linked, repository: blocking.repository, action: `blocking_${change}` });
}
