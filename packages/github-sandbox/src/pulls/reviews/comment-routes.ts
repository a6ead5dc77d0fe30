/** Review comments over REST. https://docs.github.com/en/rest/pulls/comments */
import { z } from "zod";
import { isAncestor } from "../../git/plumbing/history.ts";
import type { Hub } from "../../hub.ts";
import { bodyOf } from "../../rest/body.ts";
import { by } from "../../rest/issues/find.ts";
import {
  forbidden,
  may,
  newRest,
  notFound,
  paginate,
  type Rest,
  type RestContext,
  repositoryFor,
  repositoryToJoin,
  unprocessable,
} from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import type { Pull, Repository, ReviewComment } from "../../world/entities.ts";
import { pullAt } from "../facts.ts";
import { addComment, placed, publicComments, renderComment, reply } from "./comments.ts";
import { tellComment } from "./tell.ts";

const words = z.object({ body: z.string().min(1).max(65_536) });
const answer = z.object({ body: words.shape.body, in_reply_to: z.number().int().nullish() });
const side = z.enum(["LEFT", "RIGHT"]);

const written = z.object({
  body: words.shape.body,
  commit_id: z.string().min(1),
  path: z.string().min(1),
  position: z.number().int().nullish(),
  line: z.number().int().nullish(),
  side: side.nullish(),
  start_line: z.number().int().nullish(),
  // GitHub's schema also knows the word "side", which means the side itself.
  start_side: z.union([side, z.literal("side").transform(() => null)]).nullish(),
  subject_type: z.enum(["line", "file"]).nullish(),
});

const pulls = "/repos/:owner/:repo/pulls";
const ofPull = `${pulls}/:number{[0-9]+}/comments`;
const one = `${pulls}/comments/:comment{[0-9]+}`;

export function reviewCommentRoutes(hub: Hub): Rest {
  const rest = newRest();
  const { world } = hub;
  const table = world.table("reviewComments");
  const readable = (context: RestContext) => repositoryFor(context, world, "pull_requests", "read");
  const joinable = (context: RestContext) => repositoryToJoin(context, world, ["pull_requests"]);

  function commentAt(context: RestContext, repository: Repository): ReviewComment {
    const id = Number(context.req.param("comment"));
    const found = publicComments(hub, repository).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  /** One's own, or anyone's with write access. */
  function changeable(context: RestContext, repository: Repository): { comment: ReviewComment; pull: Pull } {
    const comment = commentAt(context, repository);
    const pull = world.table("pulls").get(comment.pullId);
    if (pull === undefined) throw notFound();
    const isOwn = comment.userId === by(context).user.id;
    if (isOwn || may(context.get("actor"), repository, "pull_requests", "write")) return { comment, pull };
    throw forbidden("Must have admin rights to Repository.");
  }

  async function listed(context: RestContext, repository: Repository, all: readonly ReviewComment[]) {
    const { sort, direction, since } = context.req.query();
    const key = sort === "updated" ? "updatedAt" : "createdAt";
    const sign = direction === "desc" ? -1 : 1;
    const from = Date.parse(since ?? "");
    const found = all
      .filter((each) => Number.isNaN(from) || Date.parse(each.updatedAt) >= from)
      .sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    const page = paginate(context, found);
    const shown = await Promise.all(page.map((each) => renderComment(hub, repository, each)));
    return respond<"pulls/list-review-comments">(context, shown);
  }

  rest.get(`${pulls}/comments`, (context) => {
    const repository = readable(context);
    return listed(context, repository, publicComments(hub, repository));
  });

  rest.get(ofPull, (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const all = publicComments(hub, repository).filter((each) => each.pullId === pull.id);
    return listed(context, repository, all);
  });

  rest.post(ofPull, async (context) => {
    const repository = joinable(context);
    const { in_reply_to: to, body } = await bodyOf(context, answer);
    const pull = pullAt(context, hub, repository);
    const who = by(context);
    const comment = to
      ? await reply(hub, repository, pull, to, body, who)
      : await addComment(
          hub,
          repository,
          pull,
          await placedAlone(hub, repository, pull, await bodyOf(context, written)),
          who,
        );
    const rendered = await renderComment(hub, repository, comment);
    return respond<"pulls/create-review-comment", 201>(context, rendered, 201, { Location: rendered.url });
  });

  rest.post(`${ofPull}/:comment{[0-9]+}/replies`, async (context) => {
    const repository = joinable(context);
    const { body } = await bodyOf(context, words);
    const pull = pullAt(context, hub, repository);
    const to = Number(context.req.param("comment"));
    const rendered = await renderComment(hub, repository, await reply(hub, repository, pull, to, body, by(context)));
    return respond<"pulls/create-reply-for-review-comment", 201>(context, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (context) => {
    const repository = readable(context);
    return respond<"pulls/get-review-comment">(
      context,
      await renderComment(hub, repository, commentAt(context, repository)),
    );
  });

  rest.patch(one, async (context) => {
    const repository = joinable(context);
    const { body } = await bodyOf(context, words);
    const { comment: old, pull } = changeable(context, repository);
    const comment = table.put({ ...old, body, updatedAt: world.now() });
    if (body !== old.body) {
      const changes = { body: { from: old.body } };
      await tellComment(hub, repository, pull, comment, "edited", by(context), { changes });
    }
    return respond<"pulls/update-review-comment">(context, await renderComment(hub, repository, comment));
  });

  rest.delete(one, async (context) => {
    const repository = joinable(context);
    const { comment, pull } = changeable(context, repository);
    world.transaction(() => {
      table.remove(comment.id);
      world.table("resolvedThreads").remove(comment.id);
    });
    await tellComment(hub, repository, pull, comment, "deleted", by(context), {});
    return context.body(null, 204);
  });

  return rest;
}

const resource = "PullRequestReviewComment";

/** @throws ApiError 422, as GitHub answers for a commit, file or line that the pull has not. */
async function placedAlone(hub: Hub, repository: Repository, pull: Pull, given: z.output<typeof written>) {
  const commitId = await hub.git.resolve(repository, given.commit_id);
  if (commitId === null || !(await isAncestor(hub.git.at(repository), commitId, pull.headSha))) {
    throw unprocessable(resource, [{ field: "commit_id", code: "invalid" }]);
  }
  const wholeFile = given.subject_type === "file";
  if (!wholeFile && !given.line && !given.position) {
    throw unprocessable(resource, [{ field: "line", code: "missing_field" }]);
  }
  const place = {
    line: given.line ?? null,
    side: given.side ?? ("RIGHT" as const),
    startLine: given.start_line ?? null,
    startSide: given.start_side ?? null,
    position: given.position ?? null,
  };
  const { path, body } = given;
  const comment = await placed(hub, repository, pull, commitId, { path, body, place: wholeFile ? null : place });
  if (comment === "path")
    throw unprocessable(resource, [{ field: "pull_request_review_thread.path", code: "invalid" }]);
  if (comment === "line") {
    // https://github.com/QwenLM/qwen-code/pull/6711 quotes the sentence.
    const field = "pull_request_review_thread.line";
    throw unprocessable(resource, [
      { field, code: "custom", message: `${field} must be part of the diff` },
      { field: "pull_request_review_thread.diff_hunk", code: "missing_field" },
    ]);
  }
  return comment;
}
