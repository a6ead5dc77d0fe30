/**
 * Enables and disables auto-merge, and makes pulls drafts or ready for review. GitHub switches both in GraphQL only
 * (`enablePullRequestAutoMerge`, `convertPullRequestToDraft`, …); the merge itself is in `merge/when-ready.ts`.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/automatically-merging-a-pull-request
 */

import { ApiError } from "../access/errors.ts";
import type { ActingScope } from "../context.ts";
import type { AutoMerge, Pull } from "../store/entities.ts";
import { announcePull } from "./announce.ts";
import { isOpen, mergeableState } from "./facts.ts";
import { touchIssue } from "./follow.ts";
import { methodRefusal } from "./merge/commits.ts";
import { testMerge } from "./mergeability.ts";

export interface AutoMergeOrder extends Pick<AutoMerge, "method" | "title" | "message"> {
  /** The head that may be merged. Left out: any. */
  expectedHead?: string | null;
}

const refused = (message: string) => new ApiError(422, message);

/**
 * Merges the pull once its base allows it. Callers check that the user may write contents.
 * @throws ApiError 422 in the words that GitHub's GraphQL errors have.
 */
export async function enableAutoMerge(scope: ActingScope, pull: Pull, order: AutoMergeOrder): Promise<void> {
  const { repository, initiator } = scope;
  if (!repository.allowAutoMerge) throw refused("Auto merge is not allowed for this repository");
  if (!isOpen(scope, pull)) throw refused("Can't enable auto-merge for this pull request");
  // Drafts and auto-merge exclude each other: https://github.com/microsoft/vscode-pull-request-github/issues/3755
  if (pull.draft) throw refused("Pull request Pull request is in draft status");
  const method = methodRefusal(repository, order.method);
  if (method !== null) throw refused(method);
  if ((order.expectedHead ?? pull.headSha) !== pull.headSha) {
    throw refused("Head branch was modified. Review and try the merge again.");
  }
  // Refuses a pull that can be merged now: https://github.com/peter-evans/enable-pull-request-automerge/issues/343
  const tested = await testMerge(scope, pull);
  const state = tested === null ? "unknown" : await mergeableState(scope, tested);
  if (state === "clean" || state === "unstable") throw refused(`Pull request Pull request is in ${state} status`);
  scope.store.table("autoMerges").put({
    id: pull.id,
    enabledById: initiator.user.id,
    byJobToken: initiator.byJobToken,
    method: order.method,
    title: order.title,
    message: order.message,
    enabledAt: scope.store.now(),
  });
  await announcePull(scope, scope.store.table("pulls").get(pull.id) ?? pull, { action: "auto_merge_enabled" });
}

/** @param reason For the webhook. @throws ApiError 422 if it is not enabled. */
export async function disableAutoMerge(
  scope: ActingScope,
  pull: Pull,
  reason = "Auto-merge was disabled by a user",
): Promise<void> {
  if (!isOpen(scope, pull) || scope.store.table("autoMerges").get(pull.id) === undefined) {
    throw refused("Can't disable auto-merge for this pull request");
  }
  scope.store.table("autoMerges").remove(pull.id);
  await announcePull(scope, pull, { action: "auto_merge_disabled", reason });
}

/**
 * Makes the pull a draft or ready for review. Changes nothing if it is so already. A draft loses its auto-merge
 * (https://github.com/reitermarkus/automerge/issues/1525). @throws ApiError 422 if the pull is closed.
 */
export async function setDraft(scope: ActingScope, pull: Pull, draft: boolean): Promise<void> {
  if (!isOpen(scope, pull)) throw refused("Pull request is closed");
  const stored = scope.store.table("pulls").get(pull.id) ?? pull;
  if (stored.draft === draft) return;
  const changed = scope.store.transaction(() => {
    touchIssue(scope, pull, {});
    if (draft) scope.store.table("autoMerges").remove(pull.id);
    return scope.store.table("pulls").put({ ...stored, draft });
  });
  await announcePull(scope, changed, { action: draft ? "converted_to_draft" : "ready_for_review" });
}
