/** Announces what happened to a pull. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
import { type ActingScope, announce } from "../context.ts";
import type { PullChange } from "../events/event.ts";
import type { Pull } from "../store/entities.ts";
import { factsOf, issueOf } from "./facts.ts";

/**
 * Finds out the facts of what just happened and returns the function that announces it. So a caller can make other
 * announcements first, such as the `push`.
 */
export async function preparePullAnnouncement(scope: ActingScope, pull: Pull, change: PullChange): Promise<() => void> {
  const facts = await factsOf(scope, pull);
  const issue = issueOf(scope, pull);
  return () => announce(scope, { event: "pull_request", pull, issue, facts, ...change });
}

export async function announcePull(scope: ActingScope, pull: Pull, change: PullChange): Promise<void> {
  (await preparePullAnnouncement(scope, pull, change))();
}

/** The changes that announce a head. */
type HeadChange = { action: "opened" | "reopened" } | { action: "synchronize"; before: string; after: string };

/** Also stores that the head was announced. `recover.ts` announces heads that were not. */
export async function prepareHeadAnnouncement(scope: ActingScope, pull: Pull, change: HeadChange): Promise<() => void> {
  const announce = await preparePullAnnouncement(scope, pull, change);
  return () => {
    announce();
    const stored = scope.store.table("pulls").get(pull.id);
    if (stored !== undefined) scope.store.table("pulls").put({ ...stored, toldSha: pull.headSha });
  };
}

export async function announceHead(scope: ActingScope, pull: Pull, action: "opened" | "reopened"): Promise<void> {
  (await prepareHeadAnnouncement(scope, pull, { action }))();
}
