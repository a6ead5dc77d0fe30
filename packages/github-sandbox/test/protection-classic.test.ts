import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitIn, type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

const main = () => ({ ...fixture.at, branch: "main" });
const protect = (more: object) =>
  fixture.ada.rest.repos.updateBranchProtection({
    ...main(),
    required_status_checks: null,
    enforce_admins: null,
    required_pull_request_reviews: null,
    restrictions: null,
    ...more,
  });

describe("classic branch protection", () => {
  it("Parts of a protection are changed one by one and give 404 where nothing is required", async () => {
    const { repos } = fixture.ada.rest;
    await protect({});
    const missing = { status: 404 };
    await expect(repos.getStatusChecksProtection(main())).rejects.toMatchObject(missing);
    await expect(repos.getPullRequestReviewProtection(main())).rejects.toMatchObject(missing);
    await expect(repos.getAccessRestrictions(main())).rejects.toMatchObject(missing);
    await protect({
      required_status_checks: { strict: false, checks: [{ context: "a", app_id: 7 }] },
      required_pull_request_reviews: { dismiss_stale_reviews: true, require_code_owner_reviews: true },
    });
    await repos.addStatusCheckContexts({ ...main(), contexts: ["b", "a"] });
    await repos.updateStatusCheckProtection({ ...main(), strict: true });
    expect((await repos.getStatusChecksProtection(main())).data).toMatchObject({
      strict: true,
      checks: [
        { context: "a", app_id: 7 },
        { context: "b", app_id: null },
      ],
    });
    expect((await repos.removeStatusCheckContexts({ ...main(), contexts: ["a"] })).data).toEqual(["b"]);
    expect((await repos.setStatusCheckContexts({ ...main(), contexts: ["c"] })).data).toEqual(["c"]);
    expect((await repos.getAllStatusCheckContexts(main())).data).toEqual(["c"]);
    await repos.updatePullRequestReviewProtection({ ...main(), required_approving_review_count: 3 });
    expect((await repos.getPullRequestReviewProtection(main())).data).toMatchObject({
      required_approving_review_count: 3,
      dismiss_stale_reviews: true,
      require_code_owner_reviews: true,
      require_last_push_approval: false,
    });
    await repos.setAdminBranchProtection(main());
    await repos.createCommitSignatureProtection(main());
    const { data } = await repos.getBranchProtection(main());
    expect([data.enforce_admins?.enabled, data.required_signatures?.enabled]).toEqual([true, true]);
    await repos.deleteAdminBranchProtection(main());
    await repos.deleteCommitSignatureProtection(main());
    await repos.removeStatusCheckProtection(main());
    await repos.deletePullRequestReviewProtection(main());
    const bare = (await repos.getBranchProtection(main())).data;
    expect([bare.enforce_admins?.enabled, bare.required_signatures?.enabled]).toEqual([false, false]);
    expect([bare.required_status_checks, bare.required_pull_request_reviews]).toEqual([undefined, undefined]);
  });

  it("A protection with teams or unknown people is refused", async () => {
    const asked = (restrictions: object) => protect({ restrictions });
    await expect(asked({ users: [], teams: ["core"] })).rejects.toMatchObject({ status: 422 });
    await expect(asked({ users: ["nobody"], teams: [] })).rejects.toMatchObject({ status: 422 });
  });
});

describe("a restricted branch", () => {
  it("A restricted branch takes pushes and merges of the listed users and Apps only", async () => {
    const { wim, bot, at } = fixture;
    await fixture.commit("side", { "a.txt": "1\n" });
    await protect({ restrictions: { users: ["wim"], teams: [], apps: [] }, enforce_admins: true });
    const { data: pull } = await wim.rest.pulls.create({ ...at, title: "a", head: "side", base: "main" });
    const one = { ...at, pull_number: pull.number };
    await expect(bot.rest.pulls.merge(one)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("You're not authorized to push to this branch."),
    });
    const clone = await fixture.clone(fixture.tokens.ada);
    await commitIn(fixture, clone, { "b.txt": "1\n" });
    const pushed = await fixture.git(clone, "push", "origin", "HEAD:main");
    expect(pushed.text).toContain("remote: error: GH006: Protected branch update failed for refs/heads/main.");
    expect(pushed.text).toContain("remote: - You're not authorized to push to this branch.");
    const added = await fixture.ada.rest.repos.addAppAccessRestrictions({ ...main(), apps: ["gate"] });
    expect(added.data.map((app) => app?.slug)).toEqual(["gate"]);
    await fixture.ada.rest.repos.removeUserAccessRestrictions({ ...main(), users: ["wim"] });
    expect((await fixture.ada.rest.repos.getAccessRestrictions(main())).data.users).toEqual([]);
    await expect(wim.rest.pulls.merge(one)).rejects.toMatchObject({ status: 405 });
    expect((await bot.rest.pulls.merge(one)).data.merged).toBe(true);
  });

  it("A branch that requires reviews lets the listed users bypass them", async () => {
    const reviews = { required_approving_review_count: 1, bypass_pull_request_allowances: { apps: ["gate"] } };
    await protect({ required_pull_request_reviews: reviews, enforce_admins: true });
    const byAdmin = await fixture.clone(fixture.tokens.ada);
    await commitIn(fixture, byAdmin, { "a.txt": "1\n" });
    expect((await fixture.git(byAdmin, "push", "origin", "HEAD:main")).text).toContain(
      "remote: - Changes must be made through a pull request.",
    );
    const byBot = await fixture.clone(fixture.tokens.bot, "bot");
    await commitIn(fixture, byBot, { "a.txt": "2\n" });
    expect((await fixture.git(byBot, "push", "origin", "HEAD:main")).ok).toBe(true);
  });

  it("A locked branch takes nothing except from admins who are not bound", async () => {
    await protect({ lock_branch: true });
    const clone = await fixture.clone(fixture.tokens.wim);
    await commitIn(fixture, clone, { "a.txt": "1\n" });
    expect((await fixture.git(clone, "push", "origin", "HEAD:main")).text).toContain(
      "remote: - Cannot change this locked branch",
    );
    const byAdmin = await fixture.clone(fixture.tokens.ada, "admin");
    await commitIn(fixture, byAdmin, { "a.txt": "1\n" });
    expect((await fixture.git(byAdmin, "push", "origin", "HEAD:main")).ok).toBe(true);
  });
});
