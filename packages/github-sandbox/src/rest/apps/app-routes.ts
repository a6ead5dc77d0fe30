/** Routes for an App with its own JWT. https://docs.github.com/en/rest/apps/apps */

import { z } from "zod";
import { ApiError, forbidden, notFound, SUSPENDED, unprocessable } from "../../access/errors.ts";
import { installationAt, installedRepositories, issueInstallationToken } from "../../access/tokens.ts";
import { botOf } from "../../apps/register.ts";
import type { SandboxContext } from "../../context.ts";
import { grantedPermissions, renderApp, renderInstallation } from "../../render/app.ts";
import { renderRepository } from "../../render/repository.ts";
import type { Schema } from "../../render/site.ts";
import { findRepository } from "../../repositories/make.ts";
import type { App, Installation, PermissionLevel, Permissions } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest } from "../kit.ts";
import { userNamed } from "../repos/repository-routes.ts";
import { type Answer, respond } from "../respond.ts";

const level = z.enum(["read", "write", "admin"]);
const asked = z.object({
  repositories: z.array(z.string()).max(500).nullish(),
  repository_ids: z.array(z.number()).max(500).nullish(),
  permissions: z.record(z.string(), level).nullish(),
});

export function appRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const { store } = context;
  const installations = store.table("installations");

  const installationsOf = (app: App) => installations.filter((each) => each.appId === app.id);

  rest.get("/app", (http) => {
    const app = signedInApp(http);
    return respond<"apps/get-authenticated">(http, {
      ...renderApp(context, app),
      installations_count: installationsOf(app).length,
    });
  });

  rest.get("/apps/:slug", (http) => {
    const app = store.table("apps").find((each) => each.slug === http.req.param("slug"));
    if (app === undefined) throw notFound();
    return respond<"apps/get-by-slug">(http, renderApp(context, app));
  });

  rest.get("/app/installations", (http) => {
    const app = signedInApp(http);
    return respond<"apps/list-installations">(
      http,
      paginate(http, installationsOf(app)).map((each) => listed(renderInstallation(context, each, app))),
    );
  });

  function installationOf(app: App, id: string): Installation {
    const found = installations.get(Number(id));
    if (found === undefined || found.appId !== app.id) throw notFound();
    return found;
  }

  rest.get("/app/installations/:id{[0-9]+}", (http) => {
    const app = signedInApp(http);
    return respond<"apps/get-installation">(
      http,
      renderInstallation(context, installationOf(app, http.req.param("id")), app),
    );
  });

  rest.post("/app/installations/:id{[0-9]+}/access_tokens", async (http) => {
    const app = signedInApp(http);
    const installation = installationOf(app, http.req.param("id"));
    if (typeof installation.suspendedAt === "string") throw forbidden(SUSPENDED);
    const body = await bodyOf(http, asked);
    const reach = installedRepositories(store, installation);
    const chosen = chosenRepositories(reach, body.repositories ?? null, body.repository_ids ?? null);
    const permissions = scopedPermissions(app.permissions, body.permissions ?? null);
    const token = issueInstallationToken(store, installation, botOf(store, app), {
      repositories: chosen === null ? null : chosen.map((each) => each.id),
      permissions,
    });
    return respond<"apps/create-installation-access-token", 201>(
      http,
      {
        token: token.id,
        expires_at: token.expiresAt ?? "",
        permissions: grantedPermissions(permissions),
        repository_selection: chosen === null && installation.repositories === "all" ? "all" : "selected",
        ...(chosen === null ? {} : { repositories: chosen.map((each) => renderRepository(context, each)) }),
      } satisfies Schema<"installation-token">,
      201,
    );
  });

  rest.get("/repos/:owner/:repo/installation", (http) => {
    const app = signedInApp(http);
    const repository = findRepository(store, http.req.param("owner"), http.req.param("repo"));
    const found = repository === undefined ? undefined : installationAt(store, app.id, repository);
    if (found === undefined) throw notFound();
    return respond<"apps/get-repo-installation">(http, renderInstallation(context, found, app));
  });

  for (const path of ["/users/:login/installation", "/orgs/:login/installation"] as const) {
    rest.get(path, (http) => {
      const app = signedInApp(http);
      const account = userNamed(context, http.req.param("login"));
      const found = installationsOf(app).find((each) => each.accountId === account.id);
      if (found === undefined) throw notFound();
      return respond<"apps/get-user-installation">(http, renderInstallation(context, found, app));
    });
  }

  rest.get("/installation/repositories", (http) => {
    const { installation, scope } = actingInstallation(http);
    const reach = installedRepositories(store, installation).filter((each) => scope?.includes(each.id) ?? true);
    return respond<"apps/list-repos-accessible-to-installation">(http, {
      total_count: reach.length,
      repository_selection: installation.repositories === "all" ? "all" : "selected",
      repositories: paginate(http, reach).map((each) => renderRepository(context, each)),
    });
  });

  rest.delete("/installation/token", (http) => {
    store.table("tokens").remove(actingInstallation(http).token);
    return http.body(null, 204);
  });

  function actingInstallation(http: HttpContext) {
    const actor = http.get("actor");
    const token = actor.kind === "token" ? actor.token : undefined;
    const installation = installations.get(token?.installationId ?? 0);
    if (token === undefined || installation === undefined) throw forbidden();
    return { installation, scope: token.repositories, token: token.id };
  }

  return rest;
}

/**
 * Renders an installation in a list. GitHub's description types its account as user and enterprise at once; GitHub's
 * own example is not both.
 */
function listed({ account, ...others }: ReturnType<typeof renderInstallation>) {
  const user: Schema<"simple-user"> = account;
  return { ...others, account: user as Answer<"apps/list-installations">[number]["account"] };
}

/** Returns the App that acts with its JWT. @throws ApiError 401 for any other actor. */
export function signedInApp(http: HttpContext): App {
  const actor = http.get("actor");
  if (actor.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
  return actor.app;
}

/** Returns the ids of the repositories that a token is requested for; null: all of the installation's. */
function chosenRepositories<Repo extends { id: number; name: string }>(
  reach: readonly Repo[],
  names: readonly string[] | null,
  ids: readonly number[] | null,
): Repo[] | null {
  if (names === null && ids === null) return null;
  const named = (names ?? []).map((name) => reach.find((each) => each.name.toLowerCase() === name.toLowerCase()));
  const numbered = (ids ?? []).map((id) => reach.find((each) => each.id === id));
  const found = [...named, ...numbered].filter((each) => each !== undefined);
  if (found.length < named.length + numbered.length) {
    throw unprocessable(
      "Installation",
      [],
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return [...new Set(found)];
}

const rank: Record<PermissionLevel, number> = { read: 1, write: 2, admin: 3 };

function scopedPermissions(granted: Permissions, wanted: Permissions | null): Permissions {
  if (wanted === null) return { ...granted, metadata: "read" };
  for (const [name, wantedLevel] of Object.entries(wanted)) {
    const grantedLevel = name === "metadata" ? "read" : granted[name];
    if (grantedLevel === undefined || rank[wantedLevel] > rank[grantedLevel]) {
      throw unprocessable("Installation", [], "The permissions requested are not granted to this installation.");
    }
  }
  return { ...wanted, metadata: "read" };
}
