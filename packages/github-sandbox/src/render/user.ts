/** Renders people, organisations and bots of Apps. */
import type { Repository, User } from "../store/entities.ts";
import { nodeId, type RenderContext, type Schema } from "./site.ts";

function links(site: RenderContext, user: User) {
  const login = encodeURIComponent(user.login);
  const url = `${site.apiUrl()}/users/${login}`;
  // A bot's page is that of its App: https://api.github.com/users/dependabot[bot]
  const page = user.type === "Bot" ? `apps/${encodeURIComponent(user.login.replace(/\[bot\]$/, ""))}` : login;
  return {
    url,
    html_url: `${site.serverUrl()}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
  };
}

export function renderSimpleUser(site: RenderContext, user: User) {
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.type, user.id),
    avatar_url: `${site.serverUrl()}/avatars/u/${user.id}`,
    gravatar_id: "",
    ...links(site, user),
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  } satisfies Schema<"simple-user">;
}

export function renderPublicUser(site: RenderContext, user: User): Schema<"public-user"> {
  const owned = site.store.table("repositories").filter((repository) => repository.ownerId === user.id);
  return {
    ...renderSimpleUser(site, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: owned.filter((repository) => !repository.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2020-01-01T00:00:00Z",
  };
}

export function renderPrivateUser(site: RenderContext, user: User): Schema<"private-user"> {
  const isPrivate = (repository: Repository) => repository.ownerId === user.id && repository.private;
  const owned = site.store.table("repositories").filter(isPrivate).length;
  return {
    ...renderPublicUser(site, user),
    user_view_type: "private",
    private_gists: 0,
    total_private_repos: owned,
    owned_private_repos: owned,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: false,
  };
}

export function renderOrganization(site: RenderContext, user: User): Schema<"organization-simple-webhooks"> {
  const url = `${site.apiUrl()}/orgs/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId("Organization", user.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${site.serverUrl()}/avatars/u/${user.id}`,
    description: null,
  };
}

/** Returns the association of an author with the repository. */
export function association(repository: Repository, userId: number): Schema<"author-association"> {
  if (repository.ownerId === userId) return "OWNER";
  return repository.collaborators[String(userId)] === undefined ? "NONE" : "COLLABORATOR";
}
