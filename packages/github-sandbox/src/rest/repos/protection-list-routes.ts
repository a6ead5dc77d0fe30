/**
 * Lists within a protection: required checks, users and Apps that may push.
 * https://docs.github.com/en/rest/branches/branch-protection
 */

import type { SandboxContext } from "../../context.ts";
import { renderAppById } from "../../render/app.ts";
import { renderRequiredChecks, renderRestrictions } from "../../render/protection/protection.ts";
import { renderSimpleUser } from "../../render/user.ts";
import type { Allowed, Protection } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { bodyOf, namesOf } from "../body.ts";
import { type HttpContext, newRest, type Rest } from "../kit.ts";
import { respond } from "../respond.ts";
import { appIds, checksFrom, checksPart, hasContext, userIds } from "./protection-body.ts";
import { partOf, protectionPath as path, protectionAt } from "./protection-find.ts";

const changes = ["POST", "PUT", "DELETE"] as const;

/** Applies the method to the list: PUT replaces, POST adds, DELETE removes. */
function changed<Item>(method: string, present: readonly Item[], named: readonly Item[]): Item[] {
  if (method === "PUT") return [...new Set(named)];
  if (method === "POST") return [...new Set([...present, ...named])];
  return present.filter((each) => !named.includes(each));
}

export function listRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const protections = context.store.table("protections");
  const checksOf = ({ requiredStatusChecks }: Protection) =>
    partOf(requiredStatusChecks, "Required status checks not enabled");
  const restrictionsOf = ({ restrictions }: Protection) => partOf(restrictions, "Push restrictions not enabled");

  rest.get(`${path}/required_status_checks`, (http) => {
    const { scope, protection } = protectionAt(http, context, "read");
    return respond<"repos/get-status-checks-protection">(
      http,
      renderRequiredChecks(scope, protection.branch, checksOf(protection)),
    );
  });

  rest.patch(`${path}/required_status_checks`, async (http) => {
    const { scope, protection } = protectionAt(http, context, "write");
    const wanted = checksFrom(await bodyOf(http, checksPart), checksOf(protection));
    protections.put({ ...protection, requiredStatusChecks: wanted });
    return respond<"repos/update-status-check-protection">(
      http,
      renderRequiredChecks(scope, protection.branch, wanted),
    );
  });

  rest.delete(`${path}/required_status_checks`, (http) => {
    const { protection } = protectionAt(http, context, "write");
    checksOf(protection);
    protections.put({ ...protection, requiredStatusChecks: null });
    return http.body(null, 204);
  });

  const contexts = `${path}/required_status_checks/contexts`;
  rest.get(contexts, (http) => {
    const { checks } = checksOf(protectionAt(http, context, "read").protection);
    return respond<"repos/get-all-status-check-contexts">(
      http,
      checks.map((check) => check.context),
    );
  });

  rest.on([...changes], contexts, async (http: HttpContext) => {
    const { protection } = protectionAt(http, context, "write");
    const { strict, checks } = checksOf(protection);
    const present = checks.map((check) => check.context);
    const wanted = changed(http.req.method, present, await namesOf(http, "contexts"));
    const kept = checks.filter((check) => wanted.includes(check.context));
    const added = wanted.filter((name) => !hasContext(kept, name)).map((name) => ({ context: name, appId: null }));
    protections.put({ ...protection, requiredStatusChecks: { strict, checks: [...kept, ...added] } });
    return respond<"repos/set-status-check-contexts">(http, wanted);
  });

  rest.get(`${path}/restrictions`, (http) => {
    const { scope, protection } = protectionAt(http, context, "read");
    return respond<"repos/get-access-restrictions">(
      http,
      renderRestrictions(scope, protection.branch, restrictionsOf(protection)),
    );
  });

  rest.delete(`${path}/restrictions`, (http) => {
    const { protection } = protectionAt(http, context, "write");
    restrictionsOf(protection);
    protections.put({ ...protection, restrictions: null });
    return http.body(null, 204);
  });

  const lists = {
    users: { field: "userIds", idsOf: userIds },
    apps: { field: "appIds", idsOf: appIds },
  } as const;
  function respondWith(http: HttpContext, name: keyof typeof lists, { userIds: users, appIds: apps }: Allowed) {
    return name === "users"
      ? respond<"repos/get-users-with-access-to-protected-branch">(
          http,
          users.map((id) => renderSimpleUser(context, userById(context, id))),
        )
      : respond<"repos/get-apps-with-access-to-protected-branch">(
          http,
          apps.map((id) => renderAppById(context, id)),
        );
  }
  for (const name of ["users", "apps"] as const) {
    const { field, idsOf } = lists[name];
    rest.get(`${path}/restrictions/${name}`, (http) =>
      respondWith(http, name, restrictionsOf(protectionAt(http, context, "read").protection)),
    );
    rest.on([...changes], `${path}/restrictions/${name}`, async (http: HttpContext) => {
      const { protection } = protectionAt(http, context, "write");
      const present = restrictionsOf(protection);
      const named = idsOf(context, await namesOf(http, name));
      const wanted = { ...present, [field]: changed(http.req.method, present[field], named) };
      protections.put({ ...protection, restrictions: wanted });
      return respondWith(http, name, wanted);
    });
  }

  return rest;
}
