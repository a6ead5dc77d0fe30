/**
 * Merges after the response was sent. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request-asynchronously
 * The messages of the results are those of https://github.github.io/gh-stack/reference/merge-api/.
 */

import { randomUUID } from "node:crypto";
import { ApiError, notFound } from "../../access/errors.ts";
import { type ActingScope, actingScope, type SandboxContext } from "../../context.ts";
import type { MergeRequest, Pull } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { inBackground } from "../background.ts";
import { isOpen } from "../facts.ts";
import { isBaseModified, mergePull } from "./merge.ts";

export type WantedAsync = Pick<MergeRequest, "method" | "title" | "message"> & {
  action: MergeRequest["action"] | "merge_queue";
  /** The head to merge. Null: the present one. */
  sha: string | null;
};

/** Tries of one merge while the base keeps moving. */
const attempts = 3;
const keptMs = 24 * 3_600_000;

/** The answer to a request for a merge. `known`: a merge is under way already, and the new request is ignored. */
export type Requested =
  | { kind: "merged"; sha: string }
  | { kind: "refused"; reason: string }
  | { kind: "known" | "started"; request: MergeRequest };

/** Starts the merge, unless the pull cannot be merged or a merge is under way. */
export function requestMerge(scope: ActingScope, pull: Pull, wanted: WantedAsync): Requested {
  const { initiator } = scope;
  if (pull.merged) return { kind: "merged", sha: pull.mergeSha ?? "" };
  if (!isOpen(scope, pull)) return { kind: "refused", reason: "Pull request is closed." };
  if (pull.draft) return { kind: "refused", reason: "Pull Request is still a draft" };
  const known = scope.store.table("mergeRequests").find((each) => each.pullId === pull.id && each.status === "pending");
  if (known !== undefined) return { kind: "known", request: known };
  const { action } = wanted;
  // The sandbox has no merge queues, so no branch has one.
  if (action === "merge_queue") return { kind: "refused", reason: "The base branch has no merge queue." };
  const request = scope.store.table("mergeRequests").put({
    id: randomUUID(),
    repositoryId: scope.repository.id,
    pullId: pull.id,
    userId: initiator.user.id,
    byJobToken: initiator.byJobToken,
    method: wanted.method,
    action,
    expectedHeadSha: wanted.sha ?? pull.headSha,
    title: wanted.title,
    message: wanted.message,
    status: "pending",
    words: "Merge request is in progress.",
    mergeSha: null,
    updatedAt: scope.store.now(),
  });
  inBackground(scope, run(scope, request));
  return { kind: "started", request };
}

/** Finds a request of the pull. @throws ApiError 404 for an unknown UUID, or one whose result is a day old. */
export function mergeRequestOf(context: SandboxContext, pull: Pull, uuid: string): MergeRequest {
  const request = context.store.table("mergeRequests").get(uuid);
  if (request === undefined || request.pullId !== pull.id) throw notFound();
  if (context.store.date().getTime() - Date.parse(request.updatedAt) >= keptMs) throw notFound();
  return request;
}

/** Goes on with the requests that an earlier life did not finish. */
export function resumeMerges(context: SandboxContext): void {
  for (const request of context.store.table("mergeRequests").filter(({ status }) => status === "pending")) {
    inBackground(context, run(context, request));
  }
}

async function run(context: SandboxContext, request: MergeRequest): Promise<void> {
  const outcome = await tryToMerge(context, request).then(
    (mergeSha) => ({ status: "merged" as const, words: "Pull request was merged.", mergeSha }),
    (error: Error) => ({ status: "failed" as const, words: error.message, mergeSha: null }),
  );
  context.store.table("mergeRequests").put({ ...request, ...outcome, updatedAt: context.store.now() });
}

async function tryToMerge(context: SandboxContext, request: MergeRequest): Promise<string> {
  const { method, expectedHeadSha: sha, title, message, byJobToken } = request;
  const order = { method: method === "default" ? ("merge" as const) : method, sha, title, message };
  const initiator = { user: userById(context, request.userId), byJobToken };
  for (let left = attempts; ; left -= 1) {
    const pull = context.store.table("pulls").get(request.pullId);
    const repository = context.store.table("repositories").get(request.repositoryId);
    if (pull === undefined || repository === undefined) throw new ApiError(404, "Not Found");
    if (pull.merged && pull.mergeSha !== null) return pull.mergeSha;
    try {
      return await mergePull(actingScope(context, repository, initiator), pull, order);
    } catch (error) {
      if (left === 1 || !isBaseModified(error)) throw error;
    }
  }
}
