/** Mutations of pulls: ready, draft, merge and auto-merge. */

import type {
  ConvertPullRequestToDraftInput,
  DisablePullRequestAutoMergeInput,
  EnablePullRequestAutoMergeInput,
  MarkPullRequestReadyForReviewInput,
  MergePullRequestInput,
} from "@octokit/graphql-schema";
import type { ActingScope } from "../../context.ts";
import { disableAutoMerge, enableAutoMerge, setDraft } from "../../pulls/auto-merge.ts";
import { mergePull } from "../../pulls/merge/merge.ts";
import type { MergeMethod, Pull } from "../../store/entities.ts";
import { Refused } from "../fields.ts";
import { needs, nodeOf } from "../nodes.ts";
import { type Acting, mutation } from "./input.ts";

const methodOf = (method: string | null | undefined) => (method ?? "MERGE").toLowerCase() as MergeMethod;

export function pullMutations(acting: Acting) {
  const { context, initiator, show } = acting;

  /** @throws Refused if the id names no pull, or one that the actor may not change. */
  function pullOf(id: string, permission: "pull_requests" | "contents"): { scope: ActingScope; pull: Pull } {
    const found = nodeOf(acting, id);
    if (found.kind !== "PullRequest") {
      throw new Refused("NOT_FOUND", `Could not resolve to PullRequest node with the global id of '${id}'.`);
    }
    needs(acting, found.scope, [permission], "write");
    return { scope: { ...found.scope, initiator }, pull: found.pull };
  }

  /** Renders the pull after the change. */
  const after = (scope: ActingScope, { id }: Pull) => {
    const pull = context.store.table("pulls").get(id);
    return {
      actor: show.actor(initiator.user.id),
      pullRequest: pull === undefined ? null : show.pull(scope, pull),
    };
  };

  function draftMutation<Input extends { pullRequestId: string }>(name: string, draft: boolean) {
    return mutation<Input>(acting, name, async ({ pullRequestId }) => {
      const { scope, pull } = pullOf(pullRequestId, "pull_requests");
      await setDraft(scope, pull, draft);
      const { pullRequest } = after(scope, pull);
      return { pullRequest };
    });
  }

  return {
    markPullRequestReadyForReview: draftMutation<MarkPullRequestReadyForReviewInput>(
      "MarkPullRequestReadyForReview",
      false,
    ),
    convertPullRequestToDraft: draftMutation<ConvertPullRequestToDraftInput>("ConvertPullRequestToDraft", true),
    enablePullRequestAutoMerge: mutation<EnablePullRequestAutoMergeInput>(
      acting,
      "EnablePullRequestAutoMerge",
      async ({ pullRequestId, mergeMethod, commitHeadline, commitBody, expectedHeadOid }) => {
        const { scope, pull } = pullOf(pullRequestId, "contents");
        const order = {
          method: methodOf(mergeMethod),
          title: commitHeadline ?? null,
          message: commitBody ?? null,
          expectedHead: expectedHeadOid ?? null,
        };
        await enableAutoMerge(scope, pull, order);
        return after(scope, pull);
      },
    ),
    disablePullRequestAutoMerge: mutation<DisablePullRequestAutoMergeInput>(
      acting,
      "DisablePullRequestAutoMerge",
      async ({ pullRequestId }) => {
        const { scope, pull } = pullOf(pullRequestId, "contents");
        await disableAutoMerge(scope, pull);
        return after(scope, pull);
      },
    ),
    mergePullRequest: mutation<MergePullRequestInput>(
      acting,
      "MergePullRequest",
      async ({ pullRequestId, mergeMethod, expectedHeadOid, commitHeadline, commitBody }) => {
        const { scope, pull } = pullOf(pullRequestId, "contents");
        const order = {
          method: methodOf(mergeMethod),
          sha: expectedHeadOid ?? null,
          title: commitHeadline ?? null,
          message: commitBody ?? null,
        };
        await mergePull(scope, pull, order);
        return after(scope, pull);
      },
    ),
  };
}
