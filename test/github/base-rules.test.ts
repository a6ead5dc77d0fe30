/** Reads the rules of a base through the adapter, from GraphQL and rulesets. */
import { describe, expect, it } from "vitest";
import { api, githubWith, playGitHub, REPO, repo } from "./fixture.ts";

playGitHub();

const forbidden = { data: null, errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }] };
const RULE = {
  requiredApprovingReviewCount: 1,
  requiresCodeOwnerReviews: true,
  requiresConversationResolution: false,
  requiresLinearHistory: false,
  requiresSignatures: true,
  viewerCanPush: false,
};

/** Answers each query by a word in it. */
function queries(answers: Record<string, object>): void {
  for (const [word, answer] of Object.entries(answers)) {
    api()
      .post("/graphql", (body) => JSON.stringify(body).includes(word))
      .reply(200, "errors" in answer ? answer : { data: { repository: answer } });
  }
}

const settings = { mergeCommitAllowed: false, squashMergeAllowed: true, rebaseMergeAllowed: true };

describe("baseRules", () => {
  const rules = (list: object[]) => api().get(`${REPO}/rules/branches/main?per_page=100`).reply(200, list);

  it("adds up classic protection, rulesets and settings", async () => {
    queries({ refUpdateRule: { ...settings, mergeQueue: null, ref: { refUpdateRule: RULE } } });
    queries({ branchProtectionRule: forbidden });
    rules([
      {
        type: "pull_request",
        parameters: { allowed_merge_methods: ["squash", "merge"], required_approving_review_count: 2 },
      },
      { type: "required_deployments", parameters: { required_deployment_environments: ["staging"] } },
      { type: "commit_message_pattern", parameters: { operator: "regex", pattern: "^x" } },
      { type: "deletion" },
    ]);

    expect(await githubWith().baseRules(repo, "main")).toEqual({
      methods: ["squash"],
      demands: [
        { kind: "approvals", count: 2 },
        { kind: "code-owners" },
        { kind: "signatures" },
        { kind: "pushers" },
        { kind: "deployments", names: ["staging"] },
        { kind: "other", rule: "commit_message_pattern", pattern: "^x" },
      ],
      unreadable: ["lock", "deployments", "last-push"],
    });
  });

  it("reads the rest of classic protection where the App may", async () => {
    const rule = { lockBranch: true, requireLastPushApproval: true, requiresDeployments: true };
    const administration = { ref: { branchProtectionRule: { ...rule, requiredDeploymentEnvironments: ["prod"] } } };
    const shown = { ref: { refUpdateRule: { ...RULE, viewerCanPush: true } } };
    queries({ refUpdateRule: { ...settings, mergeQueue: { id: "MQ_1" }, ...shown } });
    queries({ branchProtectionRule: administration });
    rules([]);

    const { demands, unreadable } = await githubWith().baseRules(repo, "main");
    expect(unreadable).toEqual([]);
    expect(demands.map(({ kind }) => kind).sort()).toEqual(
      ["approvals", "code-owners", "deployments", "last-push", "lock", "merge-queue", "signatures"].sort(),
    );
  });

  it("leaves out rules that the App bypasses at a merge, and names what a server refuses to tell", async () => {
    // All at once, then one by one.
    queries({ mergeCommitAllowed: forbidden });
    queries({ mergeCommitAllowed: forbidden, mergeQueue: { mergeQueue: null }, refUpdateRule: forbidden });
    rules([{ type: "merge_queue", ruleset_id: 3 }]);
    api().get(`${REPO}/rulesets/3`).reply(200, { name: "queue", current_user_can_bypass: "pull_requests_only" });

    expect(await githubWith().baseRules(repo, "main")).toEqual({
      methods: null,
      demands: [],
      unreadable: ["settings", "classic"],
    });
  });

  it("is not taken for open when GitHub is down", async () => {
    api().post("/graphql").reply(502, {});
    api().get(`${REPO}/rules/branches/main?per_page=100`).reply(200, []);
    await expect(githubWith().baseRules(repo, "main")).rejects.toMatchObject({ name: "Unavailable" });
  });
});
