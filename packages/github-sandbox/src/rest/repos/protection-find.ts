/** The branch's protection that a path names. */
import { protectionOf } from "../../gates/protection.ts";
import type { Hub } from "../../hub.ts";
import type { Protection, Repository } from "../../world/entities.ts";
import { notFound, type RestContext, repositoryFor } from "../kit.ts";

export const protectionPath = "/repos/:owner/:repo/branches/:branch{.+}/protection";

/** @throws ApiError 404 for a branch that has none. */
export function protectionAt(
  context: RestContext,
  hub: Hub,
  level: "read" | "write",
): { repository: Repository; protection: Protection } {
  const repository = repositoryFor(context, hub.world, "administration", level);
  const protection = protectionOf(hub.world, repository, context.req.param("branch") ?? "");
  if (protection === null) throw notFound("Branch not protected");
  return { repository, protection };
}

/** @throws ApiError 404 where the part of it is not there. */
export function partOf<Part>(part: Part | null, missing: string): Part {
  if (part === null) throw notFound(missing);
  return part;
}
