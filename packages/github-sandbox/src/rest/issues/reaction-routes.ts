/** Reactions to issues and to comments. https://docs.github.com/en/rest/reactions/reactions */

import { z } from "zod";
import { forbidden, notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { react, reactionsTo } from "../../issues/reactions.ts";
import { renderReaction } from "../../render/issue.ts";
import type { Reaction, Repository } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryForAny, repositoryToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { commentAt, conversation, initiatorOf, issueAt, mayTriage } from "./find.ts";

const reacted = z.object({
  content: z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]),
});

type SubjectAt = (http: HttpContext, repository: Repository) => Reaction["subject"];

export function reactionRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  function routesAt(path: string, subjectAt: SubjectAt): void {
    rest.get(path, (http) => {
      const repository = repositoryForAny(http, context.store, conversation, "read");
      const content = http.req.query("content");
      const found = reactionsTo(context, subjectAt(http, repository)).filter(
        (each) => content === undefined || each.content === content,
      );
      return respond<"reactions/list-for-issue">(
        http,
        paginate(http, found).map((reaction) => renderReaction(context, reaction)),
      );
    });

    rest.post(path, async (http) => {
      const repository = repositoryToJoin(http, context.store, conversation);
      const { content } = await bodyOf(http, reacted);
      const subject = subjectAt(http, repository);
      const userId = initiatorOf(http).user.id;
      const { reaction, isNew } = react(context, { repositoryId: repository.id, subject, userId, content });
      const shown = renderReaction(context, reaction);
      return isNew
        ? respond<"reactions/create-for-issue", 201>(http, shown, 201)
        : respond<"reactions/create-for-issue">(http, shown);
    });

    rest.delete(`${path}/:reaction{[0-9]+}`, (http) => {
      const repository = repositoryToJoin(http, context.store, conversation);
      const wanted = Number(http.req.param("reaction"));
      const reaction = reactionsTo(context, subjectAt(http, repository)).find((each) => each.id === wanted);
      if (reaction === undefined) throw notFound();
      if (reaction.userId !== initiatorOf(http).user.id && !mayTriage(http, repository)) throw forbidden();
      context.store.table("reactions").remove(reaction.id);
      return http.body(null, 204);
    });
  }

  routesAt("/repos/:owner/:repo/issues/:number{[0-9]+}/reactions", (http, repository) => ({
    kind: "issue",
    id: issueAt(http, context, repository).id,
  }));
  routesAt("/repos/:owner/:repo/issues/comments/:id{[0-9]+}/reactions", (http, repository) => ({
    kind: "comment",
    id: commentAt(http, context, repository).id,
  }));

  return rest;
}
