/** The lists inside a protection: required checks, and who may push. https://docs.github.com/en/rest/branches/branch-protection */
import type { Hub } from "../../hub.ts";
import { integrationById } from "../../shapes/app.ts";
import { restrictions as renderRestrictions, requiredChecks } from "../../shapes/gates/protection.ts";
import { simpleUser, userById } from "../../shapes/user.ts";
import type { Allowed, Protection } from "../../world/entities.ts";
import { bodyOf, namesOf } from "../body.ts";
import { newRest, type Rest, type RestContext } from "../kit.ts";
import { respond } from "../respond.ts";
import { appIds, checksFrom, checksPart, hasContext, userIds } from "./protection-body.ts";
import { partOf, protectionPath as path, protectionAt } from "./protection-find.ts";

const changes = ["POST", "PUT", "DELETE"] as const;

/** What the method makes of a list that has `present`, given `named`. */
function changed<Item>(method: string, present: readonly Item[], named: readonly Item[]): Item[] {
  if (method === "PUT") return [...new Set(named)];
  if (method === "POST") return [...new Set([...present, ...named])];
  return present.filter((each) => !named.includes(each));
}

export function listRoutes(hub: Hub): Rest {
  const rest = newRest();
  const protections = hub.world.table("protections");
  const checksOf = ({ requiredStatusChecks }: Protection) =>
    partOf(requiredStatusChecks, "Required status checks not enabled");
  const restrictionsOf = ({ restrictions }: Protection) => partOf(restrictions, "Push restrictions not enabled");

  rest.get(`${path}/required_status_checks`, (context) => {
    const { repository, protection } = protectionAt(context, hub, "read");
    return respond<"repos/get-status-checks-protection">(
      context,
      requiredChecks(hub, repository, protection.branch, checksOf(protection)),
    );
  });

  rest.patch(`${path}/required_status_checks`, async (context) => {
    const { repository, protection } = protectionAt(context, hub, "write");
    const wanted = checksFrom(await bodyOf(context, checksPart), checksOf(protection));
    protections.put({ ...protection, requiredStatusChecks: wanted });
    return respond<"repos/update-status-check-protection">(
      context,
      requiredChecks(hub, repository, protection.branch, wanted),
    );
  });

  rest.delete(`${path}/required_status_checks`, (context) => {
    const { protection } = protectionAt(context, hub, "write");
    checksOf(protection);
    protections.put({ ...protection, requiredStatusChecks: null });
    return context.body(null, 204);
  });

  const contexts = `${path}/required_status_checks/contexts`;
  rest.get(contexts, (context) => {
    const { checks } = checksOf(protectionAt(context, hub, "read").protection);
    return respond<"repos/get-all-status-check-contexts">(
      context,
      checks.map((check) => check.context),
    );
  });

  rest.on([...changes], contexts, async (context: RestContext) => {
    const { protection } = protectionAt(context, hub, "write");
    const { strict, checks } = checksOf(protection);
    const present = checks.map((check) => check.context);
    const wanted = changed(context.req.method, present, await namesOf(context, "contexts"));
    const kept = checks.filter((check) => wanted.includes(check.context));
    const added = wanted.filter((name) => !hasContext(kept, name)).map((name) => ({ context: name, appId: null }));
    protections.put({ ...protection, requiredStatusChecks: { strict, checks: [...kept, ...added] } });
    return respond<"repos/set-status-check-contexts">(context, wanted);
  });

  rest.get(`${path}/restrictions`, (context) => {
    const { repository, protection } = protectionAt(context, hub, "read");
    return respond<"repos/get-access-restrictions">(
      context,
      renderRestrictions(hub, repository, protection.branch, restrictionsOf(protection)),
    );
  });

  rest.delete(`${path}/restrictions`, (context) => {
    const { protection } = protectionAt(context, hub, "write");
    restrictionsOf(protection);
    protections.put({ ...protection, restrictions: null });
    return context.body(null, 204);
  });

  const lists = {
    users: { field: "userIds", idsOf: userIds },
    apps: { field: "appIds", idsOf: appIds },
  } as const;
  function respondWith(context: RestContext, name: keyof typeof lists, { userIds: users, appIds: apps }: Allowed) {
    return name === "users"
      ? respond<"repos/get-users-with-access-to-protected-branch">(
          context,
          users.map((id) => simpleUser(hub, userById(hub, id))),
        )
      : respond<"repos/get-apps-with-access-to-protected-branch">(
          context,
          apps.map((id) => integrationById(hub, id)),
        );
  }
  for (const name of ["users", "apps"] as const) {
    const { field, idsOf } = lists[name];
    rest.get(`${path}/restrictions/${name}`, (context) =>
      respondWith(context, name, restrictionsOf(protectionAt(context, hub, "read").protection)),
    );
    rest.on([...changes], `${path}/restrictions/${name}`, async (context: RestContext) => {
      const { protection } = protectionAt(context, hub, "write");
      const present = restrictionsOf(protection);
      const named = idsOf(hub, await namesOf(context, name));
      const wanted = { ...present, [field]: changed(context.req.method, present[field], named) };
      protections.put({ ...protection, restrictions: wanted });
      return respondWith(context, name, wanted);
    });
  }

  return rest;
}
