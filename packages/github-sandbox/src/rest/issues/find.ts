/** Finds the issue or comment in a path. */

import { z } from "zod";
import { forbidden, notFound } from "../../access/errors.ts";
import { may } from "../../access/permissions.ts";
import type { RepositoryScope } from "../../context.ts";
import type { Comment, Issue } from "../../store/entities.ts";
import type { HttpContext } from "../kit.ts";

/** Permissions of a scoped token for conversations. On a pull request either is enough. */
export const conversation = ["issues", "pull_requests"] as const;

export function issueAt(http: HttpContext, scope: RepositoryScope): Issue {
  const number = Number(http.req.param("number"));
  const issue = scope.store
    .table("issues")
    .find((each) => each.repositoryId === scope.repository.id && each.number === number);
  if (issue === undefined) throw notFound();
  needsRightKind(http, scope, issue.isPull);
  return issue;
}

/** A scoped token with only `pull_requests` reaches pulls but no other issue. */
function needsRightKind(http: HttpContext, scope: RepositoryScope, isPull: boolean): void {
  const actor = http.get("actor");
  if (actor.kind !== "token" || actor.token.permissions === null || isPull) return;
  const level = http.req.method === "GET" ? "read" : "write";
  if (!may(actor, scope.repository, "issues", level)) throw forbidden();
}

export function commentAt(http: HttpContext, scope: RepositoryScope): Comment {
  const comment = scope.store.table("comments").get(Number(http.req.param("id")));
  if (comment === undefined || comment.repositoryId !== scope.repository.id) throw notFound();
  return comment;
}

/** Returns true if the actor may label, close and assign: triage and above, or a token with the permission. */
export function mayTriage(http: HttpContext, scope: RepositoryScope): boolean {
  return conversation.some((permission) => may(http.get("actor"), scope.repository, permission, "write"));
}

/** Labels by name or as objects with a name. GitHub takes both. */
export const labelNames = z.array(
  z.union([z.string().min(1), z.object({ name: z.string().min(1) }).transform((label) => label.name)]),
);
