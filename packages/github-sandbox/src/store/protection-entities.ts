/** What guards branches and tags. */
import type { Rule } from "./rule.ts";

/** Classic branch protection. `id` is `<repositoryId>:<branch>`. */
export interface Protection {
  id: string;
  repositoryId: number;
  branch: string;
  requiredStatusChecks: { strict: boolean; checks: { context: string; appId: number | null }[] } | null;
  enforceAdmins: boolean;
  /** null: changes need no pull request. */
  requiredApprovals: number | null;
  dismissStaleReviews: boolean;
  requireCodeOwnerReviews: boolean;
  requireLastPushApproval: boolean;
  /** Who may change the branch without a pull request and its reviews. */
  pullBypass: Allowed;
  /** Who alone may change the branch; null: everyone with write access. */
  restrictions: Allowed | null;
  requiredSignatures: boolean;
  requiredLinearHistory: boolean;
  requiredConversationResolution: boolean;
  allowForcePushes: boolean;
  allowDeletions: boolean;
  blockCreations: boolean;
  lockBranch: boolean;
  allowForkSyncing: boolean;
}

export interface Allowed {
  userIds: number[];
  appIds: number[];
}

export interface BypassActor {
  /** Of the App, the person or the role; null where the type says it all. */
  actorId: number | null;
  actorType: "Integration" | "OrganizationAdmin" | "RepositoryRole" | "User";
  mode: "always" | "pull_request" | "exempt";
}

export interface Ruleset {
  id: number;
  repositoryId: number;
  name: string;
  target: "branch" | "tag";
  enforcement: "active" | "evaluate" | "disabled";
  bypassActors: BypassActor[];
  /** Whole refs with wildcards, `~DEFAULT_BRANCH` or `~ALL`. */
  include: string[];
  exclude: string[];
  rules: Rule[];
  createdAt: string;
  updatedAt: string;
}
