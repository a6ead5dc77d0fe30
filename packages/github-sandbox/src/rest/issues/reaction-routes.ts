/** Reactions to issues and to comments. https://docs.github.com/en/rest/reactions/reactions */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { reaction as render } from "../../shapes/issue.ts";
import type { Reaction, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import {
  forbidden,
  newRest,
  notFound,
  paginate,
  type Rest,
  type RestContext,
  repositoryForAny,
  repositoryToJoin,
} from "../kit.ts";
import { respond } from "../respond.ts";
import { by, commentAt, conversation, issueAt, mayTriage } from "./find.ts";

const reacted = z.object({
  content: z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]),
});

type SubjectAt = (context: RestContext, repository: Repository) => Reaction["subject"];

export function reactionRoutes(hub: Hub): Rest {
  const rest = newRest();
  const reactions = hub.world.table("reactions");

  function routesAt(path: string, subjectAt: SubjectAt): void {
    const of = (subject: Reaction["subject"]) =>
      reactions.filter((each) => each.subject.kind === subject.kind && each.subject.id === subject.id);

    rest.get(path, (context) => {
      const repository = repositoryForAny(context, hub.world, conversation, "read");
      const content = context.req.query("content");
      const found = of(subjectAt(context, repository)).filter(
        (each) => content === undefined || each.content === content,
      );
      return respond<"reactions/list-for-issue">(
        context,
        paginate(context, found).map((reaction) => render(hub, reaction)),
      );
    });

    rest.post(path, async (context) => {
      const repository = repositoryToJoin(context, hub.world, conversation);
      const { content } = await bodyOf(context, reacted);
      const subject = subjectAt(context, repository);
      const userId = by(context).user.id;
      const same = of(subject).find((each) => each.userId === userId && each.content === content);
      if (same !== undefined) return respond<"reactions/create-for-issue">(context, render(hub, same));
      const id = hub.world.nextId();
      const createdAt = hub.world.now();
      const made = reactions.put({ id, repositoryId: repository.id, subject, userId, content, createdAt });
      return respond<"reactions/create-for-issue", 201>(context, render(hub, made), 201);
    });

    rest.delete(`${path}/:reaction{[0-9]+}`, (context) => {
      const repository = repositoryToJoin(context, hub.world, conversation);
      const wanted = Number(context.req.param("reaction"));
      const reaction = of(subjectAt(context, repository)).find((each) => each.id === wanted);
      if (reaction === undefined) throw notFound();
      if (reaction.userId !== by(context).user.id && !mayTriage(context, repository)) throw forbidden();
      reactions.remove(reaction.id);
      return context.body(null, 204);
    });
  }

  routesAt("/repos/:owner/:repo/issues/:number{[0-9]+}/reactions", (context, repository) => ({
    kind: "issue",
    id: issueAt(context, hub, repository).id,
  }));
  routesAt("/repos/:owner/:repo/issues/comments/:id{[0-9]+}/reactions", (context, repository) => ({
    kind: "comment",
    id: commentAt(context, hub, repository).id,
  }));

  return rest;
}
