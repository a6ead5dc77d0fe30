/** Renders commits, trees, refs, branches and files. */

import { userOfEmail } from "../git/identity.ts";
import type { FileChange } from "../git/plumbing/diff.ts";
import type { Commit } from "../git/plumbing/objects.ts";
import type { ObjectType } from "../git/plumbing/reader.ts";
import type { TreeEntry } from "../git/plumbing/trees.ts";
import { nodeId, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { renderSimpleUser } from "./user.ts";

/** The sandbox signs nothing. */
const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** Encodes a path for a URL; its slashes stay. */
export function pathInUrl(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

export function renderGitCommit(scope: RenderScope, commit: Commit): Schema<"git-commit"> {
  const api = `${repositoryApi(scope)}/git`;
  const html = (sha: string) => `${repositoryWeb(scope)}/commit/${sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: html(commit.sha),
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: html(sha) })),
    verification: unsigned,
  };
}

export function renderCommit(scope: RenderScope, given: Commit) {
  const api = repositoryApi(scope);
  const url = `${api}/commits/${given.sha}`;
  const html = (sha: string) => `${repositoryWeb(scope)}/commit/${sha}`;
  const user = (email: string) => {
    const found = userOfEmail(scope.store, email);
    return found === null ? null : renderSimpleUser(scope, found);
  };
  return {
    sha: given.sha,
    node_id: nodeId("Commit", given.sha),
    url,
    html_url: html(given.sha),
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${given.sha}`,
      author: given.author,
      committer: given.committer,
      message: given.message,
      comment_count: 0,
      tree: { sha: given.tree, url: `${api}/git/trees/${given.tree}` },
      verification: unsigned,
    },
    author: user(given.author.email),
    committer: user(given.committer.email),
    parents: given.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: html(sha) })),
  } satisfies Schema<"commit">;
}

/** Renders a changed file. @param at The commit that its URLs point to. */
export function renderDiffEntry(scope: RenderScope, at: string, change: FileChange): Schema<"diff-entry"> {
  const web = repositoryWeb(scope);
  const path = pathInUrl(change.path);
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${web}/blob/${at}/${path}`,
    raw_url: `${web}/raw/${at}/${path}`,
    contents_url: `${repositoryApi(scope)}/contents/${path}?ref=${at}`,
    ...(change.patch === null ? {} : { patch: change.patch }),
    ...(change.previousPath === null ? {} : { previous_filename: change.previousPath }),
  };
}

export function renderGitRef(
  scope: RenderScope,
  { ref, sha, type }: { ref: string; sha: string; type: ObjectType },
): Schema<"git-ref"> {
  const api = `${repositoryApi(scope)}/git`;
  return {
    ref,
    node_id: nodeId("Ref", `${scope.repository.id}:${ref}`),
    url: `${api}/${pathInUrl(ref)}`,
    object: { type, sha, url: `${api}/${type}s/${sha}` },
  };
}

export function renderGitTree(
  scope: RenderScope,
  sha: string,
  entries: readonly TreeEntry[],
  truncated: boolean,
): Schema<"git-tree"> {
  const api = `${repositoryApi(scope)}/git`;
  return {
    sha,
    url: `${api}/trees/${sha}`,
    tree: entries.map(({ path, mode, type, sha: object, size }) => ({
      path,
      mode,
      type,
      sha: object,
      ...(size === null ? {} : { size }),
      ...(type === "commit" ? {} : { url: `${api}/${type}s/${object}` }),
    })),
    truncated,
  };
}

function contentType({ type, mode }: TreeEntry): "dir" | "submodule" | "symlink" | "file" {
  if (type === "tree") return "dir";
  if (type === "commit") return "submodule";
  return mode === "120000" ? "symlink" : "file";
}

/** Renders the common fields of files, links, folders and submodules. @param ref The branch, tag or SHA in the URLs. */
function contentPart(scope: RenderScope, ref: string, path: string, entry: TreeEntry) {
  const api = repositoryApi(scope);
  const web = repositoryWeb(scope);
  const kind = contentType(entry);
  const url = `${api}/contents/${pathInUrl(path)}?ref=${encodeURIComponent(ref)}`;
  const git = kind === "submodule" ? null : `${api}/git/${entry.type}s/${entry.sha}`;
  const html = `${web}/${kind === "dir" ? "tree" : "blob"}/${pathInUrl(ref)}/${pathInUrl(path)}`;
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    git_url: git,
    html_url: html,
    download_url: kind === "file" ? `${web}/raw/${pathInUrl(ref)}/${pathInUrl(path)}` : null,
    _links: { self: url, git, html },
  };
}

/**
 * Renders a line of a folder's listing. A submodule has the type of a file there, for old clients:
 * https://docs.github.com/en/rest/repos/contents#get-repository-content
 */
export function renderContentEntry(scope: RenderScope, ref: string, path: string, entry: TreeEntry) {
  const type = contentType(entry);
  return {
    type: type === "submodule" ? "file" : type,
    ...contentPart(scope, ref, path, entry),
  } satisfies Schema<"content-directory">[number];
}

export function renderContentFile(
  scope: RenderScope,
  ref: string,
  path: string,
  entry: TreeEntry,
  content: Buffer,
): Schema<"content-file"> {
  return {
    ...contentPart(scope, ref, path, entry),
    type: "file",
    encoding: "base64",
    content: wrappedBase64(content),
  };
}

export function renderContentSymlink(
  scope: RenderScope,
  ref: string,
  path: string,
  entry: TreeEntry,
  target: string,
): Schema<"content-symlink"> {
  return { ...contentPart(scope, ref, path, entry), type: "symlink", target };
}

export function renderContentSubmodule(
  scope: RenderScope,
  ref: string,
  path: string,
  entry: TreeEntry,
  gitUrl: string,
): Schema<"content-submodule"> {
  return { ...contentPart(scope, ref, path, entry), type: "submodule", submodule_git_url: gitUrl };
}

/** Encodes as base64 with a line break after 60 characters, as GitHub does. */
export function wrappedBase64(content: Buffer): string {
  return content.toString("base64").replace(/.{1,60}/g, "$&\n");
}
