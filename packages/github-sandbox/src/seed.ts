/**
 * Sets the sandbox up, as people do on GitHub's web pages. Every method finds what already exists, so a program can
 * call all of them at every start. Only an App's private key is handed out once (and can be renewed).
 */

import { installedRepositories, issueUserToken } from "./access/tokens.ts";
import { botOf, installApp, type NewApp, registerApp, renewKey } from "./apps/register.ts";
import type { SandboxContext } from "./context.ts";
import { unprotected } from "./protection/classic.ts";
import { renderInstallation } from "./render/app.ts";
import { nodeId, type Payload, type Schema } from "./render/site.ts";
import { renderSimpleUser } from "./render/user.ts";
import { findRepository, makeRepository, type NewRepository } from "./repositories/make.ts";
import type { App, Installation, Protection, Repository, Role, User } from "./store/entities.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

type Named = Pick<Repository, "id">;

export interface Seeding {
  /** Returns the person and a token of theirs. */
  createUser(login: string): { user: User; token: string };
  createOrganization(login: string): User;
  /** Makes the App, owned by `owner` or by the sandbox's own organisation. @throws Error if the slug is taken. */
  createApp(app: NewApp, owner?: User): Promise<{ app: App; privateKey: string }>;
  /** Replaces the App's private key. */
  renewAppKey(app: App): Promise<string>;
  /** Suspends the App's installation on the account, or lifts that. Its tokens are refused meanwhile. */
  suspend(app: App, account: User, suspended: boolean): void;
  /** Installs the App on the account, or changes the repositories that it reaches. */
  install(app: App, account: User, repositories: readonly Repository[] | "all"): Installation;
  createRepository(given: { owner: User } & Pick<NewRepository, "name"> & Partial<NewRepository>): Promise<Repository>;
  /**
   * Fetches `ref` of a git repository (a path or URL) into a branch and returns the commit's SHA. The branch becomes
   * the default branch of a repository without commits.
   */
  importRepository(repository: Named, source: string, ref: string, branch: string): Promise<string>;
  addCollaborator(repository: Named, user: User, role: Role): void;
  setProtection(
    repository: Repository,
    branch: string,
    wanted: Partial<Omit<Protection, "id" | "repositoryId" | "branch">>,
  ): Protection;
  setSecret(repository: Named, name: string, value: string): void;
  setVariable(repository: Named, name: string, value: string): void;
  /** Sets the branch that the pages of the repository's code open on. */
  showBranch(repository: Named, branch: string): void;
  /** Requires every pull of the repository to pass a workflow of another one as well. */
  requireWorkflow(repository: Named, workflow: { repository: Named; ref: string; path: string }): void;
  /** Starts the repository's workflows for every pull, whatever paths they filter, so that each of their checks reports. */
  ignorePathFilters(repository: Named): void;
  /** Sets the target of the App's webhooks. The new target gets a `ping`. */
  setWebhook(app: App, url: string, secret: string): App;
  findUser(login: string): User | undefined;
  findApp(slug: string): App | undefined;
  findRepository(owner: string, name: string): Repository | undefined;
}

export function seeding(context: SandboxContext, webhooks: Webhooks): Seeding {
  const { store } = context;
  const users = store.table("users");
  const apps = store.table("apps");
  const repositories = store.table("repositories");

  const findUser = (login: string) => users.find((each) => each.login.toLowerCase() === login.toLowerCase());

  function account(login: string, type: User["type"]): User {
    const known = findUser(login);
    if (known !== undefined && known.type !== type) throw new Error(`${login} is there, as a ${known.type}`);
    const email = type === "User" ? `${login}@users.noreply.localhost` : null;
    return known ?? users.put({ id: store.nextId(), login, type, name: login, email });
  }

  function change(repository: Named, changed: (present: Repository) => Partial<Repository>): Repository {
    const present = repositories.get(repository.id);
    if (present === undefined) throw new Error(`no repository ${repository.id}`);
    return repositories.put({ ...present, ...changed(present) });
  }

  return {
    createUser(login) {
      const user = account(login, "User");
      const known = store.table("tokens").find((each) => each.kind === "user" && each.userId === user.id);
      return { user, token: (known ?? issueUserToken(store, user)).id };
    },
    createOrganization: (login) => account(login, "Organization"),
    async createApp(given, owner) {
      const made = await registerApp(store, owner ?? account("sandbox", "Organization"), given);
      webhooks.sendTo(made.app, "ping", ping(context, made.app), null);
      return made;
    },
    renewAppKey: (app) => renewKey(store, app),
    install(app, target, reach) {
      const { installation, isNew } = installApp(store, app, target, reach);
      if (!isNew) return installation;
      const payload = {
        action: "created",
        installation: renderInstallation(context, installation, app),
        repositories: installedRepositories(store, installation).map((each) => ({
          id: each.id,
          node_id: nodeId("Repository", each.id),
          name: each.name,
          full_name: `${each.owner}/${each.name}`,
          private: each.private,
        })),
        sender: renderSimpleUser(context, target),
      } satisfies Omit<Schema<"webhook-installation-created">, "action"> & { action: string };
      webhooks.sendTo(app, "installation", payload, installation.id);
      return installation;
    },
    suspend(app, target, suspended) {
      const installations = store.table("installations");
      const known = installations.find((each) => each.appId === app.id && each.accountId === target.id);
      if (known === undefined) throw new Error(`'${app.slug}' is not installed on '${target.login}'`);
      const installation = installations.put({ ...known, suspendedAt: suspended ? store.now() : null });
      const payload = {
        action: suspended ? "suspend" : "unsuspend",
        installation: renderInstallation(context, installation, app),
        sender: renderSimpleUser(context, target),
      };
      webhooks.sendTo(app, "installation", payload, installation.id);
    },
    async createRepository({ owner, name, ...wanted }) {
      const known = findRepository(store, owner.login, name);
      if (known !== undefined) return known;
      return makeRepository(context, owner, {
        name,
        description: wanted.description ?? null,
        private: wanted.private ?? false,
        defaultBranch: wanted.defaultBranch ?? "main",
        allowMergeCommit: wanted.allowMergeCommit ?? true,
        allowSquashMerge: wanted.allowSquashMerge ?? true,
        allowRebaseMerge: wanted.allowRebaseMerge ?? true,
        deleteBranchOnMerge: wanted.deleteBranchOnMerge ?? false,
      });
    },
    async importRepository(repository, source, ref, branch) {
      const isEmpty = (await context.git.resolve(repository, "HEAD")) === null;
      const sha = await context.git.importFrom(repository, source, ref, branch);
      if (isEmpty) await context.git.setDefaultBranch(repository, branch);
      change(repository, () => ({ pushedAt: store.now(), ...(isEmpty ? { defaultBranch: branch } : {}) }));
      return sha;
    },
    addCollaborator(repository, user, role) {
      change(repository, ({ collaborators }) => ({ collaborators: { ...collaborators, [String(user.id)]: role } }));
    },
    setProtection: (repository, branch, wanted) =>
      store.table("protections").put({ ...unprotected(repository, branch), ...wanted }),
    setSecret(repository, name, value) {
      change(repository, ({ secrets }) => ({ secrets: { ...secrets, [name]: value } }));
    },
    setVariable(repository, name, value) {
      change(repository, ({ variables }) => ({ variables: { ...variables, [name]: value } }));
    },
    showBranch(repository, branch) {
      change(repository, () => ({ shownBranch: branch }));
    },
    requireWorkflow(repository, { repository: source, ref, path }) {
      const wanted = { repositoryId: source.id, ref, path };
      change(repository, ({ requiredWorkflows }) => ({
        requiredWorkflows: [
          ...requiredWorkflows.filter((each) => each.repositoryId !== source.id || each.path !== path),
          wanted,
        ],
      }));
    },
    ignorePathFilters(repository) {
      change(repository, () => ({ ignoresPathFilters: true }));
    },
    setWebhook(app, url, secret) {
      const changed = apps.put({ ...(apps.get(app.id) ?? app), webhookUrl: url, webhookSecret: secret });
      webhooks.sendTo(changed, "ping", ping(context, changed), null);
      return changed;
    },
    findUser,
    findApp: (slug) => apps.find((each) => each.slug === slug),
    findRepository: (owner, name) => findRepository(store, owner, name),
  };
}

function ping(context: SandboxContext, app: App) {
  return {
    zen: "Keep it logically awesome.",
    hook_id: app.id,
    hook: {
      type: "App",
      id: app.id,
      name: "web",
      active: true,
      events: app.events,
      config: { content_type: "json", insecure_ssl: "0", secret: "********", url: app.webhookUrl ?? "" },
      updated_at: context.store.now(),
      created_at: app.createdAt,
      app_id: app.id,
      deliveries_url: `${context.apiUrl()}/app/hook/deliveries`,
    },
    sender: renderSimpleUser(context, botOf(context.store, app)),
  } satisfies Payload<"webhook-ping"> & { sender: unknown };
}
