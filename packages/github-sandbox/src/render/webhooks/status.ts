/** Renders the `status` webhook: the status, its commit, and the branches whose tip is that commit. */

import type { StatusEvent } from "../../events/event.ts";
import type { Commit } from "../../git/plumbing/objects.ts";
import { isProtected } from "../../protection/guards.ts";
import { nodeId, type Payload, type RenderScope, repositoryApi, repositoryWeb } from "../site.ts";

export function statusPayload(scope: RenderScope, { status, commit, branches }: Omit<StatusEvent, "event">) {
  const { repository } = scope;
  const api = repositoryApi(scope);
  return {
    id: status.id,
    sha: status.sha,
    name: `${repository.owner}/${repository.name}`,
    avatar_url: `${scope.serverUrl()}/avatars/u/${status.creatorId}`,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: statusCommit(scope, commit),
    branches: branches.map((name) => ({
      name,
      commit: { sha: status.sha, url: `${api}/commits/${status.sha}` },
      protected: isProtected(scope, name),
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
  } satisfies Payload<"webhook-status">;
}

function statusCommit(scope: RenderScope, commit: Commit) {
  const { sha } = commit;
  const api = repositoryApi(scope);
  const web = repositoryWeb(scope);
  const url = `${api}/commits/${sha}`;
  return {
    sha,
    node_id: nodeId("Commit", sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned" as const, signature: null, payload: null, verified_at: null },
    },
    url,
    html_url: `${web}/commit/${sha}`,
    comments_url: `${url}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${web}/commit/${parent}`,
    })),
  };
}
