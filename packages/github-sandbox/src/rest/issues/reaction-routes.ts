/** Reactions to issues and to comments. https://docs.github.com/en/rest/reactions/reactions */

import { z } from "zod";
import { forbidden, notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { react, reactionsTo } from "../../issues/reactions.ts";
import { renderReaction } from "../../render/issue.ts";
import type { Reaction } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeForAny, scopeToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { commentAt, conversation, issueAt, mayTriage } from "./find.ts";

const reacted = z.object({
  content: z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]),
});

type SubjectAt = (http: HttpContext, scope: RepositoryScope) => Reaction["subject"];

export function reactionRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  function routesAt(path: string, subjectAt: SubjectAt): void {
    rest.get(path, (http) => {
      const scope = scopeForAny(http, context, conversation, "read");
      const content = http.req.query("content");
      const found = reactionsTo(context, subjectAt(http, scope)).filter(
        (each) => content === undefined || each.content === content,
      );
      return respond<"reactions/list-for-issue">(
        http,
        paginate(http, found).map((reaction) => renderReaction(context, reaction)),
      );
    });

    rest.post(path, async (http) => {
      const scope = scopeToJoin(http, context, conversation);
      const { content } = await bodyOf(http, reacted);
      const subject = subjectAt(http, scope);
      const userId = scope.initiator.user.id;
      const { reaction, isNew } = react(context, { repositoryId: scope.repository.id, subject, userId, content });
      const shown = renderReaction(context, reaction);
      return isNew
        ? respond<"reactions/create-for-issue", 201>(http, shown, 201)
        : respond<"reactions/create-for-issue">(http, shown);
    });

    rest.delete(`${path}/:reaction{[0-9]+}`, (http) => {
      const scope = scopeToJoin(http, context, conversation);
      const wanted = Number(http.req.param("reaction"));
      const reaction = reactionsTo(context, subjectAt(http, scope)).find((each) => each.id === wanted);
      if (reaction === undefined) throw notFound();
      if (reaction.userId !== scope.initiator.user.id && !mayTriage(http, scope)) throw forbidden();
      context.store.table("reactions").remove(reaction.id);
      return http.body(null, 204);
    });
  }

  routesAt("/repos/:owner/:repo/issues/:number{[0-9]+}/reactions", (http, scope) => ({
    kind: "issue",
    id: issueAt(http, scope).id,
  }));
  routesAt("/repos/:owner/:repo/issues/comments/:id{[0-9]+}/reactions", (http, scope) => ({
    kind: "comment",
    id: commentAt(http, scope).id,
  }));

  return rest;
}
