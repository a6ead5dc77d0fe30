import { notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { protectionOf } from "../../protection/classic.ts";
import type { Protection } from "../../store/entities.ts";
import { type HttpContext, scopeFor } from "../kit.ts";

export const protectionPath = "/repos/:owner/:repo/branches/:branch{.+}/protection";

/** Returns the protection of the branch in the path. @throws ApiError 404 */
export function protectionAt(
  http: HttpContext,
  context: SandboxContext,
  level: "read" | "write",
): { scope: RepositoryScope; protection: Protection } {
  const scope = scopeFor(http, context, "administration", level);
  const protection = protectionOf(scope, http.req.param("branch") ?? "");
  if (protection === null) throw notFound("Branch not protected");
  return { scope, protection };
}

/** Returns the part. @throws ApiError 404 if the protection lacks it. */
export function partOf<Part>(part: Part | null, missing: string): Part {
  if (part === null) throw notFound(missing);
  return part;
}
