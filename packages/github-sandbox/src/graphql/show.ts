/** Connects the renderers of the GraphQL objects with each other. */
import type { Actor } from "../access/permissions.ts";
import type { SandboxContext } from "../context.ts";
import type { Asking, Show } from "./fields.ts";
import { commitObject, refObject } from "./render/commit.ts";
import { issueObject } from "./render/conversation.ts";
import { actorObject } from "./render/people.ts";
import { pullObject } from "./render/pull.ts";
import { labelObject, repositoryObject } from "./render/repository.ts";

export function asking(context: SandboxContext, actor: Actor): Asking {
  const show: Show = {
    repository: (repository) => repositoryObject(made, repository),
    issue: (repository, issue) => issueObject(made, repository, issue),
    pull: (repository, pull) => pullObject(made, repository, pull),
    label: (repository, label) => labelObject(made, repository, label),
    commit: (repository, sha) => commitObject(made, repository, sha),
    ref: (repository, ref) => refObject(made, repository, ref),
    actor: (userId) => actorObject(made, userId),
  };
  const made: Asking = { context, actor, show };
  return made;
}
