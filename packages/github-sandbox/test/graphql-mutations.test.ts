import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pullsIdle } from "../src/pulls/background.ts";
import { type GraphqlFixture, startGraphqlFixture } from "./graphql-fixture.ts";

let fixture: GraphqlFixture;
beforeEach(async () => {
  fixture = await startGraphqlFixture();
});
afterEach(() => fixture.close());

describe("GraphQL mutations", () => {
  it("addComment writes a comment, sends a webhook and returns the clientMutationId", async () => {
    const { data } = await fixture.ada.rest.issues.create({ ...fixture.at, title: "t" });
    fixture.heard();
    const { addComment } = await fixture.ask(
      `mutation ($id: ID!) { addComment(input: {subjectId: $id, body: "hello", clientMutationId: "mine"}) {
        clientMutationId commentEdge { node { databaseId body author { login } } } subject { id } } }`,
      { id: data.node_id },
      fixture.tokens.bot,
    );
    expect(addComment).toMatchObject({
      clientMutationId: "mine",
      commentEdge: { node: { body: "hello", author: { login: "gate" } } },
      subject: { id: data.node_id },
    });
    const { data: comments } = await fixture.ada.rest.issues.listComments({ ...fixture.at, issue_number: data.number });
    expect(comments).toMatchObject([{ id: addComment.commentEdge.node.databaseId, body: "hello" }]);
    expect(fixture.heard()).toEqual(["issue_comment created"]);
    const { node_id } = comments[0] ?? {};
    const minimize = `mutation ($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
      minimizedComment { isMinimized minimizedReason } } }`;
    expect((await fixture.ask(minimize, { id: node_id })).minimizeComment.minimizedComment).toEqual({
      isMinimized: true,
      minimizedReason: "outdated",
    });
    expect((await fixture.problems(minimize, { id: node_id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
  });

  it("addSubIssue gives an issue one parent and refuses cycles", async () => {
    const ids: string[] = [];
    for (const title of ["whole", "part", "other"]) {
      ids.push((await fixture.ada.rest.issues.create({ ...fixture.at, title })).data.node_id);
    }
    const [whole, part, other] = ids;
    const add = `mutation ($to: ID!, $part: ID!, $replace: Boolean) {
      addSubIssue(input: {issueId: $to, subIssueId: $part, replaceParent: $replace}) { issue { number } subIssue { number } } }`;
    fixture.announced.length = 0;
    expect((await fixture.ask(add, { to: whole, part })).addSubIssue).toEqual({
      issue: { number: 1 },
      subIssue: { number: 2 },
    });
    expect(fixture.heard()).toEqual(["sub_issues sub_issue_added", "sub_issues parent_issue_added"]);
    expect((await fixture.problems(add, { to: part, part: whole }))[0]?.type).toBe("UNPROCESSABLE");
    expect((await fixture.problems(add, { to: other, part }))[0]?.type).toBe("UNPROCESSABLE");
    await fixture.ask(add, { to: other, part, replace: true });
    const { repository } = await fixture.ask(`{ repository(owner: "ada", name: "shop") {
      whole: issue(number: 1) { subIssues(first: 5) { nodes { number } } }
      part: issue(number: 2) { parent { number title } }
      other: issue(number: 3) { subIssuesSummary { total completed percentCompleted } subIssues(first: 5) { nodes { title } } }
    } }`);
    expect(repository).toEqual({
      whole: { subIssues: { nodes: [] } },
      part: { parent: { number: 3, title: "other" } },
      other: {
        subIssuesSummary: { total: 1, completed: 0, percentCompleted: 0 },
        subIssues: { nodes: [{ title: "part" }] },
      },
    });
    expect((await fixture.problems(add, { to: whole, part: other }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
  });

  it("A review thread is resolved and unresolved", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { number, node_id: pull } = await fixture.open();
    const line = { ...fixture.at, pull_number: number, commit_id: head, path: "a.txt", line: 1 };
    await fixture.ada.rest.pulls.createReviewComment({ ...line, body: "Why?" });
    const threads = `query ($id: ID!) { node(id: $id) { ... on PullRequest { reviewThreads(first: 5) {
      nodes { id isResolved path resolvedBy { login } comments(first: 5) { nodes { body } } } } } } }`;
    const shown = async () => (await fixture.ask(threads, { id: pull })).node.reviewThreads.nodes;
    const [{ id }] = await shown();
    const comments = { nodes: [{ body: "Why?" }] };
    expect(await shown()).toEqual([{ id, isResolved: false, path: "a.txt", resolvedBy: null, comments }]);
    fixture.heard();
    const settle = (verb: string) =>
      `mutation ($id: ID!) { ${verb}ReviewThread(input: {threadId: $id}) { thread { isResolved } } }`;
    expect((await fixture.problems(settle("resolve"), { id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
    expect((await fixture.problems(settle("resolve"), { id: pull }))[0]?.type).toBe("NOT_FOUND");
    expect((await fixture.ask(settle("resolve"), { id })).resolveReviewThread.thread.isResolved).toBe(true);
    expect((await shown())[0]).toMatchObject({ isResolved: true, resolvedBy: { login: "ada" } });
    expect((await fixture.ask(settle("unresolve"), { id })).unresolveReviewThread.thread.isResolved).toBe(false);
    expect(fixture.heard()).toEqual(["pull_request_review_thread resolved", "pull_request_review_thread unresolved"]);
  });

  it("A draft becomes ready, a pull becomes a draft, and a merge checks the expected head", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { node_id: id } = await fixture.open("side", { draft: true });
    fixture.heard();
    const ready = `mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;
    const draft = `mutation ($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;
    const merge = `mutation ($id: ID!, $head: GitObjectID) {
      mergePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head, mergeMethod: SQUASH}) { pullRequest { state mergeCommit { oid messageHeadline } } } }`;
    expect((await fixture.problems(merge, { id, head }))[0]).toMatchObject({ type: "UNPROCESSABLE" });
    expect((await fixture.ask(ready, { id })).markPullRequestReadyForReview.pullRequest.isDraft).toBe(false);
    expect((await fixture.ask(draft, { id })).convertPullRequestToDraft.pullRequest.isDraft).toBe(true);
    await fixture.ask(ready, { id });
    expect((await fixture.problems(ready, { id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
    expect((await fixture.problems(merge, { id, head: fixture.sha }))[0]?.message).toContain(
      "Head branch was modified",
    );
    const { pullRequest } = (await fixture.ask(merge, { id, head })).mergePullRequest;
    expect(pullRequest).toMatchObject({ state: "MERGED", mergeCommit: { messageHeadline: "Add a (#1)" } });
    expect(fixture.heard().filter((name) => name.startsWith("pull_request"))).toEqual([
      "pull_request ready_for_review",
      "pull_request converted_to_draft",
      "pull_request ready_for_review",
      "pull_request closed",
    ]);
  });

  it("Auto-merge is enabled only while something is missing, and can be disabled", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    fixture.protect("main", { requiredStatusChecks: { strict: false, checks: [{ context: "unit", appId: null }] } });
    const { node_id: id, number } = await fixture.open();
    const enable = `mutation ($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) {
      pullRequest { autoMergeRequest { mergeMethod enabledBy { login } } } } }`;
    const disable = `mutation ($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id}) { pullRequest { autoMergeRequest { enabledAt } } } }`;
    expect((await fixture.ask(enable, { id })).enablePullRequestAutoMerge.pullRequest.autoMergeRequest).toEqual({
      mergeMethod: "SQUASH",
      enabledBy: { login: "ada" },
    });
    expect((await fixture.ask(disable, { id })).disablePullRequestAutoMerge.pullRequest.autoMergeRequest).toBeNull();
    expect((await fixture.problems(disable, { id }))[0]?.type).toBe("UNPROCESSABLE");
    await fixture.passes(head, "unit");
    await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: number });
    await pullsIdle(fixture.context);
    expect((await fixture.problems(enable, { id }))[0]).toMatchObject({
      type: "UNPROCESSABLE",
      message: "Pull request Pull request is in clean status",
    });
  });
});
