/** Renders people, bots, organisations and Apps. */

import type { App as AppType, Bot, Organization, User as UserType } from "@octokit/graphql-schema";
import { nodeId } from "../../render/site.ts";
import { renderSimpleUser } from "../../render/user.ts";
import type { App } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import type { Asking, Fields, Shown } from "../fields.ts";

export function actorObject({ context, actor: viewer }: Asking, userId: number): Shown {
  const user = userById(context, userId);
  const rest = renderSimpleUser(context, user);
  const common = {
    __typename: user.type,
    id: rest.node_id,
    databaseId: user.id,
    login: user.type === "Bot" ? user.login.replace(/\[bot\]$/, "") : user.login,
    avatarUrl: rest.avatar_url,
    url: rest.html_url,
    resourcePath: new URL(rest.html_url).pathname,
  };
  // GraphQL names an App's bot without REST's `[bot]`: https://github.com/cli/cli/issues/5054
  if (user.type === "Bot") return common satisfies Fields<Bot>;
  const { name, email } = user;
  if (user.type === "Organization") return { ...common, name, email } satisfies Fields<Organization>;
  const isViewer = viewer.kind === "token" && viewer.user.id === user.id;
  return { ...common, name, email: email ?? "", isViewer } satisfies Fields<UserType>;
}

export function appObject({ context }: Asking, app: App): Shown {
  return {
    __typename: "App",
    id: nodeId("App", app.id),
    databaseId: app.id,
    name: app.name,
    slug: app.slug,
    description: null,
    url: `${context.serverUrl()}/apps/${app.slug}`,
    createdAt: app.createdAt,
    updatedAt: app.createdAt,
  } satisfies Fields<AppType>;
}
