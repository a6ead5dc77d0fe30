/** Says that something happened to a pull. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
import type { Hub } from "../hub.ts";
import type { By } from "../rest/issues/changes.ts";
import type { Pull, Repository } from "../world/entities.ts";
import { renderPull } from "./facts.ts";

/**
 * Prepares the announcement of what just happened and returns the function that makes it, so that a caller may first
 * make others that must come before.
 * @param more What the action adds, such as `before` and `after` of `synchronize`.
 */
export async function preparedPullEvent(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  action: string,
  by: By,
  more: Record<string, unknown> = {},
): Promise<() => void> {
  const payload = { number: pull.number, pull_request: await renderPull(hub, repository, pull), ...more };
  const { user: sender, byJobToken } = by;
  return () => hub.announce({ repository, event: "pull_request", action, payload, sender, byJobToken });
}

export async function tellPull(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  action: string,
  by: By,
  more: Record<string, unknown> = {},
): Promise<void> {
  (await preparedPullEvent(hub, repository, pull, action, by, more))();
}

/** Like `preparedPullEvent`, for an event that tells of the pull's head: what was told is remembered. */
export async function preparedHead(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  action: "opened" | "synchronize" | "reopened",
  by: By,
  more: Record<string, unknown> = {},
): Promise<() => void> {
  const tell = await preparedPullEvent(hub, repository, pull, action, by, more);
  return () => {
    tell();
    const stored = hub.world.table("pulls").get(pull.id);
    if (stored !== undefined) hub.world.table("pulls").put({ ...stored, toldSha: pull.headSha });
  };
}

export async function tellHead(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  action: "opened" | "reopened",
  by: By,
): Promise<void> {
  (await preparedHead(hub, repository, pull, action, by))();
}
