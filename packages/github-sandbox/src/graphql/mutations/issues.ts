/** Mutations of comments and sub-issues. */

import type { AddCommentInput, MinimizeCommentInput } from "@octokit/graphql-schema";
import type { RepositoryScope } from "../../context.ts";
import { commentOn } from "../../issues/comments.ts";
import { addSubIssue } from "../../issues/sub-issues.ts";
import { conversation } from "../../rest/issues/find.ts";
import type { Issue } from "../../store/entities.ts";
import type { PlacedIssue } from "../../store/issue-links.ts";
import { Refused } from "../fields.ts";
import { needs, nodeOf } from "../nodes.ts";
import { commentObject } from "../render/conversation.ts";
import { type Acting, mutation } from "./input.ts";

/** The package's types lack what its schema has. */
interface AddSubIssueInput {
  issueId: string;
  subIssueId?: string | null;
  replaceParent?: boolean | null;
}

const placed = ({ scope: { repository }, issue }: { scope: RepositoryScope; issue: Issue }): PlacedIssue => ({
  repository,
  issue,
});

/** GitHub's limit, in characters. */
const longestBody = 65_536;

export function issueMutations(acting: Acting) {
  const { context, actor, initiator, show } = acting;
  return {
    addComment: mutation<AddCommentInput>(acting, "AddComment", async ({ subjectId, body }) => {
      const found = nodeOf(acting, subjectId);
      if (found.kind !== "Issue" && found.kind !== "PullRequest") {
        throw new Refused("NOT_FOUND", `Could not resolve to a node with the global id of '${subjectId}'.`);
      }
      const { scope, issue } = found;
      const scoped = actor.kind === "token" && actor.token.permissions !== null;
      if (scoped) needs(acting, scope, found.kind === "Issue" ? ["issues"] : conversation, "write");
      if (body.trim() === "") throw new Refused("UNPROCESSABLE", "Body can't be blank");
      if (body.length > longestBody)
        throw new Refused("UNPROCESSABLE", `Body is too long (maximum is ${longestBody} characters)`);
      const viaAppId = actor.kind === "token" ? (actor.app?.id ?? null) : null;
      const comment = commentOn({ ...scope, initiator }, issue, { body, viaAppId });
      const node = () => commentObject(acting, scope, issue, comment);
      const subject = found.kind === "Issue" ? show.issue(scope, issue) : show.pull(scope, found.pull);
      return { commentEdge: { cursor: "", node }, subject };
    }),
    minimizeComment: mutation<MinimizeCommentInput>(acting, "MinimizeComment", async ({ subjectId, classifier }) => {
      const found = nodeOf(acting, subjectId);
      if (found.kind !== "IssueComment") {
        throw new Refused("NOT_IMPLEMENTED", "The sandbox minimizes comments of issues and pulls only");
      }
      const { scope, issue, comment } = found;
      if (comment.userId !== initiator.user.id) needs(acting, scope, conversation, "write");
      const reason = classifier.toLowerCase().replaceAll("_", "-");
      context.store.table("minimizedComments").put({ id: comment.id, reason });
      return { minimizedComment: commentObject(acting, scope, issue, comment) };
    }),
    addSubIssue: mutation<AddSubIssueInput>(acting, "AddSubIssue", async ({ issueId, subIssueId, replaceParent }) => {
      if (!subIssueId) {
        throw new Refused("NOT_IMPLEMENTED", "The sandbox does not implement the argument subIssueUrl of addSubIssue");
      }
      const [parent, part] = [nodeOf(acting, issueId), nodeOf(acting, subIssueId)];
      if (parent.kind !== "Issue" || part.kind !== "Issue") {
        throw new Refused("NOT_FOUND", `Could not resolve to Issue node with the global id of '${issueId}'.`);
      }
      for (const { scope } of [parent, part]) needs(acting, scope, ["issues"], "write");
      addSubIssue(context, placed(parent), placed(part), replaceParent === true, initiator);
      return {
        issue: show.issue(parent.scope, parent.issue),
        subIssue: show.issue(part.scope, part.issue),
      };
    }),
  };
}
