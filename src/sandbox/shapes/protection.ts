/** Classic branch protection. */
import type { Protection, Repository } from "../world/entities.ts";
import { repositoryApi, type Schema, type Site } from "./site.ts";

export function requiredChecks(
  site: Site,
  repository: Repository,
  branch: string,
  required: NonNullable<Protection["requiredStatusChecks"]>,
) {
  const url = `${protectionUrl(site, repository, branch)}/required_status_checks`;
  return {
    url,
    strict: required.strict,
    contexts: required.checks.map((check) => check.context),
    contexts_url: `${url}/contexts`,
    checks: required.checks.map((check) => ({ context: check.context, app_id: check.appId })),
  } satisfies Schema<"status-check-policy">;
}

export function protection(site: Site, repository: Repository, entity: Protection) {
  const url = protectionUrl(site, repository, entity.branch);
  const { requiredStatusChecks, requiredApprovals } = entity;
  return {
    url,
    ...(requiredStatusChecks === null
      ? {}
      : { required_status_checks: requiredChecks(site, repository, entity.branch, requiredStatusChecks) }),
    ...(requiredApprovals === null
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: entity.dismissStaleReviews,
            require_code_owner_reviews: false,
            require_last_push_approval: false,
            required_approving_review_count: requiredApprovals,
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: entity.enforceAdmins },
    required_linear_history: { enabled: entity.requiredLinearHistory },
    allow_force_pushes: { enabled: entity.allowForcePushes },
    allow_deletions: { enabled: entity.allowDeletions },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  } satisfies Schema<"branch-protection">;
}

function protectionUrl(site: Site, repository: Repository, branch: string): string {
  return `${repositoryApi(site, repository)}/branches/${encodeURIComponent(branch)}/protection`;
}
