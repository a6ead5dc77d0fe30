import { graphql } from "@octokit/graphql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pullsIdle } from "../src/pulls/background.ts";
import { type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture({ allowAutoMerge: true });
});
afterEach(() => fixture.close());

interface Problem {
  type?: string;
  message: string;
  path?: string[];
}

/** Octokit's own GraphQL client. */
function client(token: string) {
  return graphql.defaults({ baseUrl: fixture.context.apiUrl(), headers: { authorization: `token ${token}` } });
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query gave it.
const ask = (query: string, variables = {}, token = fixture.tokens.ada) => client(token)<any>(query, variables);

async function problems(query: string, variables = {}, token = fixture.tokens.ada): Promise<Problem[]> {
  const error = await ask(query, variables, token).catch((thrown) => thrown);
  expect(error.errors, JSON.stringify(error)).toBeDefined();
  return error.errors;
}

async function open(head = "side", more = {}) {
  const given = { ...fixture.at, title: "Add a", head, base: "main", body: "Closes #1", ...more };
  return (await fixture.bot.rest.pulls.create(given)).data;
}

const snapshot = `query ($owner: String!, $repo: String!, $number: Int!) {
  rateLimit { cost limit remaining used resetAt nodeCount }
  viewer { login }
  repository(owner: $owner, name: $repo) {
    nameWithOwner
    pullRequest(number: $number) {
      id number title state isDraft merged mergeable mergeStateStatus reviewDecision
      headRefOid headRefName baseRefName baseRefOid
      author { __typename login }
      baseRef { name prefix target { __typename oid } }
      mergeCommit { oid }
      autoMergeRequest { enabledAt mergeMethod enabledBy { login } }
      commits(last: 1) {
        totalCount
        nodes { commit {
          oid messageHeadline tree { oid }
          statusCheckRollup { state contexts(first: 50) {
            totalCount checkRunCount
            pageInfo { hasNextPage endCursor }
            nodes {
              __typename
              ... on CheckRun { databaseId name status conclusion checkSuite { app { slug databaseId } } }
              ... on StatusContext { context state creator { login } }
            }
          } }
        } }
      }
      reviews(first: 10) { nodes { state author { login } } }
      latestReviews(first: 10) { nodes { state } }
      labels(first: 10) { nodes { name color } }
      files(first: 10) { totalCount nodes { path additions deletions changeType } }
      closingIssuesReferences(first: 10) { nodes { number title } }
    }
  }
}`;

describe("one query", () => {
  it("gives all that decides whether a pull may be merged", async () => {
    await fixture.ada.rest.issues.create({ ...fixture.at, title: "A feature" });
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    fixture.protect("main", {
      requiredStatusChecks: { strict: false, checks: [{ context: "unit", appId: null }] },
      requiredApprovals: 1,
    });
    const { number, node_id } = await open();
    await fixture.ada.rest.issues.addLabels({ ...fixture.at, issue_number: number, labels: ["ready"] });
    await fixture.passes(head, "unit");
    await fixture.passes(head, "slow", null);
    await fixture.ada.rest.repos.createCommitStatus({ ...fixture.at, sha: head, state: "success", context: "legacy" });
    const variables = { ...fixture.at, number };
    expect((await ask(snapshot, variables)).repository.pullRequest).toMatchObject({
      mergeable: "UNKNOWN",
      mergeStateStatus: "UNKNOWN",
    });
    await pullsIdle(fixture.context);
    const answer = await ask(snapshot, variables);
    expect(answer.viewer.login).toBe("ada");
    expect(answer.rateLimit).toMatchObject({ cost: 1, used: 2 });
    const { data: commit } = await fixture.ada.rest.git.getCommit({ ...fixture.at, commit_sha: head });
    const pull = answer.repository.pullRequest;
    expect(pull).toMatchObject({
      id: node_id,
      number,
      state: "OPEN",
      isDraft: false,
      merged: false,
      mergeable: "MERGEABLE",
      mergeStateStatus: "BLOCKED",
      reviewDecision: "REVIEW_REQUIRED",
      headRefOid: head,
      headRefName: "side",
      baseRefName: "main",
      baseRefOid: fixture.sha,
      author: { __typename: "Bot", login: "gate" },
      baseRef: { name: "main", prefix: "refs/heads/", target: { __typename: "Commit", oid: fixture.sha } },
      mergeCommit: null,
      autoMergeRequest: null,
      reviews: { nodes: [] },
      labels: { nodes: [{ name: "ready", color: "ededed" }] },
      files: { totalCount: 1, nodes: [{ path: "a.txt", additions: 1, deletions: 0, changeType: "ADDED" }] },
      closingIssuesReferences: { nodes: [{ number: 1, title: "A feature" }] },
    });
    expect(pull.commits).toMatchObject({
      totalCount: 1,
      nodes: [{ commit: { oid: head, messageHeadline: commit.message, tree: { oid: commit.tree.sha } } }],
    });
    const { state, contexts } = pull.commits.nodes[0].commit.statusCheckRollup;
    expect(state).toBe("PENDING");
    expect(contexts).toMatchObject({ totalCount: 3, checkRunCount: 2, pageInfo: { hasNextPage: false } });
    expect(contexts.nodes).toMatchObject([
      { __typename: "CheckRun", name: "unit", status: "COMPLETED", conclusion: "SUCCESS" },
      { __typename: "CheckRun", name: "slow", conclusion: null },
      { __typename: "StatusContext", context: "legacy", state: "SUCCESS", creator: { login: "ada" } },
    ]);
  });

  it("shows a merged pull as such, and what it closed", async () => {
    await fixture.ada.rest.issues.create({ ...fixture.at, title: "A feature" });
    await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open();
    const { data } = await fixture.ada.rest.pulls.merge({ ...fixture.at, pull_number: number });
    const { repository } = await ask(
      `query ($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
        pullRequest(number: $number) { state merged mergeCommit { oid } mergedBy { login } commits(last: 1) { nodes { commit { statusCheckRollup { state } } } } }
        issue(number: 1) { state stateReason closedAt }
      } }`,
      { ...fixture.at, number },
    );
    expect(repository.pullRequest).toMatchObject({
      state: "MERGED",
      merged: true,
      mergeCommit: { oid: data.sha },
      mergedBy: { login: "ada" },
      commits: { nodes: [{ commit: { statusCheckRollup: null } }] },
    });
    expect(repository.issue).toMatchObject({ state: "CLOSED", stateReason: "COMPLETED" });
  });
});

describe("what cannot be answered", () => {
  it("because GitHub has no such field is refused before anything is done", async () => {
    expect(await problems("{ viewer { nope } }")).toMatchObject([
      {
        message: "Field 'nope' doesn't exist on type 'User'",
        extensions: { code: "undefinedField", typeName: "User", fieldName: "nope" },
      },
    ]);
    expect(await problems("{ viewer {")).toHaveLength(1);
    expect((await problems('mutation { addComment(input: {body: "x"}) { clientMutationId } }'))[0]?.message).toContain(
      "subjectId",
    );
  });

  it("because the sandbox has it not names the field, and the rest is answered", async () => {
    const error = await ask("{ viewer { login starredRepositories(first: 1) { totalCount } } }").catch(
      (thrown) => thrown,
    );
    expect(error.errors).toMatchObject([
      { type: "NOT_IMPLEMENTED", message: "The sandbox does not implement User.starredRepositories" },
    ]);
    expect((await problems('{ search(query: "x", type: ISSUE, first: 1) { issueCount } }'))[0]?.message).toBe(
      "The sandbox does not implement Query.search",
    );
    expect((await problems('mutation { addStar(input: {starrableId: "x"}) { clientMutationId } }'))[0]?.message).toBe(
      "The sandbox does not implement Mutation.addStar",
    );
    const at = `repository(owner: "ada", name: "shop")`;
    expect(
      (await problems(`{ ${at} { issues(first: 1, filterBy: {mentioned: "ada"}) { totalCount } } }`))[0]?.message,
    ).toBe("The sandbox does not implement the argument filterBy of Repository.issues");
  });

  it("because it is not there or not to be seen is NOT_FOUND", async () => {
    const asked = `{ repository(owner: "ada", name: "gone") { id } }`;
    expect(await problems(asked)).toMatchObject([
      {
        type: "NOT_FOUND",
        path: ["repository"],
        message: "Could not resolve to a Repository with the name 'ada/gone'.",
      },
    ]);
    expect(
      (await problems(`{ repository(owner: "ada", name: "shop") { pullRequest(number: 7) { id } } }`))[0],
    ).toMatchObject({
      type: "NOT_FOUND",
      message: "Could not resolve to a PullRequest with the number of 7.",
    });
    const repository = fixture.context.store.table("repositories").get(fixture.repository.id);
    if (repository !== undefined)
      fixture.context.store.table("repositories").put({ ...repository, private: true, collaborators: {} });
    const mine = `{ repository(owner: "ada", name: "shop") { id } }`;
    const { id } = (await ask(mine)).repository;
    expect((await problems(mine, {}, fixture.tokens.rea))[0]?.type).toBe("NOT_FOUND");
    expect((await problems(`{ node(id: "${id}") { id } }`, {}, fixture.tokens.rea))[0]).toMatchObject({
      type: "NOT_FOUND",
      message: `Could not resolve to a node with the global id of '${id}'`,
    });
  });

  it("because a list has no bounds, or too wide ones, says so", async () => {
    const labels = (given: string) => `{ repository(owner: "ada", name: "shop") { labels${given} { totalCount } } }`;
    expect((await problems(labels("")))[0]).toMatchObject({
      type: "MISSING_PAGINATION_BOUNDARIES",
      message: "You must provide a `first` or `last` value to properly paginate the `labels` connection.",
    });
    expect((await problems(labels("(first: 101)")))[0]?.message).toBe(
      "Requesting 101 records on the `labels` connection exceeds the `first` limit of 100 records.",
    );
  });

  it("because lists within lists hold too much, or fragments within fragments, says so before it begins", async () => {
    const nested = (depth: number, first: string): string =>
      depth === 0 ? "title" : `title repository { issues(first: ${first}) { nodes { ${nested(depth - 1, first)} } } }`;
    const query = (depth: number, first: string, variable = "") =>
      `query ${variable} { repository(owner: "ada", name: "shop") { issues(first: 1) { nodes { ${nested(depth, first)} } } } }`;
    expect(await problems(query(3, "100"))).toEqual([
      {
        type: "MAX_NODE_LIMIT_EXCEEDED",
        message: "This query requests up to 1,010,101 possible nodes which exceeds the maximum limit of 500,000.",
      },
    ]);
    for (const variables of [{ first: 100 }, {}]) {
      const [problem] = await problems(query(3, "$first", "($first: Int = 100)"), variables);
      expect(problem?.type).toBe("MAX_NODE_LIMIT_EXCEEDED");
    }
    expect((await ask(query(3, "70"))).repository.issues.nodes).toEqual([]);

    const doubled = Array.from({ length: 20 }, (_, level) => {
      const inner = level === 19 ? "name" : `...F${level + 1}`;
      return `fragment F${level} on Repository { a: owner { login } x: issue(number: 1) { repository { ${inner} } } y: issue(number: 1) { repository { ${inner} } } }`;
    });
    const many = `{ repository(owner: "ada", name: "shop") { ...F0 } } ${doubled.join(" ")}`;
    expect(await problems(many)).toEqual([
      { type: "RESOURCE_LIMITS_EXCEEDED", message: "Resource limits for this query exceeded." },
    ]);
  });

  it("because of who asks, or of what was sent, is told in HTTP", async () => {
    const post = (body: string, token: string | null) =>
      fetch(`${fixture.context.apiUrl()}/graphql`, {
        method: "POST",
        body,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      });
    const anonymous = await post(`{"query":"{ viewer { login } }"}`, null);
    expect([anonymous.status, await anonymous.json()]).toMatchObject([
      401,
      { message: expect.stringContaining("authenticated") },
    ]);
    expect((await post("{", fixture.tokens.ada)).status).toBe(400);
    const empty = await post("{}", fixture.tokens.ada);
    expect([empty.status, await empty.json()]).toEqual([
      200,
      { errors: [{ message: "A query attribute must be specified and must be a string." }] },
    ]);
    expect(empty.headers.get("x-ratelimit-resource")).toBe("graphql");
  });
});

it("pages go forward and back without losing anything", async () => {
  for (const name of ["a", "b", "c", "d", "e"]) await fixture.ada.rest.issues.createLabel({ ...fixture.at, name });
  const page = async (given: string) => {
    const { labels } = (
      await ask(`{ repository(owner: "ada", name: "shop") { labels(${given}) {
      totalCount edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`)
    ).repository;
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = labels.pageInfo;
    const names = labels.edges.map((edge: { node: { name: string } }) => edge.node.name).join("");
    return { names, hasNextPage, hasPreviousPage, startCursor, endCursor };
  };
  const first = await page("first: 2");
  expect(first).toMatchObject({ names: "ab", hasNextPage: true, hasPreviousPage: false });
  const second = await page(`first: 2, after: "${first.endCursor}"`);
  expect(second).toMatchObject({ names: "cd", hasNextPage: true, hasPreviousPage: true });
  expect(await page(`first: 2, after: "${second.endCursor}"`)).toMatchObject({ names: "e", hasNextPage: false });
  expect(await page("last: 2")).toMatchObject({ names: "de", hasPreviousPage: true });
  expect(await page(`last: 9, before: "${second.startCursor}"`)).toMatchObject({ names: "ab" });
});

describe("mutations", () => {
  it("comment, and say so to webhooks, and give the client's own word back", async () => {
    const { data } = await fixture.ada.rest.issues.create({ ...fixture.at, title: "t" });
    fixture.heard();
    const { addComment } = await ask(
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
    expect((await ask(minimize, { id: node_id })).minimizeComment.minimizedComment).toEqual({
      isMinimized: true,
      minimizedReason: "outdated",
    });
    expect((await problems(minimize, { id: node_id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
  });

  it("make an issue part of another one, once, and never in a cycle", async () => {
    const ids: string[] = [];
    for (const title of ["whole", "part", "other"]) {
      ids.push((await fixture.ada.rest.issues.create({ ...fixture.at, title })).data.node_id);
    }
    const [whole, part, other] = ids;
    const add = `mutation ($to: ID!, $part: ID!, $replace: Boolean) {
      addSubIssue(input: {issueId: $to, subIssueId: $part, replaceParent: $replace}) { issue { number } subIssue { number } } }`;
    fixture.announced.length = 0;
    expect((await ask(add, { to: whole, part })).addSubIssue).toEqual({
      issue: { number: 1 },
      subIssue: { number: 2 },
    });
    expect(fixture.heard()).toEqual(["sub_issues sub_issue_added", "sub_issues parent_issue_added"]);
    expect((await problems(add, { to: part, part: whole }))[0]?.type).toBe("UNPROCESSABLE");
    expect((await problems(add, { to: other, part }))[0]?.type).toBe("UNPROCESSABLE");
    await ask(add, { to: other, part, replace: true });
    const { repository } = await ask(`{ repository(owner: "ada", name: "shop") {
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
    expect((await problems(add, { to: whole, part: other }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
  });

  it("settle a thread of review comments and open it again", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { number, node_id: pull } = await open();
    const line = { ...fixture.at, pull_number: number, commit_id: head, path: "a.txt", line: 1 };
    await fixture.ada.rest.pulls.createReviewComment({ ...line, body: "Why?" });
    const threads = `query ($id: ID!) { node(id: $id) { ... on PullRequest { reviewThreads(first: 5) {
      nodes { id isResolved path resolvedBy { login } comments(first: 5) { nodes { body } } } } } } }`;
    const shown = async () => (await ask(threads, { id: pull })).node.reviewThreads.nodes;
    const [{ id }] = await shown();
    const comments = { nodes: [{ body: "Why?" }] };
    expect(await shown()).toEqual([{ id, isResolved: false, path: "a.txt", resolvedBy: null, comments }]);
    fixture.heard();
    const settle = (verb: string) =>
      `mutation ($id: ID!) { ${verb}ReviewThread(input: {threadId: $id}) { thread { isResolved } } }`;
    expect((await problems(settle("resolve"), { id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
    expect((await problems(settle("resolve"), { id: pull }))[0]?.type).toBe("NOT_FOUND");
    expect((await ask(settle("resolve"), { id })).resolveReviewThread.thread.isResolved).toBe(true);
    expect((await shown())[0]).toMatchObject({ isResolved: true, resolvedBy: { login: "ada" } });
    expect((await ask(settle("unresolve"), { id })).unresolveReviewThread.thread.isResolved).toBe(false);
    expect(fixture.heard()).toEqual(["pull_request_review_thread resolved", "pull_request_review_thread unresolved"]);
  });

  it("make a draft ready and a pull a draft, and merge one with its head pinned", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { node_id: id } = await open("side", { draft: true });
    fixture.heard();
    const ready = `mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;
    const draft = `mutation ($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;
    const merge = `mutation ($id: ID!, $head: GitObjectID) {
      mergePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head, mergeMethod: SQUASH}) { pullRequest { state mergeCommit { oid messageHeadline } } } }`;
    expect((await problems(merge, { id, head }))[0]).toMatchObject({ type: "UNPROCESSABLE" });
    expect((await ask(ready, { id })).markPullRequestReadyForReview.pullRequest.isDraft).toBe(false);
    expect((await ask(draft, { id })).convertPullRequestToDraft.pullRequest.isDraft).toBe(true);
    await ask(ready, { id });
    expect((await problems(ready, { id }, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
    expect((await problems(merge, { id, head: fixture.sha }))[0]?.message).toContain("Head branch was modified");
    const { pullRequest } = (await ask(merge, { id, head })).mergePullRequest;
    expect(pullRequest).toMatchObject({ state: "MERGED", mergeCommit: { messageHeadline: "Add a (#1)" } });
    expect(fixture.heard().filter((name) => name.startsWith("pull_request"))).toEqual([
      "pull_request ready_for_review",
      "pull_request converted_to_draft",
      "pull_request ready_for_review",
      "pull_request closed",
    ]);
  });

  it("enable auto-merge only where there is something to wait for, and disable it", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    fixture.protect("main", { requiredStatusChecks: { strict: false, checks: [{ context: "unit", appId: null }] } });
    const { node_id: id, number } = await open();
    const enable = `mutation ($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) {
      pullRequest { autoMergeRequest { mergeMethod enabledBy { login } } } } }`;
    const disable = `mutation ($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id}) { pullRequest { autoMergeRequest { enabledAt } } } }`;
    expect((await ask(enable, { id })).enablePullRequestAutoMerge.pullRequest.autoMergeRequest).toEqual({
      mergeMethod: "SQUASH",
      enabledBy: { login: "ada" },
    });
    expect((await ask(disable, { id })).disablePullRequestAutoMerge.pullRequest.autoMergeRequest).toBeNull();
    expect((await problems(disable, { id }))[0]?.type).toBe("UNPROCESSABLE");
    await fixture.passes(head, "unit");
    await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: number });
    await pullsIdle(fixture.context);
    expect((await problems(enable, { id }))[0]).toMatchObject({
      type: "UNPROCESSABLE",
      message: "Pull request Pull request is in clean status",
    });
  });
});
