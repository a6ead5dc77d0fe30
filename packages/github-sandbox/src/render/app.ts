/** Renders Apps and installations. */

import type { App, Installation, Permissions } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { nodeId, type RenderContext, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

/** The event names in GitHub's check payloads. An App can have newer ones; they are rendered too, as on GitHub. */
type EventName = NonNullable<
  NonNullable<NonNullable<Schema<"webhook-check-suite-completed">["check_suite"]["app"]>["events"]>
>[number];

export function renderApp(site: RenderContext, app: App) {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId("App", app.id),
    client_id: app.clientId,
    owner: renderSimpleUser(site, userById(site, app.ownerId)),
    name: app.name,
    description: null,
    external_url: `${site.serverUrl()}/apps/${app.slug}`,
    html_url: `${site.serverUrl()}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: grantedPermissions(app.permissions),
    events: app.events as EventName[],
  } satisfies NonNullable<Schema<"integration">>;
}

/** Renders the App with this id. Apps are never removed, so a stored id always has its App. */
export function renderAppById(site: RenderContext, id: number) {
  const app = site.store.table("apps").get(id);
  if (app === undefined) throw new Error(`no App ${id}`);
  return renderApp(site, app);
}

export function renderInstallation(site: RenderContext, entity: Installation, app: App) {
  const account = userById(site, entity.accountId);
  const url = `${site.apiUrl()}/app/installations/${entity.id}`;
  return {
    id: entity.id,
    account: renderSimpleUser(site, account),
    repository_selection: entity.repositories === "all" ? "all" : "selected",
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${site.apiUrl()}/installation/repositories`,
    html_url: `${site.serverUrl()}/settings/installations/${entity.id}`,
    app_id: app.id,
    app_slug: app.slug,
    client_id: app.clientId,
    target_id: account.id,
    target_type: account.type,
    permissions: grantedPermissions(app.permissions),
    events: app.events,
    created_at: entity.createdAt,
    updated_at: entity.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: entity.suspendedAt ?? null,
  } satisfies Schema<"installation">;
}

/** Renders permissions. GitHub types each with its own levels; the sandbox checks them when it grants them. */
export function grantedPermissions(permissions: Permissions) {
  return permissions as Record<string, "read" | "write"> & Schema<"app-permissions">;
}
