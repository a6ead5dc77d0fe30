/** Renders commits and refs. */

import type { Commit as CommitType, Comparison, GitActor, PullRequestCommit, Ref, Tree } from "@octokit/graphql-schema";
import type { RepositoryScope } from "../../context.ts";
import { userOfEmail } from "../../git/identity.ts";
import { distance } from "../../git/plumbing/history.ts";
import { type Commit, readCommit } from "../../git/plumbing/objects.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import type { Pull } from "../../store/entities.ts";
import { connection } from "../connection.ts";
import type { Arguments, Asking, Fields, Shown } from "../fields.ts";
import { checkSuitesOf, rollupObject, statusObject } from "./checks.ts";
import { branchProtectionRule, refUpdateRule } from "./protection.ts";

function gitActor({ context, show }: Asking, { name, email, date }: Commit["author"]): Shown {
  const user = userOfEmail(context.store, email);
  return {
    __typename: "GitActor",
    name,
    email,
    date,
    user: user?.type === "User" ? () => show.actor(user.id) : null,
  } satisfies Fields<GitActor>;
}

export async function commitObject(asking: Asking, scope: RepositoryScope, sha: string): Promise<Shown> {
  const { context, show } = asking;
  const commit = await readCommit(context.git.at(scope.repository), sha);
  if (commit === null) throw new Error(`no commit ${sha}`);
  const [headline = "", ...body] = commit.message.split("\n");
  const url = `${repositoryWeb(scope)}/commit/${sha}`;
  return {
    __typename: "Commit",
    id: nodeId("Commit", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    message: commit.message,
    messageHeadline: headline,
    messageBody: body.join("\n").trim(),
    author: gitActor(asking, commit.author),
    committer: gitActor(asking, commit.committer),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    url,
    commitUrl: url,
    resourcePath: new URL(url).pathname,
    tree: { __typename: "Tree", id: nodeId("Tree", commit.tree), oid: commit.tree } satisfies Fields<Tree>,
    repository: () => show.repository(scope),
    statusCheckRollup: () => rollupObject(asking, scope, sha),
    checkSuites: checkSuitesOf(asking, scope, sha),
    status: () => statusObject(asking, scope, sha),
    parents: connection(
      "CommitConnection",
      "parents",
      () => commit.parents,
      (parent) => show.commit(scope, parent),
    ),
  } satisfies Fields<CommitType>;
}

/** Renders a branch or a tag; null if there is none. @param ref Such as `refs/heads/main`. */
export async function refObject(asking: Asking, scope: RepositoryScope, ref: string): Promise<Shown | null> {
  const { repository } = scope;
  const { context, show } = asking;
  const sha = await context.git.resolve(repository, ref);
  const [, prefix, name] = /^(refs\/[^/]+\/)(.+)$/.exec(ref) ?? [];
  if (sha === null || name === undefined) return null;
  return {
    __typename: "Ref",
    id: nodeId("Ref", `${repository.id}:${ref}`),
    name,
    prefix,
    repository: () => show.repository(scope),
    target: () => show.commit(scope, sha),
    refUpdateRule: () => (prefix === "refs/heads/" ? refUpdateRule(asking, scope, name) : null),
    branchProtectionRule: () => (prefix === "refs/heads/" ? branchProtectionRule(asking, scope, name) : null),
    compare: async ({ headRef }: Arguments) => {
      const name = String(headRef);
      const head = await context.git.resolve(repository, name.startsWith("refs/") ? name : `refs/heads/${name}`);
      if (head === null) return null;
      const { ahead, behind } = await distance(context.git.at(repository), sha, head);
      const status = behind === 0 ? (ahead === 0 ? "IDENTICAL" : "AHEAD") : ahead === 0 ? "BEHIND" : "DIVERGED";
      return {
        __typename: "Comparison",
        id: nodeId("Comparison", `${sha}...${head}`),
        aheadBy: ahead,
        behindBy: behind,
        status,
        baseTarget: () => show.commit(scope, sha),
        headTarget: () => show.commit(scope, head),
      } satisfies Fields<Comparison>;
    },
  } satisfies Fields<Ref>;
}

export function pullCommitObject({ show }: Asking, scope: RepositoryScope, pull: Pull, sha: string): Shown {
  const url = `${repositoryWeb(scope)}/pull/${pull.number}/commits/${sha}`;
  return {
    __typename: "PullRequestCommit",
    id: nodeId("PullRequestCommit", `${pull.id}:${sha}`),
    commit: () => show.commit(scope, sha),
    pullRequest: () => show.pull(scope, pull),
    url,
    resourcePath: new URL(url).pathname,
  } satisfies Fields<PullRequestCommit>;
}
