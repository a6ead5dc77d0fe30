/** Rules about reviews: resolved threads, code owners, the last push; and signatures. */
import { graphql } from "@octokit/graphql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownersIn, parseOwners } from "../src/protection/owners.ts";
import { commitIn, type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture({ allowAutoMerge: true });
});
afterEach(() => fixture.close());

const unsettled = "A conversation must be resolved before this pull request can be merged.";
const one = () => ({ ...fixture.at, pull_number: 1 });
const merge = () => fixture.wim.rest.pulls.merge(one());
const approve = (by: GitFixture["ada"]) => by.rest.pulls.createReview({ ...one(), event: "APPROVE" });
const refused = (sentence: string) => ({ status: 405, message: expect.stringContaining(sentence) });

async function open(files: Record<string, string> = { "a.txt": "1\n" }): Promise<string> {
  const head = await fixture.commit("side", files);
  await fixture.wim.rest.pulls.create({ ...fixture.at, title: "a", head: "side", base: "main" });
  await fixture.idle();
  return head;
}

async function state(): Promise<string> {
  await fixture.ada.rest.pulls.get(one());
  await fixture.idle();
  return (await fixture.ada.rest.pulls.get(one())).data.mergeable_state;
}

/** Sends a GraphQL query. */
function ask<Answer>(query: string, variables: Record<string, string>): Promise<Answer> {
  const headers = { authorization: `token ${fixture.tokens.ada}` };
  return graphql<Answer>(query, { ...variables, headers, baseUrl: `${fixture.url}/api` });
}

async function decision(): Promise<string | null> {
  const query = `query { repository(owner: "ada", name: "shop") { pullRequest(number: 1) { reviewDecision } } }`;
  const answer = await ask<{ repository: { pullRequest: { reviewDecision: string | null } } }>(query, {});
  return answer.repository.pullRequest.reviewDecision;
}

async function settle(settled: "resolve" | "unresolve"): Promise<void> {
  const query = `query { repository(owner: "ada", name: "shop") { pullRequest(number: 1) { reviewThreads(first: 9) { nodes { id } } } } }`;
  type Threads = { repository: { pullRequest: { reviewThreads: { nodes: { id: string }[] } } } };
  const answer = await ask<Threads>(query, {});
  for (const { id } of answer.repository.pullRequest.reviewThreads.nodes) {
    await ask(`mutation($id: ID!) { ${settled}ReviewThread(input: { threadId: $id }) { thread { id } } }`, { id });
  }
}

function rules(type: "pull_request", parameters: object): Promise<unknown>;
function rules(type: "required_signatures"): Promise<unknown>;
function rules(type: string, parameters?: object): Promise<unknown> {
  const rule = parameters === undefined ? { type } : { type, parameters };
  return fixture.ada.request("POST /repos/{owner}/{repo}/rulesets", {
    ...fixture.at,
    name: type,
    enforcement: "active",
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [rule as { type: "deletion" }],
  });
}

const asked = {
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_approving_review_count: 0,
  required_review_thread_resolution: false,
};

describe("required resolution of review threads", () => {
  it.each(["protection", "ruleset"])("An unresolved thread blocks every way of merging, by a %s", async (kind) => {
    if (kind === "protection") fixture.protect("main", { requiredConversationResolution: true });
    else await rules("pull_request", { ...asked, required_review_thread_resolution: true });
    const commit_id = await open();
    expect(await state()).toBe("clean");
    const place = { commit_id, path: "a.txt", line: 1, side: "RIGHT" as const };
    await fixture.rea.rest.pulls.createReviewComment({ ...one(), ...place, body: "Why?" });
    expect(await state()).toBe("blocked");
    await expect(merge()).rejects.toMatchObject(refused(unsettled));

    const { data } = await fixture.wim.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async", one());
    await fixture.idle();
    const uuid = (data as { details: { uuid: string } }).details.uuid;
    const asyncPath = "GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}";
    expect((await fixture.wim.request(asyncPath, { ...one(), uuid })).data).toMatchObject({
      status: "failed",
      details: { message: expect.stringContaining(unsettled) },
    });

    const { node_id: id } = (await fixture.ada.rest.pulls.get(one())).data;
    await ask(`mutation($id: ID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }`, {
      id,
    });
    await fixture.idle();
    expect((await fixture.ada.rest.pulls.get(one())).data.merged).toBe(false);
    await settle("resolve");
    await fixture.idle();
    expect((await fixture.ada.rest.pulls.get(one())).data.merged).toBe(true);
  });

  it("A resolved thread counts again once it is unresolved", async () => {
    fixture.protect("main", { requiredConversationResolution: true });
    const commit_id = await open();
    const place = { commit_id, path: "a.txt", line: 1, side: "RIGHT" as const };
    await fixture.rea.rest.pulls.createReviewComment({ ...one(), ...place, body: "Why?" });
    await settle("resolve");
    expect(await state()).toBe("clean");
    await settle("unresolve");
    await expect(merge()).rejects.toMatchObject(refused(unsettled));
  });
});

describe("approval of the last push", () => {
  it.each(["protection", "ruleset"])("The last push needs the approval of another person, by a %s", async (kind) => {
    const sentence = "New changes require approval from someone other than the last pusher.";
    if (kind === "protection") fixture.protect("main", { requiredApprovals: 1, requireLastPushApproval: true });
    else
      await rules("pull_request", { ...asked, required_approving_review_count: 1, require_last_push_approval: true });
    await open();
    await approve(fixture.bot);
    expect(await decision()).toBe("APPROVED");
    // The owner moves the head and approves it herself.
    await fixture.commit("side", { "a.txt": "2\n" });
    await approve(fixture.ada);
    expect([await decision(), await state()]).toEqual(["REVIEW_REQUIRED", "blocked"]);
    await expect(merge()).rejects.toMatchObject(refused(sentence));
    await approve(fixture.bot);
    expect([await decision(), await state()]).toEqual(["APPROVED", "clean"]);
    expect((await merge()).data.merged).toBe(true);
  });
});

describe("code owners", () => {
  it.each(["protection", "ruleset"])(
    "Code owners must approve their files as the base names them, by a %s",
    async (kind) => {
      await fixture.commit("main", { ".github/CODEOWNERS": "* @rea\n/api/ @ada @gate[bot]\n/team/ @acme/core\n" });
      if (kind === "protection") fixture.protect("main", { requiredApprovals: 0, requireCodeOwnerReviews: true });
      else await rules("pull_request", { ...asked, require_code_owner_review: true });
      // Code owners in the head's own file do not count.
      await open({ "api/a.txt": "1\n", ".github/CODEOWNERS": "" });
      expect([await decision(), await state()]).toEqual(["REVIEW_REQUIRED", "blocked"]);
      await expect(merge()).rejects.toMatchObject(refused("Waiting on code owner review from "));
      fixture.context.store.table("repositories").put({
        ...fixture.repository,
        collaborators: Object.fromEntries(Object.keys(fixture.repository.collaborators).map((id) => [id, "write"])),
      });
      await approve(fixture.rea);
      await expect(merge()).rejects.toMatchObject(refused("Waiting on code owner review from ada and/or gate[bot]."));
      await approve(fixture.bot);
      expect([await decision(), await state()]).toEqual(["APPROVED", "clean"]);
      expect((await merge()).data.merged).toBe(true);
    },
  );

  it("A team as code owner blocks its path, since the sandbox has no teams", async () => {
    await fixture.commit("main", { CODEOWNERS: "/team/ @acme/core\n" });
    fixture.protect("main", { requiredApprovals: 0, requireCodeOwnerReviews: true });
    await open({ "team/a.txt": "1\n" });
    await approve(fixture.ada);
    await expect(merge()).rejects.toMatchObject(refused("Waiting on code owner review from acme/core."));
  });

  it("The last pattern that matches a path names its code owners", () => {
    const rules = parseOwners(
      [
        "# everything",
        "*       @all   # and a remark",
        "*.js    @js",
        "/build/logs/ @logs",
        "docs/*  docs@example.org",
        "apps/   @apps",
        "/scripts/**/deep @deep",
        "**/last @last",
        "/free",
        "with\\ space @space",
        "!no @no",
        "/a?.md @question",
      ].join("\n"),
    );
    const of = (path: string) => ownersIn(rules, path).join();
    expect(
      Object.fromEntries(
        ["x", "in/x.js", "build/logs/a/b", "in/build/logs/a", "docs/a.md", "docs/in/a.md", "in/apps/x/y"]
          .concat(["scripts/x/y/deep/z", "scripts/deep", "p/q/last", "free/x", "in/free", "with space", "no", "ab.md"])
          .map((path) => [path, of(path)]),
      ),
    ).toEqual({
      x: "all",
      "in/x.js": "js",
      "build/logs/a/b": "logs",
      "in/build/logs/a": "all",
      "docs/a.md": "docs@example.org",
      "docs/in/a.md": "all",
      "in/apps/x/y": "apps",
      "scripts/x/y/deep/z": "deep",
      "scripts/deep": "deep",
      "p/q/last": "last",
      "free/x": "",
      "in/free": "all",
      "with space": "space",
      no: "all",
      "ab.md": "question",
    });
  });
});

describe("rules that the sandbox cannot enforce", () => {
  it("A rule that the sandbox cannot enforce is refused unless it requires nothing", async () => {
    const { repos } = fixture.ada.rest;
    const parameters = { required_reviewers: [{ minimum_approvals: 1, file_patterns: ["*"] }] };
    const sentence = /cannot be enforced here/;
    await expect(rules("pull_request", { ...asked, ...parameters })).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(sentence),
    });
    const dismissal = { dismissal_restriction: { enabled: true, allowed_actors: [] } };
    await expect(rules("pull_request", { ...asked, ...dismissal })).rejects.toThrow(sentence);
    const copilot = { automatic_copilot_code_review_enabled: true };
    await expect(rules("pull_request", { ...asked, ...copilot })).rejects.toThrow(sentence);
    await rules("pull_request", { ...asked, required_reviewers: [], automatic_copilot_code_review_enabled: false });
    const protection = {
      ...fixture.at,
      branch: "main",
      required_status_checks: null,
      enforce_admins: null,
      restrictions: null,
    };
    const dismissals = (users: string[]) =>
      repos.updateBranchProtection({
        ...protection,
        required_pull_request_reviews: { dismissal_restrictions: { users, teams: [] } },
      });
    await expect(dismissals(["ada"])).rejects.toMatchObject({ status: 422, message: expect.stringMatching(sentence) });
    expect((await dismissals([])).status).toBe(200);
  });
});

describe("restricted creation of a branch", () => {
  it("A deleted restricted branch is created again only by those who may push to it", async () => {
    await fixture.commit("release", { "a.txt": "1\n" });
    const { id: userId } = fixture.context.store.table("users").find(({ login }) => login === "wim") ?? { id: 0 };
    fixture.protect("release", {
      restrictions: { userIds: [userId], appIds: [] },
      allowDeletions: true,
      blockCreations: true,
      enforceAdmins: true,
    });
    await fixture.ada.rest.git.deleteRef({ ...fixture.at, ref: "heads/release" });
    const made = { ...fixture.at, ref: "refs/heads/release", sha: fixture.sha };
    await expect(fixture.bot.rest.git.createRef(made)).rejects.toMatchObject({ status: 422 });
    expect((await fixture.wim.rest.git.createRef(made)).status).toBe(201);
  });
});

describe("required signatures", () => {
  const unsigned = "Commits must have verified signatures.";

  it.each(["protection", "ruleset"])(
    "Required signatures block the branch, since the sandbox signs nothing, by a %s",
    async (kind) => {
      await open();
      if (kind === "protection") fixture.protect("main", { requiredSignatures: true, enforceAdmins: true });
      else await rules("required_signatures");
      expect(await state()).toBe("blocked");
      await expect(merge()).rejects.toMatchObject(refused(unsigned));
      await expect(fixture.commit("main", { "b.txt": "1\n" })).rejects.toThrow(unsigned);
      const clone = await fixture.clone(fixture.tokens.wim);
      await commitIn(fixture, clone, { "c.txt": "1\n" });
      expect((await fixture.git(clone, "push", "origin", "HEAD:main")).text).toContain(`remote: - ${unsigned}`);
    },
  );
});
