/** Mutations of comments and sub-issues. */
import type { AddCommentInput, MinimizeCommentInput } from "@octokit/graphql-schema";
import { commentOn } from "../../issues/comments.ts";
import { addSubIssue } from "../../issues/sub-issues.ts";
import { conversation } from "../../rest/issues/find.ts";
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
      const { repository, issue } = found;
      const scoped = actor.kind === "token" && actor.token.permissions !== null;
      if (scoped) needs(acting, repository, found.kind === "Issue" ? ["issues"] : conversation, "write");
      if (body.trim() === "") throw new Refused("UNPROCESSABLE", "Body can't be blank");
      if (body.length > longestBody)
        throw new Refused("UNPROCESSABLE", `Body is too long (maximum is ${longestBody} characters)`);
      const viaAppId = actor.kind === "token" ? (actor.app?.id ?? null) : null;
      const comment = commentOn(context, repository, issue, { body, viaAppId }, initiator);
      const node = () => commentObject(acting, repository, issue, comment);
      const subject = found.kind === "Issue" ? show.issue(repository, issue) : show.pull(repository, found.pull);
      return { commentEdge: { cursor: "", node }, subject };
    }),
    minimizeComment: mutation<MinimizeCommentInput>(acting, "MinimizeComment", async ({ subjectId, classifier }) => {
      const found = nodeOf(acting, subjectId);
      if (found.kind !== "IssueComment") {
        throw new Refused("NOT_IMPLEMENTED", "The sandbox minimizes comments of issues and pulls only");
      }
      const { repository, issue, comment } = found;
      if (comment.userId !== initiator.user.id) needs(acting, repository, conversation, "write");
      const reason = classifier.toLowerCase().replaceAll("_", "-");
      context.store.table("minimizedComments").put({ id: comment.id, reason });
      return { minimizedComment: commentObject(acting, repository, issue, comment) };
    }),
    addSubIssue: mutation<AddSubIssueInput>(acting, "AddSubIssue", async ({ issueId, subIssueId, replaceParent }) => {
      if (!subIssueId) {
        throw new Refused("NOT_IMPLEMENTED", "The sandbox does not implement the argument subIssueUrl of addSubIssue");
      }
      const [parent, part] = [nodeOf(acting, issueId), nodeOf(acting, subIssueId)];
      if (parent.kind !== "Issue" || part.kind !== "Issue") {
        throw new Refused("NOT_FOUND", `Could not resolve to Issue node with the global id of '${issueId}'.`);
      }
      for (const { repository } of [parent, part]) needs(acting, repository, ["issues"], "write");
      addSubIssue(context, parent, part, replaceParent === true, initiator);
      return {
        issue: show.issue(parent.repository, parent.issue),
        subIssue: show.issue(part.repository, part.issue),
      };
    }),
  };
}
