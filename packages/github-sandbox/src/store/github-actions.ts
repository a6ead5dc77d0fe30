/**
 * The App of GitHub Actions and its bot. They have GitHub's own ids, since people pin required checks to `app_id:
 * 15368` (https://api.github.com/apps/github-actions).
 */
import type { App, User } from "./entities.ts";
import type { Store } from "./store.ts";

const appId = 15368;
const botId = 41898282;
const githubId = 9919;

export function actionsApp(store: Store): App {
  return (
    store.table("apps").get(appId) ??
    store.table("apps").put({
      id: appId,
      slug: "github-actions",
      name: "GitHub Actions",
      clientId: "Iv1.github-actions",
      ownerId: githubOrganization(store).id,
      // Leaves out the private key: no client signs in as this App.
      publicKey: "",
      permissions: { actions: "write", checks: "write", contents: "write", issues: "write", statuses: "write" },
      events: [],
      webhookUrl: null,
      webhookSecret: null,
      createdAt: "2018-07-30T09:30:17Z",
    })
  );
}

export function actionsBot(store: Store): User {
  return (
    store.table("users").get(botId) ??
    store.table("users").put({ id: botId, login: "github-actions[bot]", type: "Bot", name: null, email: null })
  );
}

function githubOrganization(store: Store): User {
  return (
    store.table("users").get(githubId) ??
    store.table("users").put({ id: githubId, login: "github", type: "Organization", name: "GitHub", email: null })
  );
}
