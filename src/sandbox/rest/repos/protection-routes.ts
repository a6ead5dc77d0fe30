/** Classic branch protection. https://docs.github.com/en/rest/branches/branch-protection */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { protection as render, requiredChecks } from "../../shapes/protection.ts";
import type { Protection, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import { newRest, notFound, type Rest, repositoryFor } from "../kit.ts";
import { respond } from "../respond.ts";

/** The four first fields must be there, if only as null: GitHub answers 422 otherwise. */
const wanted = z.object({
  required_status_checks: z
    .object({
      strict: z.boolean(),
      contexts: z.array(z.string()).optional(),
      checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).optional(),
    })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .object({
      required_approving_review_count: z.number().int().min(0).max(6).default(1),
      dismiss_stale_reviews: z.boolean().default(false),
    })
    .nullable(),
  restrictions: z.unknown().refine((value) => value !== undefined, "must be an object or null"),
  required_linear_history: z.boolean().nullish(),
  allow_force_pushes: z.boolean().nullish(),
  allow_deletions: z.boolean().nullish(),
});

/** What a branch is protected by before anything is asked for. */
export function unprotected(repository: Repository, branch: string): Protection {
  return {
    id: `${repository.id}:${branch}`,
    repositoryId: repository.id,
    branch,
    requiredStatusChecks: null,
    enforceAdmins: false,
    requiredApprovals: null,
    dismissStaleReviews: false,
    requiredLinearHistory: false,
    allowForcePushes: false,
    allowDeletions: false,
  };
}

export function protectionRoutes(hub: Hub): Rest {
  const rest = newRest();
  const protections = hub.world.table("protections");
  const path = "/repos/:owner/:repo/branches/:branch{.+}/protection";

  function protectionOf(repository: Repository, branch: string): Protection {
    const protection = protections.get(`${repository.id}:${branch}`);
    if (protection === undefined) throw notFound("Branch not protected");
    return protection;
  }

  rest.get(path, (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "read");
    return respond<"repos/get-branch-protection">(
      context,
      render(hub, repository, protectionOf(repository, context.req.param("branch"))),
    );
  });

  rest.put(path, async (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "write");
    const body = await bodyOf(context, wanted);
    const branch = context.req.param("branch");
    if ((await hub.git.resolve(repository, `refs/heads/${branch}`)) === null) throw notFound("Branch not found");
    const checks = body.required_status_checks;
    const contexts = (checks?.contexts ?? []).map((context) => ({ context, appId: null }));
    const pinned = (checks?.checks ?? []).map((check) => ({
      context: check.context,
      // -1 is GitHub's "any App".
      appId: check.app_id === -1 ? null : (check.app_id ?? null),
    }));
    const unlisted = contexts.filter((each) => !pinned.some((check) => check.context === each.context));
    const protection = protections.put({
      ...unprotected(repository, branch),
      requiredStatusChecks: checks === null ? null : { strict: checks.strict, checks: [...pinned, ...unlisted] },
      enforceAdmins: body.enforce_admins ?? false,
      requiredApprovals: body.required_pull_request_reviews?.required_approving_review_count ?? null,
      dismissStaleReviews: body.required_pull_request_reviews?.dismiss_stale_reviews ?? false,
      requiredLinearHistory: body.required_linear_history ?? false,
      allowForcePushes: body.allow_force_pushes ?? false,
      allowDeletions: body.allow_deletions ?? false,
    });
    return respond<"repos/update-branch-protection">(context, render(hub, repository, protection));
  });

  rest.delete(path, (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "write");
    protections.remove(protectionOf(repository, context.req.param("branch")).id);
    return context.body(null, 204);
  });

  rest.get(`${path}/required_status_checks`, (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "read");
    const { branch, requiredStatusChecks } = protectionOf(repository, context.req.param("branch"));
    if (requiredStatusChecks === null) throw notFound("Required status checks not enabled");
    return respond<"repos/get-status-checks-protection">(
      context,
      requiredChecks(hub, repository, branch, requiredStatusChecks),
    );
  });

  // No rulesets yet: the branch has none, whether it exists or not, as GitHub answers for one that no rule names.
  rest.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (context) => {
    repositoryFor(context, hub.world, "metadata", "read");
    return respond<"repos/get-branch-rules">(context, []);
  });

  return rest;
}
