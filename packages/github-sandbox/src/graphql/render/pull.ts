/** Renders pull requests with all that decides whether they can merge. */

import type {
  AutoMergeRequest,
  PullRequestChangedFile,
  PullRequestReview,
  PullRequest as PullType,
} from "@octokit/graphql-schema";
import type { RepositoryScope } from "../../context.ts";
import { changes, type FileChange } from "../../git/plumbing/diff.ts";
import { log, mergeBase } from "../../git/plumbing/history.ts";
import { closedNumbers } from "../../issues/closing.ts";
import { ownersOf } from "../../protection/owners.ts";
import { decisionOn } from "../../protection/reviews.ts";
import { latestVerdicts, mayApprove } from "../../protection/standing.ts";
import { factsOf } from "../../pulls/facts.ts";
import { askMergeability } from "../../pulls/mergeability.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import { association } from "../../render/user.ts";
import type { Issue, Pull, Review } from "../../store/entities.ts";
import { threadsOf } from "../../store/threads.ts";
import { connection } from "../connection.ts";
import type { Arguments, Asking, Fields, Shown } from "../fields.ts";
import { rollupObject } from "./checks.ts";
import { pullCommitObject } from "./commit.ts";
import { conversationFields } from "./conversation.ts";
import { threadObject } from "./threads.ts";

export function pullObject(asking: Asking, scope: RepositoryScope, pull: Pull): Shown {
  const { repository } = scope;
  const { context, show } = asking;
  const { store } = context;
  const issue = store.table("issues").get(pull.id);
  if (issue === undefined) throw new Error(`pull ${pull.number} has no issue`);
  const url = `${repositoryWeb(scope)}/pull/${pull.number}`;
  // Computed once for all fields of this pull, and only if one of them needs it.
  let facts: ReturnType<typeof factsOf> | undefined;
  const known = () => {
    facts ??= factsOf(scope, pull);
    return facts;
  };
  const sized = async () => (await known()).size;
  const commit = (sha: string | null) => (sha === null ? null : () => show.commit(scope, sha));
  return {
    __typename: "PullRequest",
    ...conversationFields(asking, scope, issue),
    id: nodeId("PullRequest", pull.id),
    state: pull.merged ? "MERGED" : issue.state.toUpperCase(),
    isDraft: pull.draft,
    isCrossRepository: false,
    maintainerCanModify: false,
    merged: pull.merged,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedById === null ? null : () => show.actor(pull.mergedById ?? 0),
    mergeCommit: pull.merged ? commit(pull.mergeSha) : null,
    potentialMergeCommit: pull.merged ? null : commit(pull.mergeability?.testMergeSha ?? null),
    mergeable: () => {
      askMergeability(scope, pull);
      const mergeable = pull.merged ? null : pull.mergeability?.mergeable;
      return mergeable === true ? "MERGEABLE" : mergeable === false ? "CONFLICTING" : "UNKNOWN";
    },
    mergeStateStatus: async () => {
      askMergeability(scope, pull);
      return (await known()).mergeableState.toUpperCase();
    },
    reviewDecision: async () => {
      const base = await context.git.resolve(repository, `refs/heads/${pull.baseRef}`);
      return decisionOn(scope, pull, await ownersOf(scope, pull, base ?? pull.baseSha));
    },
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    headRef: () => show.ref(scope, `refs/heads/${pull.headRef}`),
    headRepository: () => show.repository(scope),
    headRepositoryOwner: () => show.actor(repository.ownerId),
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    baseRef: () => show.ref(scope, `refs/heads/${pull.baseRef}`),
    baseRepository: () => show.repository(scope),
    additions: async () => (await sized()).additions,
    deletions: async () => (await sized()).deletions,
    changedFiles: async () => (await sized()).files,
    url,
    permalink: url,
    resourcePath: new URL(url).pathname,
    autoMergeRequest: autoMerge(asking, scope, pull),
    statusCheckRollup: () => rollupObject(asking, scope, pull.headSha),
    commits: connection(
      "PullRequestCommitConnection",
      "commits",
      () => commitsOf(asking, scope, pull),
      (sha) => pullCommitObject(asking, scope, pull, sha),
    ),
    files: connection("PullRequestChangedFileConnection", "files", () => filesOf(asking, scope, pull), fileShape),
    reviews: (given: Arguments) => {
      const wanted = Array.isArray(given.states) ? given.states : null;
      const found = reviewsOf(asking, pull).filter(
        (review) =>
          (wanted === null || wanted.includes(review.state)) &&
          (typeof given.author !== "string" || store.table("users").get(review.userId)?.login === given.author),
      );
      return reviewConnection(asking, scope, pull, "reviews", found)(given);
    },
    latestReviews: (given: Arguments) => {
      const last = new Map(reviewsOf(asking, pull).map((review) => [review.userId, review]));
      return reviewConnection(asking, scope, pull, "latestReviews", [...last.values()])(given);
    },
    latestOpinionatedReviews: (given: Arguments) => {
      const all = latestVerdicts(store, pull);
      const found = given.writersOnly === true ? all.filter(({ userId }) => mayApprove(scope, userId)) : all;
      return reviewConnection(asking, scope, pull, "latestOpinionatedReviews", found)(given);
    },
    reviewThreads: connection(
      "PullRequestReviewThreadConnection",
      "reviewThreads",
      () => threadsOf(store, pull),
      (thread) => threadObject(asking, scope, pull, thread),
    ),
    closingIssuesReferences: connection(
      "IssueConnection",
      "closingIssuesReferences",
      () => closedBy(asking, scope, pull, issue),
      (each) => show.issue(scope, each),
    ),
  } satisfies Fields<PullType>;
}

/** Lists the reviews, oldest first. Only its author sees a draft. */
function reviewsOf({ context, actor }: Asking, pull: Pull): Review[] {
  const viewer = actor.kind === "token" ? actor.user.id : null;
  return context.store
    .table("reviews")
    .filter((each) => each.pullId === pull.id && (each.state !== "PENDING" || each.userId === viewer));
}

function reviewConnection(asking: Asking, scope: RepositoryScope, pull: Pull, name: string, found: Review[]) {
  return connection(
    "PullRequestReviewConnection",
    name,
    () => found,
    (each) => reviewObject(asking, scope, pull, each),
  );
}

export function reviewObject({ show }: Asking, scope: RepositoryScope, pull: Pull, review: Review): Shown {
  const url = `${repositoryWeb(scope)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  return {
    __typename: "PullRequestReview",
    id: nodeId("PullRequestReview", review.id),
    databaseId: review.id,
    fullDatabaseId: String(review.id),
    author: () => show.actor(review.userId),
    authorAssociation: association(scope.repository, review.userId),
    body: review.body,
    bodyText: review.body,
    state: review.state,
    commit: () => show.commit(scope, review.commitId),
    submittedAt: review.submittedAt,
    updatedAt: review.updatedAt,
    url,
    pullRequest: () => show.pull(scope, pull),
    repository: () => show.repository(scope),
  } satisfies Fields<PullRequestReview>;
}

function autoMerge({ context, show }: Asking, scope: RepositoryScope, pull: Pull): Shown | null {
  const order = context.store.table("autoMerges").get(pull.id);
  if (order === undefined) return null;
  return {
    __typename: "AutoMergeRequest",
    enabledAt: order.enabledAt,
    enabledBy: () => show.actor(order.enabledById),
    mergeMethod: order.method.toUpperCase(),
    commitHeadline: order.title,
    commitBody: order.message,
    pullRequest: () => show.pull(scope, pull),
  } satisfies Fields<AutoMergeRequest>;
}

/** Returns the commit from which the pull's own changes start. */
async function startOf({ context }: Asking, scope: RepositoryScope, pull: Pull): Promise<string> {
  return (await mergeBase(context.git.at(scope.repository), pull.baseSha, pull.headSha)) ?? pull.baseSha;
}

async function commitsOf(asking: Asking, scope: RepositoryScope, pull: Pull): Promise<string[]> {
  const from = await startOf(asking, scope, pull);
  const options = { without: [from], limit: 250, reverse: true };
  return (await log(asking.context.git.at(scope.repository), pull.headSha, options)).map(({ sha }) => sha);
}

async function filesOf(asking: Asking, scope: RepositoryScope, pull: Pull): Promise<FileChange[]> {
  const from = await startOf(asking, scope, pull);
  return (await changes(asking.context.git.at(scope.repository), from, pull.headSha)).slice(0, 3000);
}

function fileShape({ path, additions, deletions, status }: FileChange): Shown {
  const changeType = status === "removed" ? "DELETED" : status.toUpperCase();
  return {
    __typename: "PullRequestChangedFile",
    path,
    additions,
    deletions,
    changeType,
  } satisfies Fields<PullRequestChangedFile>;
}

/** Lists the issues that merging it would close. Only a pull into the default branch closes any. */
function closedBy({ context }: Asking, scope: RepositoryScope, pull: Pull, issue: Issue): Issue[] {
  const { repository } = scope;
  if (pull.baseRef !== repository.defaultBranch) return [];
  const numbers = closedNumbers(repository, issue.body ?? "");
  return context.store
    .table("issues")
    .filter((each) => each.repositoryId === repository.id && !each.isPull && numbers.includes(each.number));
}
