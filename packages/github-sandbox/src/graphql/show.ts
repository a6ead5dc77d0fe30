/** Puts the shapes together, so that each can show the others. */
import type { SandboxContext } from "../context.ts";
import type { Actor } from "../rest/kit.ts";
import type { Asking, Show } from "./fields.ts";
import { commitShape, refShape } from "./shapes/commit.ts";
import { issueShape } from "./shapes/conversation.ts";
import { actorShape } from "./shapes/people.ts";
import { pullShape } from "./shapes/pull.ts";
import { labelShape, repositoryShape } from "./shapes/repository.ts";

export function asking(context: SandboxContext, actor: Actor): Asking {
  const show: Show = {
    repository: (repository) => repositoryShape(made, repository),
    issue: (repository, issue) => issueShape(made, repository, issue),
    pull: (repository, pull) => pullShape(made, repository, pull),
    label: (repository, label) => labelShape(made, repository, label),
    commit: (repository, sha) => commitShape(made, repository, sha),
    ref: (repository, ref) => refShape(made, repository, ref),
    actor: (userId) => actorShape(made, userId),
  };
  const made: Asking = { context, actor, show };
  return made;
}
