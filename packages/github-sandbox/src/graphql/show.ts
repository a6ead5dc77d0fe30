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
    repository: (scope) => repositoryObject(made, scope),
    issue: (scope, issue) => issueObject(made, scope, issue),
    pull: (scope, pull) => pullObject(made, scope, pull),
    label: (scope, label) => labelObject(made, scope, label),
    commit: (scope, sha) => commitObject(made, scope, sha),
    ref: (scope, ref) => refObject(made, scope, ref),
    actor: (userId) => actorObject(made, userId),
  };
  const made: Asking = { context, actor, show };
  return made;
}
