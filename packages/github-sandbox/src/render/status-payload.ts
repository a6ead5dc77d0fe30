/** The `status` webhook: the status, its commit, and the branches whose tip that commit is. */

import type { SandboxContext } from "../context.ts";
import { readCommit } from "../git/plumbing/objects.ts";
import { branchesAt } from "../git/plumbing/stored-refs.ts";
import { isProtected } from "../protection/guards.ts";
import type { CommitStatus, Repository } from "../store/entities.ts";
import { nodeId, type Payload, repositoryApi, repositoryWeb } from "./site.ts";

export async function statusPayload(context: SandboxContext, repository: Repository, status: CommitStatus) {
  const api = repositoryApi(context, repository);
  const git = context.git.at(repository);
  const names = await branchesAt(git, status.sha);
  return {
    id: status.id,
    sha: status.sha,
    name: `${repository.owner}/${repository.name}`,
    avatar_url: `${context.serverUrl()}/avatars/u/${status.creatorId}`,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: await statusCommit(context, repository, status.sha),
    branches: names.map((name) => ({
      name,
      commit: { sha: status.sha, url: `${api}/commits/${status.sha}` },
      protected: isProtected(context.store, repository, name),
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
  } satisfies Payload<"webhook-status">;
}

async function statusCommit(context: SandboxContext, repository: Repository, sha: string) {
  const commit = await readCommit(context.git.at(repository), sha);
  if (commit === null) throw new Error(`no commit ${sha} in repository ${repository.id}`);
  const api = repositoryApi(context, repository);
  const web = repositoryWeb(context, repository);
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
