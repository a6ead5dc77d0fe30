/**
 * Reads and sets the permissions of jobs' tokens in a repository. The sandbox holds the default permissions fixed.
 * https://docs.github.com/en/rest/actions/permissions#get-default-workflow-permissions-for-a-repository
 */
import { z } from "zod";
import { ApiError } from "../../access/errors.ts";
import { defaultPermissions } from "../../actions/parse/permissions.ts";
import type { SandboxContext } from "../../context.ts";
import { bodyOf } from "../body.ts";
import { newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";

const given = z.object({
  default_workflow_permissions: z.enum(["read", "write"]).optional(),
  can_approve_pull_request_reviews: z.boolean().optional(),
});

const fixed = defaultPermissions.contents === "write" ? "write" : "read";

export function permissionRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const path = "/repos/:owner/:repo/actions/permissions/workflow";

  rest.get(path, (http) => {
    const { repository } = scopeFor(http, context, "administration", "read");
    return respond<"actions/get-github-actions-default-workflow-permissions-repository">(http, {
      default_workflow_permissions: fixed,
      can_approve_pull_request_reviews: repository.jobsMayApprove ?? false,
    });
  });

  rest.put(path, async (http) => {
    const { repository } = scopeFor(http, context, "administration", "write");
    const { default_workflow_permissions: level, can_approve_pull_request_reviews: mayApprove } = await bodyOf(
      http,
      given,
    );
    if (level !== undefined && level !== fixed) {
      throw new ApiError(409, `The sandbox holds the default workflow permissions at ${fixed}`);
    }
    if (mayApprove !== undefined) {
      context.store.table("repositories").put({ ...repository, jobsMayApprove: mayApprove });
    }
    return http.body(null, 204);
  });

  return rest;
}
