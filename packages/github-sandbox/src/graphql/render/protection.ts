/** Renders classic branch protection. Everybody who may write sees what it demands of them; the rule itself is for administrators. */
import type { BranchProtectionRule, RefUpdateRule } from "@octokit/graphql-schema";
import { may } from "../../access/permissions.ts";
import type { RepositoryScope } from "../../context.ts";
import { protectionOf } from "../../protection/classic.ts";
import { guardsOf } from "../../protection/guards.ts";
import { nodeId } from "../../render/site.ts";
import type { Protection } from "../../store/entities.ts";
import { type Asking, type Fields, Refused, type Shown } from "../fields.ts";

function demands(protection: Protection) {
  return {
    allowsDeletions: protection.allowDeletions,
    allowsForcePushes: protection.allowForcePushes,
    blocksCreations: protection.blockCreations,
    pattern: protection.branch,
    requiredApprovingReviewCount: protection.requiredApprovals,
    requiredStatusCheckContexts: protection.requiredStatusChecks?.checks.map(({ context }) => context) ?? null,
    requiresCodeOwnerReviews: protection.requireCodeOwnerReviews,
    requiresConversationResolution: protection.requiredConversationResolution,
    requiresLinearHistory: protection.requiredLinearHistory,
  };
}

/** null: classic protection says nothing about the branch. */
export function refUpdateRule({ actor }: Asking, scope: RepositoryScope, branch: string): Shown | null {
  const protection = protectionOf(scope, branch);
  if (protection === null) return null;
  const user = actor.kind === "token" ? actor.user : null;
  const guard = guardsOf(scope, `refs/heads/${branch}`).find(({ from }) => from === "protection");
  const isAdmitted = user !== null && (guard?.admits(user) || guard?.mayBypass(user, "pushers", "push"));
  return {
    __typename: "RefUpdateRule",
    ...demands(protection),
    requiresSignatures: protection.requiredSignatures,
    viewerAllowedToDismissReviews: may(actor, scope.repository, "pull_requests", "write"),
    viewerCanPush: isAdmitted === true && may(actor, scope.repository, "contents", "write"),
  } satisfies Fields<RefUpdateRule>;
}

/** @throws Refused if the actor may not administer the repository. */
export function branchProtectionRule({ actor }: Asking, scope: RepositoryScope, branch: string): Shown | null {
  if (!may(actor, scope.repository, "administration", "read")) {
    throw new Refused("FORBIDDEN", "Resource not accessible by integration");
  }
  const protection = protectionOf(scope, branch);
  if (protection === null) return null;
  return {
    __typename: "BranchProtectionRule",
    id: nodeId("BranchProtectionRule", protection.id),
    ...demands(protection),
    requiresCommitSignatures: protection.requiredSignatures,
    isAdminEnforced: protection.enforceAdmins,
    dismissesStaleReviews: protection.dismissStaleReviews,
    lockBranch: protection.lockBranch,
    lockAllowsFetchAndMerge: protection.allowForkSyncing,
    requireLastPushApproval: protection.requireLastPushApproval,
    requiresApprovingReviews: protection.requiredApprovals !== null,
    requiresStatusChecks: protection.requiredStatusChecks !== null,
    requiresStrictStatusChecks: protection.requiredStatusChecks?.strict ?? false,
    restrictsPushes: protection.restrictions !== null,
    // The sandbox has no deployments.
    requiresDeployments: false,
    requiredDeploymentEnvironments: [],
  } satisfies Fields<BranchProtectionRule>;
}
