/** Mutations that resolve and unresolve review threads. */

import type { ResolveReviewThreadInput, UnresolveReviewThreadInput } from "@octokit/graphql-schema";
import { mayWrite } from "../../protection/standing.ts";
import { resolveThread, unresolveThread } from "../../pulls/reviews/threads.ts";
import { needs, threadAt } from "../nodes.ts";
import { threadObject } from "../render/threads.ts";
import { type Acting, mutation } from "./input.ts";

export function threadMutations(acting: Acting) {
  const { context, actor, initiator } = acting;

  function settling<Input extends { threadId: string }>(name: string, settle: typeof resolveThread) {
    return mutation<Input>(acting, name, async ({ threadId }) => {
      const { scope, pull, thread } = threadAt(acting, threadId);
      const issue = context.store.table("issues").get(pull.id);
      // The pull's author may resolve them too:
      // https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request#resolving-conversations
      const isScoped = actor.kind === "token" && actor.token.permissions !== null;
      const isFree = !isScoped && (issue?.userId === initiator.user.id || mayWrite(scope.repository, initiator.user));
      if (!isFree) needs(acting, scope, ["pull_requests"], "write");
      await settle({ ...scope, initiator }, pull, thread);
      return { thread: threadObject(acting, scope, pull, thread) };
    });
  }

  return {
    resolveReviewThread: settling<ResolveReviewThreadInput>("ResolveReviewThread", resolveThread),
    unresolveReviewThread: settling<UnresolveReviewThreadInput>("UnresolveReviewThread", unresolveThread),
  };
}
