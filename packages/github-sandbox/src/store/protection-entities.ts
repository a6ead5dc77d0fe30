/** The entities of branch protection and rulesets. */
import type { Rule } from "./rule.ts";

/** Classic branch protection. `id` is `<repositoryId>:<branch>`. */
export interface Protection {
  id: string;
  repositoryId: number;
  branch: string;
  requiredStatusChecks: { strict: boolean; checks: { context: string; appId: number | null }[] } | null;
  enforceAdmins: boolean;
  /** null: no pull request is required. */
  requiredApprovals: number | null;
  dismissStaleReviews: boolean;
  requireCodeOwnerReviews: boolean;
  requireLastPushApproval: boolean;
  /** Users and Apps that may push without a pull request and its reviews. */
  pullBypass: Allowed;
  /** The only users and Apps that may push; null: everyone with write access. */
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
  /** The id of the App, person or role; null where the type alone is enough. */
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
  /** Patterns for whole refs, `~DEFAULT_BRANCH` or `~ALL`. */
  include: string[];
  exclude: string[];
  rules: Rule[];
  createdAt: string;
  updatedAt: string;
}
