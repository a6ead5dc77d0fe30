/** The branch's protection that a path names. */

import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { protectionOf } from "../../protection/classic.ts";
import type { Protection, Repository } from "../../store/entities.ts";
import { type HttpContext, repositoryFor } from "../kit.ts";

export const protectionPath = "/repos/:owner/:repo/branches/:branch{.+}/protection";

/** @throws ApiError 404 for a branch that has none. */
export function protectionAt(
  http: HttpContext,
  context: SandboxContext,
  level: "read" | "write",
): { repository: Repository; protection: Protection } {
  const repository = repositoryFor(http, context.store, "administration", level);
  const protection = protectionOf(context.store, repository, http.req.param("branch") ?? "");
  if (protection === null) throw notFound("Branch not protected");
  return { repository, protection };
}

/** @throws ApiError 404 where the part of it is not there. */
export function partOf<Part>(part: Part | null, missing: string): Part {
  if (part === null) throw notFound(missing);
  return part;
}
