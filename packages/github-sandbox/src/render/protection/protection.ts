/** Renders classic branch protection. */

import type { Allowed, Protection } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { renderAppById } from "../app.ts";
import { type RenderContext, type RenderScope, repositoryApi, type Schema } from "../site.ts";
import { renderSimpleUser } from "../user.ts";

export function renderRequiredChecks(
  scope: RenderScope,
  branch: string,
  required: NonNullable<Protection["requiredStatusChecks"]>,
) {
  const url = `${protectionUrl(scope, branch)}/required_status_checks`;
  return {
    url,
    strict: required.strict,
    contexts: required.checks.map((check) => check.context),
    contexts_url: `${url}/contexts`,
    checks: required.checks.map((check) => ({ context: check.context, app_id: check.appId })),
  } satisfies Schema<"status-check-policy">;
}

export function renderRequiredReviews(scope: RenderScope, entity: Protection & { requiredApprovals: number }) {
  const { pullBypass } = entity;
  const isOpenToSome = pullBypass.userIds.length + pullBypass.appIds.length > 0;
  return {
    url: `${protectionUrl(scope, entity.branch)}/required_pull_request_reviews`,
    dismiss_stale_reviews: entity.dismissStaleReviews,
    require_code_owner_reviews: entity.requireCodeOwnerReviews,
    require_last_push_approval: entity.requireLastPushApproval,
    required_approving_review_count: entity.requiredApprovals,
    ...(isOpenToSome ? { bypass_pull_request_allowances: allowed(scope, pullBypass) } : {}),
  } satisfies Schema<"protected-branch-pull-request-review">;
}

export function renderRestrictions(scope: RenderScope, branch: string, entity: Allowed) {
  const url = `${protectionUrl(scope, branch)}/restrictions`;
  const urls = { url, users_url: `${url}/users`, teams_url: `${url}/teams`, apps_url: `${url}/apps` };
  return { ...urls, ...allowed(scope, entity) } satisfies Schema<"branch-restriction-policy">;
}

function allowed(site: RenderContext, { userIds, appIds }: Allowed) {
  return {
    users: userIds.map((id) => renderSimpleUser(site, userById(site, id))),
    teams: [],
    apps: appIds.map((id) => ({ ...renderAppById(site, id), description: "" })),
  };
}

export function renderAdminsEnforced(scope: RenderScope, entity: Protection) {
  return {
    url: `${protectionUrl(scope, entity.branch)}/enforce_admins`,
    enabled: entity.enforceAdmins,
  } satisfies Schema<"protected-branch-admin-enforced">;
}

export function renderSignatures(scope: RenderScope, entity: Protection) {
  return {
    url: `${protectionUrl(scope, entity.branch)}/required_signatures`,
    enabled: entity.requiredSignatures,
  };
}

export function renderProtection(scope: RenderScope, entity: Protection) {
  const { branch, requiredStatusChecks, requiredApprovals } = entity;
  return {
    url: protectionUrl(scope, branch),
    ...(requiredStatusChecks === null
      ? {}
      : { required_status_checks: renderRequiredChecks(scope, branch, requiredStatusChecks) }),
    ...(requiredApprovals === null
      ? {}
      : { required_pull_request_reviews: renderRequiredReviews(scope, { ...entity, requiredApprovals }) }),
    ...(entity.restrictions === null ? {} : { restrictions: renderRestrictions(scope, branch, entity.restrictions) }),
    required_signatures: renderSignatures(scope, entity),
    enforce_admins: renderAdminsEnforced(scope, entity),
    required_linear_history: { enabled: entity.requiredLinearHistory },
    allow_force_pushes: { enabled: entity.allowForcePushes },
    allow_deletions: { enabled: entity.allowDeletions },
    block_creations: { enabled: entity.blockCreations },
    required_conversation_resolution: { enabled: entity.requiredConversationResolution },
    lock_branch: { enabled: entity.lockBranch },
    allow_fork_syncing: { enabled: entity.allowForkSyncing },
  } satisfies Schema<"branch-protection">;
}

function protectionUrl(scope: RenderScope, branch: string): string {
  return `${repositoryApi(scope)}/branches/${encodeURIComponent(branch)}/protection`;
}
