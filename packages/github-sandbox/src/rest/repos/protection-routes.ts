/** Classic branch protection. https://docs.github.com/en/rest/branches/branch-protection */

import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { unprotected } from "../../protection/classic.ts";
import {
  renderAdminsEnforced,
  renderProtection,
  renderRequiredReviews,
  renderSignatures,
} from "../../render/protection/protection.ts";
import type { Protection } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { allowedFrom, checksFrom, reviewsFrom, reviewsPart, wholeProtection } from "./protection-body.ts";
import { partOf, protectionPath as path, protectionAt } from "./protection-find.ts";
import { listRoutes } from "./protection-list-routes.ts";

/** Operations whose answers share one schema. */
type SwitchOperation = "repos/get-admin-branch-protection" | "repos/get-commit-signature-protection";

export function protectionRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const protections = context.store.table("protections");

  rest.get(path, (http) => {
    const { scope, protection } = protectionAt(http, context, "read");
    return respond<"repos/get-branch-protection">(http, renderProtection(scope, protection));
  });

  rest.put(path, async (http) => {
    const scope = scopeFor(http, context, "administration", "write");
    const { repository } = scope;
    const body = await bodyOf(http, wholeProtection);
    const branch = http.req.param("branch");
    if ((await context.git.resolve(repository, `refs/heads/${branch}`)) === null) throw notFound("Branch not found");
    const blank = unprotected(repository, branch);
    const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = body;
    const protection = protections.put({
      ...blank,
      requiredStatusChecks: checks === null ? null : checksFrom(checks, null),
      enforceAdmins: body.enforce_admins ?? false,
      ...(reviews === null ? {} : reviewsFrom(context, reviews, blank)),
      restrictions: restrictions === null ? null : allowedFrom(context, restrictions),
      requiredLinearHistory: body.required_linear_history ?? false,
      allowForcePushes: body.allow_force_pushes ?? false,
      allowDeletions: body.allow_deletions ?? false,
      blockCreations: body.block_creations ?? false,
      requiredConversationResolution: body.required_conversation_resolution ?? false,
      lockBranch: body.lock_branch ?? false,
      allowForkSyncing: body.allow_fork_syncing ?? false,
    });
    return respond<"repos/update-branch-protection">(http, renderProtection(scope, protection));
  });

  rest.delete(path, (http) => {
    const { protection } = protectionAt(http, context, "write");
    protections.remove(protection.id);
    return http.body(null, 204);
  });

  rest.get(`${path}/required_pull_request_reviews`, (http) => {
    const { scope, protection } = protectionAt(http, context, "read");
    return respond<"repos/get-pull-request-review-protection">(
      http,
      renderRequiredReviews(scope, reviewed(protection)),
    );
  });

  rest.patch(`${path}/required_pull_request_reviews`, async (http) => {
    const { scope, protection } = protectionAt(http, context, "write");
    const body = await bodyOf(http, reviewsPart);
    const changed = protections.put({ ...protection, ...reviewsFrom(context, body, protection) });
    return respond<"repos/update-pull-request-review-protection">(
      http,
      renderRequiredReviews(scope, reviewed(changed)),
    );
  });

  rest.delete(`${path}/required_pull_request_reviews`, (http) => {
    const { protection } = protectionAt(http, context, "write");
    protections.put({ ...reviewed(protection), requiredApprovals: null });
    return http.body(null, 204);
  });

  const switches = [
    { name: "enforce_admins", field: "enforceAdmins", show: renderAdminsEnforced },
    { name: "required_signatures", field: "requiredSignatures", show: renderSignatures },
  ] as const;
  for (const { name, field, show } of switches) {
    rest.get(`${path}/${name}`, (http) => {
      const { scope, protection } = protectionAt(http, context, "read");
      return respond<SwitchOperation>(http, show(scope, protection));
    });
    rest.post(`${path}/${name}`, (http) => {
      const { scope, protection } = protectionAt(http, context, "write");
      const changed = protections.put({ ...protection, [field]: true });
      return respond<SwitchOperation>(http, show(scope, changed));
    });
    rest.delete(`${path}/${name}`, (http) => {
      const { protection } = protectionAt(http, context, "write");
      protections.put({ ...protection, [field]: false });
      return http.body(null, 204);
    });
  }

  rest.route("/", listRoutes(context));
  return rest;
}

/** Returns the protection if it requires reviews. @throws ApiError 404 */
function reviewed(protection: Protection): Protection & { requiredApprovals: number } {
  const requiredApprovals = partOf(protection.requiredApprovals, "Pull request reviews not enabled");
  return { ...protection, requiredApprovals };
}
