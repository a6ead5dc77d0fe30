/** Renders repositories, for REST answers and webhook payloads. */

import { type Actor, may, roleOf } from "../access/permissions.ts";
import { scopeOf } from "../context.ts";
import type { Repository } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { nodeId, type RenderContext, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

function apiLinks(scope: RenderScope) {
  const url = repositoryApi(scope);
  return {
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}

/** Renders the fields that every form of a repository has. Webhooks have no others. */
export function renderRepository(site: RenderContext, entity: Repository) {
  const scope = scopeOf(site, entity);
  const owner = userById(site, entity.ownerId);
  const web = repositoryWeb(scope);
  const openIssues = site.store
    .table("issues")
    .filter((issue) => issue.repositoryId === entity.id && issue.state === "open").length;
  return {
    id: entity.id,
    node_id: nodeId("Repository", entity.id),
    name: entity.name,
    full_name: `${entity.owner}/${entity.name}`,
    owner: renderSimpleUser(site, owner),
    private: entity.private,
    html_url: web,
    description: entity.description,
    fork: false,
    ...apiLinks(scope),
    git_url: `${web.replace(/^https?:/, "git:")}.git`,
    ssh_url: `git@${new URL(web).hostname}:${entity.owner}/${entity.name}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 0,
    default_branch: entity.defaultBranch,
    open_issues_count: openIssues,
    open_issues: openIssues,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: entity.archived ?? false,
    disabled: false,
    visibility: entity.private ? "private" : "public",
    pushed_at: entity.pushedAt,
    created_at: entity.createdAt,
    updated_at: entity.pushedAt,
    license: null,
    allow_forking: true,
    web_commit_signoff_required: false,
  } satisfies Schema<"repository-webhooks"> & Schema<"minimal-repository"> & Schema<"repository">;
}

/** The repository and what the actor may do in it, for `GET /repos/{owner}/{repo}`. */
export function renderFullRepository(site: RenderContext, entity: Repository, actor: Actor): Schema<"full-repository"> {
  const owner = userById(site, entity.ownerId);
  return {
    ...renderRepository(site, entity),
    permissions: permissions(entity, actor),
    allow_merge_commit: entity.allowMergeCommit,
    allow_squash_merge: entity.allowSquashMerge,
    allow_rebase_merge: entity.allowRebaseMerge,
    allow_auto_merge: entity.allowAutoMerge,
    allow_update_branch: false,
    delete_branch_on_merge: entity.deleteBranchOnMerge,
    subscribers_count: 0,
    network_count: 0,
    ...(owner.type === "Organization" ? { organization: renderSimpleUser(site, owner) } : {}),
  };
}

function permissions(entity: Repository, actor: Actor) {
  const role = actor.kind === "token" && actor.token.permissions === null ? roleOf(entity, actor.user) : null;
  return {
    admin: may(actor, entity, "administration", "admin"),
    maintain: role === "maintain" || role === "admin",
    push: may(actor, entity, "contents", "write"),
    triage: role !== null && role !== "read",
    pull: may(actor, entity, "contents", "read"),
  };
}
