/** Says that something happened to a pull. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
import type { SandboxContext } from "../context.ts";
import { type ActionOf, type Besides, told } from "../render/told.ts";
import type { By } from "../rest/issues/changes.ts";
import type { Pull, Repository } from "../store/entities.ts";
import { renderFullPull } from "./facts.ts";

type PullAction = ActionOf<"pull_request">;

/** What the action adds to the pull, such as `before` and `after` of `synchronize`. */
export type PullBesides<Action extends PullAction> = Besides<"pull_request", Action, "number" | "pull_request">;

/**
 * Prepares the announcement of what just happened and returns the function that makes it, so that a caller may first
 * make others that must come before.
 */
export async function preparedPullEvent<Action extends PullAction>(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  by: By,
  more: PullBesides<Action>,
): Promise<() => void> {
  const pullRequest = await renderFullPull(context, repository, pull);
  const what = told("pull_request", "opened", { number: pull.number, pull_request: pullRequest });
  const { user: sender, byJobToken } = by;
  return () =>
    context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

export async function tellPull<Action extends PullAction>(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  by: By,
  more: PullBesides<Action>,
): Promise<void> {
  (await preparedPullEvent(context, repository, pull, action, by, more))();
}

/** Like `preparedPullEvent`, for an event that tells of the pull's head: what was told is remembered. */
export async function preparedHead<Action extends "opened" | "synchronize" | "reopened">(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: Action,
  by: By,
  more: PullBesides<Action>,
): Promise<() => void> {
  const tell = await preparedPullEvent(context, repository, pull, action, by, more);
  return () => {
    tell();
    const stored = context.store.table("pulls").get(pull.id);
    if (stored !== undefined) context.store.table("pulls").put({ ...stored, toldSha: pull.headSha });
  };
}

export async function tellHead(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  action: "opened" | "reopened",
  by: By,
): Promise<void> {
  (await preparedHead(context, repository, pull, action, by, {}))();
}
