/** Reactions to issues and to comments. https://docs.github.com/en/rest/reactions/reactions */

import { z } from "zod";
import { forbidden, notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
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
  const reactions = context.store.table("reactions");

  function routesAt(path: string, subjectAt: SubjectAt): void {
    const of = (subject: Reaction["subject"]) =>
      reactions.filter((each) => each.subject.kind === subject.kind && each.subject.id === subject.id);

    rest.get(path, (http) => {
      const repository = repositoryForAny(http, context.store, conversation, "read");
      const content = http.req.query("content");
      const found = of(subjectAt(http, repository)).filter((each) => content === undefined || each.content === content);
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
      const same = of(subject).find((each) => each.userId === userId && each.content === content);
      if (same !== undefined) return respond<"reactions/create-for-issue">(http, renderReaction(context, same));
      const id = context.store.nextId();
      const createdAt = context.store.now();
      const made = reactions.put({ id, repositoryId: repository.id, subject, userId, content, createdAt });
      return respond<"reactions/create-for-issue", 201>(http, renderReaction(context, made), 201);
    });

    rest.delete(`${path}/:reaction{[0-9]+}`, (http) => {
      const repository = repositoryToJoin(http, context.store, conversation);
      const wanted = Number(http.req.param("reaction"));
      const reaction = of(subjectAt(http, repository)).find((each) => each.id === wanted);
      if (reaction === undefined) throw notFound();
      if (reaction.userId !== initiatorOf(http).user.id && !mayTriage(http, repository)) throw forbidden();
      reactions.remove(reaction.id);
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
