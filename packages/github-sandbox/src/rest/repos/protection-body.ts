/** Parses the body that changes a branch's classic protection. */

import { z } from "zod";
import { ApiError } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import type { Allowed, Protection } from "../../store/entities.ts";

const named = z.object({
  users: z.array(z.string()).optional(),
  teams: z.array(z.string()).max(0, "there are no teams here").optional(),
  apps: z.array(z.string()).optional(),
});

const checks = z.object({
  strict: z.boolean().optional(),
  contexts: z.array(z.string()).optional(),
  checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).optional(),
});

/**
 * Everyone with write access may dismiss reviews. GitHub restricts that for organisations only; the message is the
 * sandbox's own.
 */
const nobody = named.refine(
  ({ users = [], apps = [] }) => users.length + apps.length === 0,
  "cannot be enforced here: everyone with write access may dismiss reviews",
);

const reviews = z.object({
  dismissal_restrictions: nobody.optional(),
  dismiss_stale_reviews: z.boolean().optional(),
  require_code_owner_reviews: z.boolean().optional(),
  required_approving_review_count: z.number().int().min(0).max(6).optional(),
  require_last_push_approval: z.boolean().optional(),
  bypass_pull_request_allowances: named.optional(),
});

/** The first four fields are required, null included: GitHub answers 422 without one. */
export const wholeProtection = z.object({
  required_status_checks: checks.extend({ strict: z.boolean() }).nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: reviews.nullable(),
  restrictions: named.extend({ users: z.array(z.string()), teams: z.array(z.string()).max(0) }).nullable(),
  required_linear_history: z.boolean().nullish(),
  allow_force_pushes: z.boolean().nullish(),
  allow_deletions: z.boolean().nullish(),
  block_creations: z.boolean().nullish(),
  required_conversation_resolution: z.boolean().nullish(),
  lock_branch: z.boolean().nullish(),
  allow_fork_syncing: z.boolean().nullish(),
});

export const checksPart = checks;
export const reviewsPart = reviews;

type RequiredChecks = NonNullable<Protection["requiredStatusChecks"]>;

/** Merges the requested checks with the present ones. */
export function checksFrom(body: z.output<typeof checks>, present: RequiredChecks | null): RequiredChecks {
  const strict = body.strict ?? present?.strict ?? false;
  if (body.contexts === undefined && body.checks === undefined) return { strict, checks: present?.checks ?? [] };
  const pinned = (body.checks ?? []).map(({ context, app_id: appId }) => ({
    context,
    // -1 means any App.
    appId: appId === -1 ? null : (appId ?? null),
  }));
  const contexts = (body.contexts ?? []).map((context) => ({ context, appId: null }));
  return { strict, checks: [...pinned, ...contexts.filter((each) => !hasContext(pinned, each.context))] };
}

export function hasContext(checks: RequiredChecks["checks"], context: string): boolean {
  return checks.some((check) => check.context === context);
}

type Reviews = Pick<
  Protection,
  "requiredApprovals" | "dismissStaleReviews" | "requireCodeOwnerReviews" | "requireLastPushApproval" | "pullBypass"
>;

export function reviewsFrom(context: SandboxContext, body: z.output<typeof reviews>, present: Reviews): Reviews {
  return {
    requiredApprovals: body.required_approving_review_count ?? present.requiredApprovals ?? 1,
    dismissStaleReviews: body.dismiss_stale_reviews ?? present.dismissStaleReviews,
    requireCodeOwnerReviews: body.require_code_owner_reviews ?? present.requireCodeOwnerReviews,
    requireLastPushApproval: body.require_last_push_approval ?? present.requireLastPushApproval,
    pullBypass:
      body.bypass_pull_request_allowances === undefined
        ? present.pullBypass
        : allowedFrom(context, body.bypass_pull_request_allowances),
  };
}

export function allowedFrom(context: SandboxContext, body: z.output<typeof named>): Allowed {
  return { userIds: userIds(context, body.users ?? []), appIds: appIds(context, body.apps ?? []) };
}

export function userIds(context: SandboxContext, logins: readonly string[]): number[] {
  const users = context.store.table("users");
  return ids(logins, (login) => users.find((each) => each.login.toLowerCase() === login.toLowerCase()));
}

export function appIds(context: SandboxContext, slugs: readonly string[]): number[] {
  return ids(slugs, (slug) => context.store.table("apps").find((each) => each.slug === slug));
}

function ids(names: readonly string[], find: (name: string) => { id: number } | undefined): number[] {
  return names.map((name) => {
    const found = find(name);
    if (found === undefined) throw new ApiError(422, `Validation Failed: ${name} does not exist.`);
    return found.id;
  });
}
