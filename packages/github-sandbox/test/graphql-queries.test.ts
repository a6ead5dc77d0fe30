import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pullsIdle } from "../src/pulls/background.ts";
import { type GraphqlFixture, startGraphqlFixture } from "./graphql-fixture.ts";

let fixture: GraphqlFixture;
beforeEach(async () => {
  fixture = await startGraphqlFixture();
});
afterEach(() => fixture.close());

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

describe("GraphQL queries", () => {
  it("One query returns everything that decides whether a pull can merge", async () => {
    await fixture.ada.rest.issues.create({ ...fixture.at, title: "A feature" });
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    fixture.protect("main", {
      requiredStatusChecks: { strict: false, checks: [{ context: "unit", appId: null }] },
      requiredApprovals: 1,
    });
    const { number, node_id } = await fixture.open();
    await fixture.ada.rest.issues.addLabels({ ...fixture.at, issue_number: number, labels: ["ready"] });
    await fixture.passes(head, "unit");
    await fixture.passes(head, "slow", null);
    await fixture.ada.rest.repos.createCommitStatus({ ...fixture.at, sha: head, state: "success", context: "legacy" });
    const variables = { ...fixture.at, number };
    expect((await fixture.ask(snapshot, variables)).repository.pullRequest).toMatchObject({
      mergeable: "UNKNOWN",
      mergeStateStatus: "UNKNOWN",
    });
    await pullsIdle(fixture.context);
    const answer = await fixture.ask(snapshot, variables);
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

  it("A merged pull shows its merge commit, and the issue that it closed is closed", async () => {
    await fixture.ada.rest.issues.create({ ...fixture.at, title: "A feature" });
    await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await fixture.open();
    const { data } = await fixture.ada.rest.pulls.merge({ ...fixture.at, pull_number: number });
    const { repository } = await fixture.ask(
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

  it("Classic protection shows its demands to everyone, and its rule to administrators only", async () => {
    fixture.protect("main", { requiredApprovals: 2, lockBranch: true, restrictions: { userIds: [], appIds: [] } });
    const query = (
      fields: string,
    ) => `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
      mergeQueue(branch: "main") { id }
      ref(qualifiedName: "refs/heads/main") { ${fields} }
    } }`;
    const demands = query("refUpdateRule { requiredApprovingReviewCount requiresSignatures viewerCanPush }");
    const rule = query("branchProtectionRule { lockBranch restrictsPushes requiresDeployments }");

    expect((await fixture.ask(demands, fixture.at, fixture.tokens.rea)).repository).toEqual({
      mergeQueue: null,
      ref: { refUpdateRule: { requiredApprovingReviewCount: 2, requiresSignatures: false, viewerCanPush: false } },
    });
    expect((await fixture.problems(rule, fixture.at, fixture.tokens.rea))[0]?.type).toBe("FORBIDDEN");
    expect((await fixture.ask(rule, fixture.at)).repository.ref).toEqual({
      branchProtectionRule: { lockBranch: true, restrictsPushes: true, requiresDeployments: false },
    });
  });

  it("Pages of a list go forward and back without gaps", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) await fixture.ada.rest.issues.createLabel({ ...fixture.at, name });
    const page = async (given: string) => {
      const { labels } = (
        await fixture.ask(`{ repository(owner: "ada", name: "shop") { labels(${given}) {
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
});
