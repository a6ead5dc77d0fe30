/** Announces what happened to a pull. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { PullChange } from "../events/event.ts";
import type { Pull, Repository } from "../store/entities.ts";
import { factsOf, issueOf } from "./facts.ts";

/**
 * Finds out the facts of what just happened and returns the function that announces it, so that a caller may first
 * make other announcements that must come before.
 */
export async function preparePullAnnouncement(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  change: PullChange,
  initiator: Initiator,
): Promise<() => void> {
  const facts = await factsOf(context, repository, pull);
  const issue = issueOf(context, pull);
  return () => context.announce({ repository, initiator, event: "pull_request", pull, issue, facts, ...change });
}

export async function announcePull(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  change: PullChange,
  initiator: Initiator,
): Promise<void> {
  (await preparePullAnnouncement(context, repository, pull, change, initiator))();
}

/** Announces where the head is. */
type HeadChange = { action: "opened" | "reopened" } | { action: "synchronize"; before: string; after: string };

/** Like `preparePullAnnouncement`, and remembers that the head was announced (`recover.ts` announces others). */
export async function prepareHeadAnnouncement(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  change: HeadChange,
  initiator: Initiator,
): Promise<() => void> {
  const announce = await preparePullAnnouncement(context, repository, pull, change, initiator);
  return () => {
    announce();
    const stored = context.store.table("pulls").get(pull.id);
    if (stored !== undefined) context.store.table("pulls").put({ ...stored, toldSha: pull.headSha });
  };
}

export async function announceHead(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: "opened" | "reopened",
  initiator: Initiator,
): Promise<void> {
  (await prepareHeadAnnouncement(context, repository, pull, { action }, initiator))();
}
