/** Says that something happened to a pull. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import { type ActionOf, type ExtraFields, webhook } from "../render/webhook.ts";
import type { Pull, Repository } from "../store/entities.ts";
import { renderFullPull } from "./facts.ts";

type PullAction = ActionOf<"pull_request">;

/** What the action adds to the pull, such as `before` and `after` of `synchronize`. */
export type PullExtraFields<Action extends PullAction> = ExtraFields<"pull_request", Action, "number" | "pull_request">;

/**
 * Prepares the announcement of what just happened and returns the function that makes it, so that a caller may first
 * make others that must come before.
 */
export async function preparePullAnnouncement<Action extends PullAction>(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  initiator: Initiator,
  more: PullExtraFields<Action>,
): Promise<() => void> {
  const pullRequest = await renderFullPull(context, repository, pull);
  const what = webhook("pull_request", "opened", { number: pull.number, pull_request: pullRequest });
  const { user: sender, byJobToken } = initiator;
  return () =>
    context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

export async function announcePull<Action extends PullAction>(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  initiator: Initiator,
  more: PullExtraFields<Action>,
): Promise<void> {
  (await preparePullAnnouncement(context, repository, pull, action, initiator, more))();
}

/** Like `preparePullAnnouncement`, for an event that tells of the pull's head: what was told is remembered. */
export async function prepareHeadAnnouncement<Action extends "opened" | "synchronize" | "reopened">(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  initiator: Initiator,
  more: PullExtraFields<Action>,
): Promise<() => void> {
  const announce = await preparePullAnnouncement(context, repository, pull, action, initiator, more);
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
  (await prepareHeadAnnouncement(context, repository, pull, action, initiator, {}))();
}
