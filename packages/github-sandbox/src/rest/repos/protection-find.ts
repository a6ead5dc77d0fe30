import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { protectionOf } from "../../protection/classic.ts";
import type { Protection, Repository } from "../../store/entities.ts";
import { type HttpContext, repositoryFor } from "../kit.ts";

export const protectionPath = "/repos/:owner/:repo/branches/:branch{.+}/protection";

/** Returns the protection of the branch in the path. @throws ApiError 404 */
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

/** Returns the part. @throws ApiError 404 if the protection lacks it. */
export function partOf<Part>(part: Part | null, missing: string): Part {
  if (part === null) throw notFound(missing);
  return part;
}
