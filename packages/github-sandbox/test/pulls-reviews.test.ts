import type { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueUserToken } from "../src/access/tokens.ts";
import { actingScope, scopeOf } from "../src/context.ts";
import { decisionOn } from "../src/protection/reviews.ts";
import { resolveThread, unresolveThread } from "../src/pulls/reviews/threads.ts";
import type { Pull } from "../src/store/entities.ts";
import { threadsOf, unresolvedThreads } from "../src/store/threads.ts";
import { type GitFixture, readme, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
let at: { owner: string; repo: string; pull_number: number };
let head: string;

beforeEach(async () => {
  fixture = await startGitFixture();
  head = await fixture.commit("side", { "README.md": readme.replace("line 3\n", "third\n"), "a.txt": "1\n2\n" });
  const { data } = await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Add a", head: "side", base: "main" });
  at = { ...fixture.at, pull_number: data.number };
  fixture.announced.length = 0;
});
afterEach(() => fixture.close());

type Event = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

async function review(who: Octokit, event?: Event, body = "Words") {
  return (await who.rest.pulls.createReview({ ...at, body, ...(event === undefined ? {} : { event }) })).data;
}

async function errorsOf(attempt: Promise<unknown>): Promise<unknown> {
  const refused = await attempt.then(
    () => null,
    (error: { response: { data: { errors: unknown } } }) => error,
  );
  return refused?.response.data.errors;
}

const reviews = async (who = fixture.rea) => (await who.rest.pulls.listReviews(at)).data;
const merge = () => fixture.wim.rest.pulls.merge(at);
const stored = () => fixture.context.store.table("pulls").find((each) => each.number === at.pull_number) as Pull;
const decision = () => decisionOn(scopeOf(fixture.context, fixture.repository), stored(), []);

describe("reviews", () => {
  it("A review has its state in lower case in the webhook and in upper case in the list", async () => {
    const made = await review(fixture.ada, "APPROVE");
    expect(made).toMatchObject({ state: "APPROVED", body: "Words", user: { login: "ada" }, commit_id: head });
    expect(fixture.announced).toMatchObject([
      {
        event: "pull_request_review",
        action: "submitted",
        sender: { login: "ada" },
        payload: { review: { id: made.id, state: "approved" }, pull_request: { number: at.pull_number } },
      },
    ]);
    expect(await reviews()).toMatchObject([{ id: made.id, state: "APPROVED", submitted_at: expect.any(String) }]);
    const one = await fixture.rea.rest.pulls.getReview({ ...at, review_id: made.id });
    expect(one.data.html_url).toMatch(new RegExp(`/ada/shop/pull/${at.pull_number}#pullrequestreview-${made.id}$`));
  });

  it("A draft of a review is visible to its author only, and is submitted or deleted", async () => {
    const comments = [{ path: "a.txt", line: 2, body: "Why 2?" }];
    const { data: draft } = await fixture.ada.rest.pulls.createReview({ ...at, comments });
    expect(draft).toMatchObject({ state: "PENDING" });
    expect(draft.submitted_at).toBeUndefined();
    expect(fixture.announced).toEqual([]);
    expect([await reviews(fixture.wim), await reviews(fixture.ada)]).toMatchObject([[], [{ state: "PENDING" }]]);
    expect((await fixture.rea.rest.pulls.listReviewComments(at)).data).toEqual([]);
    const of = { ...at, review_id: draft.id };
    await expect(fixture.wim.rest.pulls.getReview(of)).rejects.toMatchObject({ status: 404 });
    await expect(review(fixture.ada, "APPROVE")).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: ["User can only have one pending review per pull request"] } },
    });
    const { data: submitted } = await fixture.ada.rest.pulls.submitReview({ ...of, event: "COMMENT" });
    expect(submitted.state).toBe("COMMENTED");
    expect(fixture.heard()).toEqual(["pull_request_review submitted", "pull_request_review_comment created"]);
    expect((await fixture.rea.rest.pulls.listCommentsForReview(of)).data).toMatchObject([{ body: "Why 2?" }]);
    await expect(fixture.ada.rest.pulls.deletePendingReview(of)).rejects.toMatchObject({ status: 422 });
    const again = { ...at, review_id: (await review(fixture.ada)).id };
    await fixture.ada.rest.pulls.deletePendingReview(again);
    expect(await reviews(fixture.ada)).toMatchObject([{ id: draft.id }]);
  });

  it("A review is refused from the pull's author, from a job that approves, and without a text", async () => {
    const refused = errorsOf;
    expect(await refused(review(fixture.bot, "APPROVE"))).toEqual(["Can not approve your own pull request"]);
    expect(await refused(review(fixture.bot, "REQUEST_CHANGES"))).toEqual([
      "Can not request changes on your own pull request",
    ]);
    expect((await review(fixture.bot, "COMMENT")).state).toBe("COMMENTED");
    expect(await refused(review(fixture.ada, "REQUEST_CHANGES", ""))).toEqual([
      "You need to leave a comment indicating the requested changes.",
    ]);
    expect(await refused(review(fixture.ada, "COMMENT", " "))).toHaveLength(1);
    const job = fixture.as(fixture.tokens.job);
    expect(await refused(review(job, "APPROVE"))).toEqual([
      "GitHub Actions is not permitted to approve pull requests.",
    ]);
    fixture.context.store.table("repositories").put({ ...fixture.repository, jobsMayApprove: true });
    expect(await review(job, "APPROVE")).toMatchObject({ state: "APPROVED", user: { type: "Bot" } });
    await expect(review(fixture.nobody, "COMMENT")).rejects.toMatchObject({ status: 401 });
  });

  it("A review is edited by its author and dismissed once by a writer", async () => {
    const { id: review_id } = await review(fixture.ada, "REQUEST_CHANGES", "No");
    const edited = await fixture.ada.rest.pulls.updateReview({ ...at, review_id, body: "Not so" });
    expect(edited.data).toMatchObject({ body: "Not so", state: "CHANGES_REQUESTED" });
    await expect(fixture.wim.rest.pulls.updateReview({ ...at, review_id, body: "x" })).rejects.toThrow();
    const dismissal = { ...at, review_id, message: "Done since" };
    await expect(fixture.rea.rest.pulls.dismissReview(dismissal)).rejects.toMatchObject({ status: 403 });
    expect((await fixture.wim.rest.pulls.dismissReview(dismissal)).data.state).toBe("DISMISSED");
    await expect(fixture.wim.rest.pulls.dismissReview(dismissal)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("Can not dismiss a dismissed pull request review"),
    });
    expect(fixture.heard()).toEqual([
      "pull_request_review submitted",
      "pull_request_review edited",
      "pull_request_review dismissed",
    ]);
  });
});

describe("reviews required by rulesets", () => {
  it("The strictest ruleset of the base decides, and a push dismisses approvals", async () => {
    fixture.protect("main", { requiredApprovals: 0 });
    expect(decision()).toBe("APPROVED");
    const parameters = {
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_approving_review_count: 1,
      required_review_thread_resolution: false,
    };
    await fixture.ada.rest.repos.createRepoRuleset({
      ...fixture.at,
      name: "Reviewed",
      enforcement: "active",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [{ type: "pull_request", parameters }],
    });
    expect(decision()).toBe("REVIEW_REQUIRED");
    await expect(merge()).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("At least 1 approving review is required by reviewers with write access."),
    });
    await review(fixture.ada, "APPROVE");
    expect(decision()).toBe("APPROVED");
    await fixture.commit("side", { "b.txt": "more\n" });
    await fixture.idle();
    expect((await reviews()).map(({ state }) => state)).toEqual(["DISMISSED"]);
    expect(decision()).toBe("REVIEW_REQUIRED");
    await review(fixture.ada, "APPROVE");
    expect((await merge()).data.merged).toBe(true);
  });
});

describe("reviews required by protection", () => {
  beforeEach(() => fixture.protect("main", { requiredApprovals: 1, dismissStaleReviews: true }));

  it("Only the latest review of each person with write access counts", async () => {
    await review(fixture.rea, "APPROVE");
    expect(decision()).toBe("REVIEW_REQUIRED");
    await expect(merge()).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("At least 1 approving review is required by reviewers with write access."),
    });
    await review(fixture.ada, "REQUEST_CHANGES");
    await review(fixture.wim, "APPROVE");
    expect(decision()).toBe("CHANGES_REQUESTED");
    await expect(merge()).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("1 review requesting changes by reviewers with write access."),
    });
    await review(fixture.ada, "COMMENT");
    expect(decision()).toBe("CHANGES_REQUESTED");
    await review(fixture.ada, "APPROVE");
    expect(decision()).toBe("APPROVED");
    expect((await merge()).data.merged).toBe(true);
  });

  it("A push that changes the diff dismisses approvals, a merge of the base does not", async () => {
    await review(fixture.ada, "APPROVE");
    await fixture.commit("main", { "README.md": readme.replace("line 9\n", "ninth\n") });
    await fixture.bot.rest.pulls.updateBranch(at);
    await fixture.idle();
    expect(decision()).toBe("APPROVED");
    fixture.announced.length = 0;
    await fixture.commit("side", { "a.txt": "1\n2\n3\n" });
    expect(fixture.heard()).toEqual(["push", "pull_request synchronize", "pull_request_review dismissed"]);
    expect([decision(), (await reviews())[0]?.state]).toEqual(["REVIEW_REQUIRED", "DISMISSED"]);
  });

  it("A pull has no review decision once reviews are not required", () => {
    fixture.protect("main", { requiredApprovals: null });
    expect(decision()).toBeNull();
  });
});

describe("review requests", () => {
  it("A review request announces each reviewer, and requests nobody if one of them is not allowed", async () => {
    const ask = (...reviewers: string[]) => fixture.wim.rest.pulls.requestReviewers({ ...at, reviewers });
    await expect(ask("ada", "stranger")).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("is not a collaborator of the ada/shop repository."),
    });
    await expect(ask("gate[bot]")).rejects.toThrow("Review cannot be requested from pull request author.");
    expect(fixture.heard()).toEqual([]);
    const { data } = await ask("ada", "rea");
    expect(data.requested_reviewers?.map(({ login }) => login)).toEqual(["ada", "rea"]);
    await ask("ada");
    expect(fixture.announced.map(({ action, payload }) => [action, payload.requested_reviewer])).toMatchObject([
      ["review_requested", { login: "ada" }],
      ["review_requested", { login: "rea" }],
    ]);
    await fixture.wim.rest.pulls.removeRequestedReviewers({ ...at, reviewers: ["rea", "wim"] });
    expect(fixture.announced.at(-1)).toMatchObject({ action: "review_request_removed" });
    expect((await fixture.rea.rest.pulls.listRequestedReviewers(at)).data.users).toMatchObject([{ login: "ada" }]);
    await review(fixture.ada, "COMMENT");
    expect((await fixture.rea.rest.pulls.get(at)).data.requested_reviewers).toEqual([]);
  });
});

describe("review comments", () => {
  const comment = (more: object, who = fixture.wim) =>
    who.rest.pulls.createReviewComment({ ...at, body: "Hm", commit_id: head, path: "README.md", line: 3, ...more });

  it("A review comment has its line of the diff on either side, and is counted", async () => {
    const { data: right } = await comment({});
    expect(right).toMatchObject({ line: 3, side: "RIGHT", position: 4, commit_id: head, subject_type: "line" });
    expect(right.diff_hunk.split("\n").slice(-2)).toEqual(["-line 3", "+third"]);
    const { data: left } = await comment({ side: "LEFT" });
    expect(left).toMatchObject({ line: 3, side: "LEFT", position: 3 });
    const { data: lines } = await comment({ start_line: 1, line: 4 });
    expect(lines).toMatchObject({ start_line: 1, start_side: "RIGHT", line: 4, position: 5 });
    const { data: old } = await fixture.wim.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
      ...at,
      body: "By position",
      commit_id: head,
      path: "a.txt",
      position: 2,
    });
    expect(old).toMatchObject({ path: "a.txt", line: 2, side: "RIGHT" });
    const { data: file } = await comment({ path: "a.txt", line: undefined, subject_type: "file" });
    expect(file).toMatchObject({ subject_type: "file", position: 1 });
    expect((await fixture.rea.rest.pulls.get(at)).data.review_comments).toBe(5);
    expect(fixture.heard().slice(0, 2)).toEqual([
      "pull_request_review submitted",
      "pull_request_review_comment created",
    ]);
  });

  it("A review with a comment outside the diff is refused as a whole", async () => {
    const errors = errorsOf;
    expect(await errors(comment({ line: 9 }))).toMatchObject([
      { field: "pull_request_review_thread.line", message: expect.stringContaining("must be part of the diff") },
      { field: "pull_request_review_thread.diff_hunk" },
    ]);
    expect(await errors(comment({ path: "b.txt" }))).toMatchObject([{ field: "pull_request_review_thread.path" }]);
    expect(await errors(comment({ commit_id: "0".repeat(40) }))).toMatchObject([{ field: "commit_id" }]);
    const comments = [
      { path: "a.txt", line: 1, body: "Good" },
      { path: "a.txt", line: 7, body: "Bad" },
    ];
    const whole = fixture.wim.rest.pulls.createReview({ ...at, event: "COMMENT", comments });
    expect(await errors(whole)).toEqual([
      "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank",
    ]);
    expect([await reviews(), fixture.heard()]).toEqual([[], []]);
  });

  it("A review comment moves with its line and is outdated once the line changes", async () => {
    const { data: above } = await comment({});
    const { data: below } = await comment({ path: "a.txt", line: 2 });
    const moved = await fixture.commit("side", {
      "a.txt": "0\n1\n2\n",
      "README.md": readme.replace("line 3\n", "3rd\n"),
    });
    const get = async (comment_id: number) =>
      (await fixture.rea.rest.pulls.getReviewComment({ ...fixture.at, comment_id })).data;
    expect(await get(below.id)).toMatchObject({ line: 3, original_line: 2, position: 3, commit_id: moved });
    const outdated = await get(above.id);
    expect(outdated).toMatchObject({ original_line: 3, commit_id: head, original_commit_id: head });
    expect([outdated.line, outdated.position]).toEqual([undefined, undefined]);
  });

  it("A reply joins its thread, which is resolved and unresolved", async () => {
    const { data: first } = await comment({});
    const { data: reply } = await fixture.ada.rest.pulls.createReplyForReviewComment({
      ...at,
      comment_id: first.id,
      body: "Because",
    });
    expect(reply).toMatchObject({ in_reply_to_id: first.id, line: 3, path: "README.md" });
    const toReply = { ...at, comment_id: reply.id, body: "x" };
    await expect(fixture.ada.rest.pulls.createReplyForReviewComment(toReply)).rejects.toMatchObject({ status: 404 });
    const { context, repository } = fixture;
    const [thread] = threadsOf(context.store, stored());
    if (thread === undefined) throw new Error("no thread");
    expect([thread.map(({ id }) => id), unresolvedThreads(context.store, stored())]).toEqual([[first.id, reply.id], 1]);
    const [ada] = context.store.table("users").filter(({ login }) => login === "ada");
    const initiator = {
      user: ada ?? { id: 0, login: "", type: "User", name: null, email: null },
      byJobToken: false,
    } as const;
    const scope = actingScope(context, repository, initiator);
    await resolveThread(scope, stored(), thread);
    expect(unresolvedThreads(context.store, stored())).toBe(0);
    await unresolveThread(scope, stored(), thread);
    expect(fixture.announced.slice(-2)).toMatchObject([
      { event: "pull_request_review_thread", action: "resolved", payload: { thread: { comments: [{}, {}] } } },
      { event: "pull_request_review_thread", action: "unresolved" },
    ]);
  });

  it("A review comment is changed and deleted by its author or a writer, and listed by time", async () => {
    const carl = fixture.context.store
      .table("users")
      .put({ id: 9001, login: "carl", type: "User", name: null, email: null });
    const reader = fixture.as(issueUserToken(fixture.context.store, carl).id);
    const { data: first } = await comment({ body: "One" });
    await comment({ body: "Two" });
    const of = { ...fixture.at, comment_id: first.id };
    await expect(reader.rest.pulls.updateReviewComment({ ...of, body: "x" })).rejects.toMatchObject({ status: 403 });
    await fixture.wim.rest.pulls.updateReviewComment({ ...of, body: "Uno" });
    expect(fixture.announced.at(-1)).toMatchObject({
      action: "edited",
      payload: { changes: { body: { from: "One" } } },
    });
    const listed = await fixture.rea.rest.pulls.listReviewComments({ ...at, direction: "desc" });
    expect(listed.data.map(({ body }) => body)).toEqual(["Two", "Uno"]);
    await fixture.ada.rest.pulls.deleteReviewComment(of);
    expect((await fixture.rea.rest.pulls.listReviewCommentsForRepo(fixture.at)).data).toMatchObject([{ body: "Two" }]);
  });
});
