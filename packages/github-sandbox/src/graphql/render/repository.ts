/** Renders repositories. */

import type { Label as LabelType, Repository as RepositoryType } from "@octokit/graphql-schema";
import { may } from "../../access/permissions.ts";
import type { RepositoryScope } from "../../context.ts";
import { listPulls } from "../../pulls/list.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import type { Label } from "../../store/entities.ts";
import { connection } from "../connection.ts";
import { type Arguments, type Asking, type Fields, Refused, type Shown } from "../fields.ts";

/** @throws Refused if the token sees the repository but lacks the permission. */
function needs({ actor }: Asking, scope: RepositoryScope, permission: string): void {
  if (!may(actor, scope.repository, permission, "read")) {
    throw new Refused("FORBIDDEN", "Resource not accessible by integration");
  }
}

/** Applies a filter of states; true without one. `state` must be in upper case, as in GraphQL. */
const wants = (states: unknown, state: string) => !Array.isArray(states) || states.includes(state);

export function repositoryObject(asking: Asking, scope: RepositoryScope): Shown {
  const { repository } = scope;
  const { context, show } = asking;
  const { store } = context;
  const issueAt = (number: unknown) =>
    store.table("issues").find((each) => each.repositoryId === repository.id && each.number === number);
  const url = repositoryWeb(scope);

  function issueOrPull(number: unknown, kind: "Issue" | "PullRequest" | "issue or pull request"): Shown {
    needs(asking, scope, kind === "PullRequest" ? "pull_requests" : "issues");
    const issue = issueAt(number);
    const pull = issue === undefined ? undefined : store.table("pulls").get(issue.id);
    if (pull !== undefined && kind !== "Issue") return show.pull(scope, pull);
    if (issue !== undefined && !issue.isPull && kind !== "PullRequest") return show.issue(scope, issue);
    throw new Refused(
      "NOT_FOUND",
      `Could not resolve to an ${kind} with the number of ${number}.`.replace("an P", "a P"),
    );
  }

  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: `${repository.owner}/${repository.name}`,
    owner: () => show.actor(repository.ownerId),
    description: repository.description,
    isPrivate: repository.private,
    visibility: repository.private ? "PRIVATE" : "PUBLIC",
    isArchived: false,
    isFork: false,
    url,
    resourcePath: new URL(url).pathname,
    createdAt: repository.createdAt,
    pushedAt: repository.pushedAt,
    mergeCommitAllowed: repository.allowMergeCommit,
    squashMergeAllowed: repository.allowSquashMerge,
    rebaseMergeAllowed: repository.allowRebaseMerge,
    deleteBranchOnMerge: repository.deleteBranchOnMerge,
    // The sandbox has no merge queue, and refuses the rule that demands one.
    mergeQueue: () => null,
    defaultBranchRef: () => show.ref(scope, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: Arguments) => {
      const name = String(qualifiedName);
      return show.ref(scope, name.startsWith("refs/") ? name : `refs/heads/${name}`);
    },
    issue: ({ number }: Arguments) => issueOrPull(number, "Issue"),
    pullRequest: ({ number }: Arguments) => issueOrPull(number, "PullRequest"),
    issueOrPullRequest: ({ number }: Arguments) => issueOrPull(number, "issue or pull request"),
    label: ({ name }: Arguments) => {
      const found = labelsIn(asking, scope).find((each) => each.name.toLowerCase() === String(name).toLowerCase());
      return found === undefined ? null : show.label(scope, found);
    },
    labels: connection(
      "LabelConnection",
      "labels",
      () => labelsIn(asking, scope),
      (label) => show.label(scope, label),
    ),
    issues: (given: Arguments) => {
      needs(asking, scope, "issues");
      refuseFilters("Repository.issues", given, ["states", "labels"]);
      const found = store
        .table("issues")
        .filter((each) => each.repositoryId === repository.id && !each.isPull)
        .filter((each) => wants(given.states, each.state.toUpperCase()))
        .filter((each) => !Array.isArray(given.labels) || given.labels.some((label) => each.labels.includes(label)));
      return connection(
        "IssueConnection",
        "issues",
        () => found,
        (issue) => show.issue(scope, issue),
      )(given);
    },
    pullRequests: (given: Arguments) => {
      needs(asking, scope, "pull_requests");
      refuseFilters("Repository.pullRequests", given, ["states", "headRefName", "baseRefName"]);
      const found = listPulls(scope, { state: "all", direction: "asc" }).filter(
        (pull) =>
          wants(
            given.states,
            pull.merged ? "MERGED" : (store.table("issues").get(pull.id)?.state ?? "").toUpperCase(),
          ) &&
          (given.headRefName === undefined || given.headRefName === pull.headRef) &&
          (given.baseRefName === undefined || given.baseRefName === pull.baseRef),
      );
      return connection(
        "PullRequestConnection",
        "pullRequests",
        () => found,
        (pull) => show.pull(scope, pull),
      )(given);
    },
  } satisfies Fields<RepositoryType>;
}

/** Refuses a filter that the sandbox lacks. Ignoring it would return more than the client asked for. */
function refuseFilters(field: string, given: Arguments, known: readonly string[]): void {
  const pages = ["first", "last", "after", "before"];
  const unknown = Object.keys(given).find((name) => given[name] !== null && ![...known, ...pages].includes(name));
  if (unknown !== undefined) {
    throw new Refused("NOT_IMPLEMENTED", `The sandbox does not implement the argument ${unknown} of ${field}`);
  }
}

function labelsIn({ context }: Asking, scope: RepositoryScope): Label[] {
  return context.store.table("labels").filter((each) => each.repositoryId === scope.repository.id);
}

export function labelObject({ show }: Asking, scope: RepositoryScope, label: Label): Shown {
  const url = `${repositoryWeb(scope)}/labels/${encodeURIComponent(label.name)}`;
  return {
    __typename: "Label",
    id: nodeId("Label", label.id),
    name: label.name,
    color: label.color,
    description: label.description,
    isDefault: false,
    url,
    resourcePath: new URL(url).pathname,
    repository: () => show.repository(scope),
  } satisfies Fields<LabelType>;
}
