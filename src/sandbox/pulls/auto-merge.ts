/**
 * Merging a pull as soon as it may be. GitHub offers it in GraphQL only.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/automatically-merging-a-pull-request
 */
import type { Hub } from "../hub.ts";
import type { By } from "../rest/issues/changes.ts";
import { ApiError } from "../rest/kit.ts";
import type { AutoMerge, Pull, Repository } from "../world/entities.ts";
import { factsOf, isOpen } from "./facts.ts";
import { tellPull } from "./tell.ts";

export interface AutoMergeOrder {
  method: AutoMerge["method"];
  /** In place of GitHub's own words. */
  title: string | null;
  message: string | null;
  /** The head this order is given for; null: whichever. */
  expectedHead: string | null;
}

const refused = (message: string) => new ApiError(422, message);

/** @throws ApiError 422 for a pull that could be merged at once, as GitHub says it: https://github.com/cli/cli/issues/8792 */
export async function enableAutoMerge(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  order: AutoMergeOrder,
  by: By,
): Promise<void> {
  if (!isOpen(hub, pull)) throw refused("Can't enable auto-merge for this pull request.");
  if (order.expectedHead !== null && order.expectedHead !== pull.headSha) {
    throw refused("Head branch was modified. Review and try the merge again.");
  }
  const { mergeableState } = await factsOf(hub, repository, pull);
  if (mergeableState === "clean") throw refused("Pull request Pull request is in clean status");
  hub.world.table("autoMerges").put({
    id: pull.id,
    method: order.method,
    title: order.title,
    message: order.message,
    enabledById: by.user.id,
    byJobToken: by.byJobToken,
    enabledAt: hub.world.now(),
  });
  await tellPull(hub, repository, pull, "auto_merge_enabled", by);
}

/** @throws ApiError 422 when there is nothing to disable. */
export async function disableAutoMerge(hub: Hub, repository: Repository, pull: Pull, by: By): Promise<void> {
  const table = hub.world.table("autoMerges");
  if (table.get(pull.id) === undefined) throw refused("Can't disable auto-merge for this pull request.");
  table.remove(pull.id);
  await tellPull(hub, repository, pull, "auto_merge_disabled", by, { reason: "" });
}
