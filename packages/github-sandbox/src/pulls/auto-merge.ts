/**
 * Merging a pull as soon as its base's requirements are met, and draft or ready. GitHub switches both in GraphQL only
 * (`enablePullRequestAutoMerge`, `convertPullRequestToDraft`, …); the merge itself is in `merge/when-ready.ts`.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/automatically-merging-a-pull-request
 */
import { ApiError } from "../access/errors.ts";
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { AutoMerge, Pull, Repository } from "../store/entities.ts";
import { announcePull } from "./announce.ts";
import { isOpen, mergeableState } from "./facts.ts";
import { touchIssue } from "./follow.ts";
import { methodRefusal } from "./merge/commits.ts";
import { testMerge } from "./mergeability.ts";

export interface AutoMergeOrder extends Pick<AutoMerge, "method" | "title" | "message"> {
  /** The head this order is given for; left out: whichever. */
  expectedHead?: string | null;
}

const refused = (message: string) => new ApiError(422, message);

/**
 * Lets the pull be merged once it may be. Whoever asks must be allowed to write contents: the caller checks it.
 * @throws ApiError 422 in the words that GitHub's GraphQL errors have.
 */
export async function enableAutoMerge(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  order: AutoMergeOrder,
  initiator: Initiator,
): Promise<void> {
  if (!repository.allowAutoMerge) throw refused("Auto merge is not allowed for this repository");
  if (!isOpen(context, pull)) throw refused("Can't enable auto-merge for this pull request");
  // Drafts and auto-merge exclude each other: https://github.com/microsoft/vscode-pull-request-github/issues/3755
  if (pull.draft) throw refused("Pull request Pull request is in draft status");
  const method = methodRefusal(repository, order.method);
  if (method !== null) throw refused(method);
  if ((order.expectedHead ?? pull.headSha) !== pull.headSha) {
    throw refused("Head branch was modified. Review and try the merge again.");
  }
  // What can be merged now is not for auto-merge: https://github.com/peter-evans/enable-pull-request-automerge/issues/343
  const tested = await testMerge(context, repository, pull);
  const state = tested === null ? "unknown" : await mergeableState(context, repository, tested);
  if (state === "clean" || state === "unstable") throw refused(`Pull request Pull request is in ${state} status`);
  context.store.table("autoMerges").put({
    id: pull.id,
    enabledById: initiator.user.id,
    byJobToken: initiator.byJobToken,
    method: order.method,
    title: order.title,
    message: order.message,
    enabledAt: context.store.now(),
  });
  await announcePull(
    context,
    repository,
    context.store.table("pulls").get(pull.id) ?? pull,
    { action: "auto_merge_enabled" },
    initiator,
  );
}

/** @param reason Why, as the webhook tells it. @throws ApiError 422 when it is not enabled. */
export async function disableAutoMerge(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  initiator: Initiator,
  reason = "Auto-merge was disabled by a user",
): Promise<void> {
  if (!isOpen(context, pull) || context.store.table("autoMerges").get(pull.id) === undefined) {
    throw refused("Can't disable auto-merge for this pull request");
  }
  context.store.table("autoMerges").remove(pull.id);
  await announcePull(context, repository, pull, { action: "auto_merge_disabled", reason }, initiator);
}

/**
 * Makes the pull a draft, or ready for review; one that is so already stays as it is. A draft is not merged by itself
 * (https://github.com/reitermarkus/automerge/issues/1525). @throws ApiError 422 when it is closed.
 */
export async function setDraft(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  draft: boolean,
  initiator: Initiator,
): Promise<void> {
  if (!isOpen(context, pull)) throw refused("Pull request is closed");
  const stored = context.store.table("pulls").get(pull.id) ?? pull;
  if (stored.draft === draft) return;
  const changed = context.store.transaction(() => {
    touchIssue(context, pull, {});
    if (draft) context.store.table("autoMerges").remove(pull.id);
    return context.store.table("pulls").put({ ...stored, draft });
  });
  await announcePull(
    context,
    repository,
    changed,
    { action: draft ? "converted_to_draft" : "ready_for_review" },
    initiator,
  );
}
