/** Collects the guards of a ref: its branch's classic protection and every active ruleset that names it. */

import { roleOf } from "../access/permissions.ts";
import type { Allowed, MergeMethod, Protection, Ruleset, User } from "../store/entities.ts";
import type { Rule } from "../store/rule.ts";
import type { StoreScope } from "../store/store.ts";
import { appOfBot, bypassOf } from "./bypass.ts";
import { protectionOf } from "./classic.ts";
import { fnmatch } from "./pattern.ts";

/** The demands that a guard can make. */
export type Demand =
  | "creation"
  | "update"
  | "deletion"
  | "force"
  | "pushers"
  | "pull"
  | "checks"
  | "linear"
  | "method"
  | "threads"
  | "signatures"
  | "up-to-date";

export interface Guard {
  from: "protection" | "rules";
  /** Moves that the guard always refuses. */
  forbids: ReadonlySet<"creation" | "update" | "deletion" | "force">;
  /** Returns true if the user may change the branch at all. */
  admits(user: User): boolean;
  /** Set if changes need a pull request. */
  pull: {
    approvals: number;
    dismissStale: boolean;
    /** True if another person than its author must approve the last push. */
    lastPush: boolean;
    codeOwners: boolean;
    methods: readonly MergeMethod[] | null;
  } | null;
  /** True if every review thread must be resolved. */
  threads: boolean;
  signed: boolean;
  checks: readonly { context: string; appId: number | null }[];
  checksOnCreation: boolean;
  /** True if users who may change the branch may also create it. */
  admitsCreators: boolean;
  upToDate: boolean;
  linear: boolean;
  /** Returns true if the user may bypass this demand when pushing or merging. */
  mayBypass(user: User, demand: Demand, way: "push" | "merge"): boolean;
  /** Returns true if a bypass is reported to the user. */
  reportsBypass(user: User): boolean;
}

export function guardsOf(scope: StoreScope, ref: string): Guard[] {
  const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
  const protection = branch === null ? null : protectionOf(scope, branch);
  const rulesets = rulesetsOn(scope, ref).map((ruleset) => ofRuleset(scope, ruleset));
  return [...(protection === null ? [] : [ofProtection(scope, protection)]), ...rulesets];
}

/** Returns true if the branch is `protected`. Rulesets count as well. */
export function isProtected(scope: StoreScope, branch: string): boolean {
  return guardsOf(scope, `refs/heads/${branch}`).length > 0;
}

/** Returns the active rulesets that name the ref, oldest first. The ref need not exist. */
export function rulesetsOn(scope: StoreScope, ref: string): Ruleset[] {
  const { repository } = scope;
  const [, kind] = ref.split("/");
  const target = kind === "heads" ? "branch" : kind === "tags" ? "tag" : null;
  const matches = (pattern: string) => {
    if (pattern === "~ALL") return true;
    if (pattern === "~DEFAULT_BRANCH") return ref === `refs/heads/${repository.defaultBranch}`;
    return fnmatch(pattern, ref);
  };
  return scope.store
    .table("rulesets")
    .filter(
      (ruleset) =>
        ruleset.repositoryId === repository.id &&
        ruleset.enforcement === "active" &&
        ruleset.target === target &&
        ruleset.include.some(matches) &&
        !ruleset.exclude.some(matches),
    )
    .sort((a, b) => a.id - b.id);
}

function ofProtection(scope: StoreScope, protection: Protection): Guard {
  const forbids = new Set<"creation" | "update" | "deletion" | "force">();
  if (!protection.allowDeletions) forbids.add("deletion");
  if (!protection.allowForcePushes) forbids.add("force");
  if (protection.lockBranch) forbids.add("update");
  const { requiredStatusChecks: required, requiredApprovals: approvals, restrictions } = protection;
  const isListed = ({ userIds, appIds }: Allowed, user: User) =>
    userIds.includes(user.id) || appIds.includes(appOfBot(scope.store, user.login)?.id ?? 0);
  return {
    from: "protection",
    forbids,
    admits: (user) => restrictions === null || isListed(restrictions, user),
    pull:
      approvals === null
        ? null
        : {
            approvals,
            dismissStale: protection.dismissStaleReviews,
            lastPush: protection.requireLastPushApproval,
            codeOwners: protection.requireCodeOwnerReviews,
            methods: null,
          },
    threads: protection.requiredConversationResolution,
    signed: protection.requiredSignatures,
    checks: required?.checks ?? [],
    checksOnCreation: false,
    admitsCreators: protection.blockCreations,
    upToDate: required?.strict ?? false,
    linear: protection.requiredLinearHistory,
    mayBypass(user, demand) {
      if (demand === "pull" && isListed(protection.pullBypass, user)) return true;
      // These two bind admins too, whatever `enforce_admins` is.
      if (demand === "deletion" || demand === "force") return false;
      return !protection.enforceAdmins && roleOf(scope.repository, user) === "admin";
    },
    reportsBypass: () => true,
  };
}

const forbidding = { creation: "creation", update: "update", deletion: "deletion", non_fast_forward: "force" } as const;

function ofRuleset(scope: StoreScope, ruleset: Ruleset): Guard {
  const find = <Type extends Rule["type"]>(type: Type) =>
    ruleset.rules.find((rule): rule is Extract<Rule, { type: Type }> => rule.type === type);
  const pull = find("pull_request")?.parameters;
  const checks = find("required_status_checks")?.parameters;
  return {
    from: "rules",
    forbids: new Set(ruleset.rules.flatMap(({ type }) => (type in forbidding ? [forbidding[type as never]] : []))),
    admits: () => true,
    pull:
      pull === undefined
        ? null
        : {
            approvals: pull.required_approving_review_count,
            dismissStale: pull.dismiss_stale_reviews_on_push,
            lastPush: pull.require_last_push_approval,
            codeOwners: pull.require_code_owner_review,
            methods: pull.allowed_merge_methods ?? null,
          },
    threads: pull?.required_review_thread_resolution ?? false,
    signed: find("required_signatures") !== undefined,
    checks: (checks?.required_status_checks ?? []).map(({ context, integration_id: appId }) => ({
      context,
      appId: appId ?? null,
    })),
    admitsCreators: false,
    checksOnCreation: checks?.do_not_enforce_on_create !== true,
    upToDate: checks?.strict_required_status_checks_policy ?? false,
    linear: find("required_linear_history") !== undefined,
    mayBypass(user, _demand, way) {
      const mode = bypassOf(scope, ruleset, user);
      return mode === "always" || mode === "exempt" || (mode === "pull_request" && way === "merge");
    },
    // Rules are not evaluated for an `exempt` actor: https://docs.github.com/en/rest/repos/rules
    reportsBypass: (user) => bypassOf(scope, ruleset, user) !== "exempt",
  };
}
