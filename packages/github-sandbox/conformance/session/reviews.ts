/** Reviews of pulls: requested, written, dismissed, and with comments on lines. */
import { refused, type Stage } from "./stage.ts";

async function reviewedPull(stage: Stage, name: string) {
  const { ada } = stage;
  const at = await stage.repository(name);
  const head = await stage.commit(at, "feature", { "feature.txt": "one\ntwo\nthree\n" });
  const { data } = await ada.rest.pulls.create({ ...at, title: "A feature", head: "feature", base: "main" });
  return { at, head, one: { ...at, pull_number: data.number } };
}

export async function reviews(stage: Stage): Promise<void> {
  const { ada, wim, rea } = stage;
  const { at, one } = await reviewedPull(stage, "reviews");
  await ada.rest.pulls.requestReviewers({ ...one, reviewers: ["wim", "rea"] });
  await refused(422, ada.rest.pulls.requestReviewers({ ...one, reviewers: ["guild"] }));
  await ada.rest.pulls.listRequestedReviewers(one);
  await ada.rest.pulls.removeRequestedReviewers({ ...one, reviewers: ["rea"] });

  const comments = [{ path: "feature.txt", line: 2, body: "Why two?" }];
  const { data: draft } = await wim.rest.pulls.createReview({ ...one, body: "Let me see", comments });
  await refused(422, wim.rest.pulls.createReview(one));
  await wim.rest.pulls.submitReview({ ...one, review_id: draft.id, event: "REQUEST_CHANGES", body: "Not so" });
  await ada.rest.pulls.listCommentsForReview({ ...one, review_id: draft.id });
  await wim.rest.pulls.updateReview({ ...one, review_id: draft.id, body: "Not quite so" });
  await ada.rest.pulls.getReview({ ...one, review_id: draft.id });
  await refused(404, ada.rest.pulls.getReview({ ...one, review_id: 999_999 }));
  await refused(422, ada.rest.pulls.createReview({ ...one, event: "APPROVE" }));
  await ada.rest.pulls.dismissReview({ ...one, review_id: draft.id, message: "Done since" });

  const { data: dropped } = await rea.rest.pulls.createReview(one);
  await rea.rest.pulls.deletePendingReview({ ...one, review_id: dropped.id });
  await rea.rest.pulls.createReview({ ...one, event: "COMMENT", body: "Nice" });
  await wim.rest.pulls.createReview({ ...one, event: "APPROVE" });
  await ada.rest.pulls.listReviews(one);
  await ada.rest.pulls.get({ ...at, pull_number: one.pull_number });
}

export async function reviewComments(stage: Stage): Promise<void> {
  const { ada, wim } = stage;
  const { at, head, one } = await reviewedPull(stage, "lines");
  const line = { ...one, commit_id: head, path: "feature.txt" };
  const { data: comment } = await wim.rest.pulls.createReviewComment({ ...line, line: 1, side: "RIGHT", body: "Why?" });
  const { data: file } = await wim.rest.pulls.createReviewComment({
    ...line,
    subject_type: "file",
    body: "All of it",
  } as never);
  await wim.rest.pulls.createReviewComment({ ...line, start_line: 1, line: 3, side: "RIGHT", body: "These" });
  await refused(422, wim.rest.pulls.createReviewComment({ ...line, line: 99, side: "RIGHT", body: "Nowhere" }));
  const first = { ...at, comment_id: comment.id };
  await ada.rest.pulls.createReplyForReviewComment({ ...one, comment_id: comment.id, body: "Because" });
  await refused(404, ada.rest.pulls.createReplyForReviewComment({ ...one, comment_id: 999_999, body: "x" }));
  await ada.rest.pulls.listReviewComments(one);
  await ada.rest.pulls.listReviewCommentsForRepo({ ...at, sort: "updated", direction: "desc" });
  await ada.rest.pulls.getReviewComment(first);
  await ada.rest.pulls.getReviewComment({ ...at, comment_id: file.id });
  await refused(404, ada.rest.pulls.getReviewComment({ ...at, comment_id: 999_999 }));
  await wim.rest.pulls.updateReviewComment({ ...first, body: "Why though?" });
  await stage.commit(at, "feature", { "feature.txt": "zero\n" });
  await ada.rest.pulls.getReviewComment(first);
  await wim.rest.pulls.deleteReviewComment(first);
}

/** Requests merges that happen later. */
export async function laterMerges(stage: Stage): Promise<void> {
  const { ada } = stage;
  const { at, one } = await reviewedPull(stage, "later");
  await ada.rest.repos.update({ ...at, allow_auto_merge: true, description: "Merges by itself" });
  const path = "/repos/{owner}/{repo}/pulls/{pull_number}/merge-async";
  const { data } = await ada.request(`PUT ${path}`, { ...one, merge_method: "squash" });
  const { uuid } = (data as unknown as { details: { uuid: string } }).details;
  await ada.request(`GET ${path}/{uuid}`, { ...one, uuid });
  await stage.sandbox.idle();
  await ada.request(`GET ${path}/{uuid}`, { ...one, uuid });
  await ada.request(`PUT ${path}`, one);
  await refused(404, ada.request(`GET ${path}/{uuid}`, { ...one, uuid: "gone" }));

  await stage.commit(at, "waiting", { "waiting.txt": "waits\n" });
  const { data: made } = await ada.rest.pulls.create({ ...at, title: "Waits", head: "waiting", base: "main" });
  await ada.rest.repos.updateBranchProtection({
    ...at,
    branch: "main",
    required_status_checks: { strict: false, contexts: ["unit"] },
    enforce_admins: null,
    required_pull_request_reviews: null,
    restrictions: null,
  });
  const asked = (name: string) =>
    ada.request("POST /graphql", {
      query: `mutation ($id: ID!) { ${name}(input: {pullRequestId: $id}) { clientMutationId } }`,
      variables: { id: made.node_id },
    });
  await asked("enablePullRequestAutoMerge");
  await ada.rest.pulls.get({ ...at, pull_number: made.number });
  await asked("disablePullRequestAutoMerge");
}
