import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fnmatch } from "../src/protection/pattern.ts";
import { commitIn, type GitFixture, startGitFixture } from "./git-fixture.ts";

type Ruleset = Parameters<GitFixture["ada"]["rest"]["repos"]["createRepoRuleset"]>[0];

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

async function rules(
  wanted: NonNullable<Ruleset>["rules"],
  more: Partial<NonNullable<Ruleset>> = {},
  include = ["~DEFAULT_BRANCH"],
): Promise<number> {
  const { data } = await fixture.ada.rest.repos.createRepoRuleset({
    ...fixture.at,
    name: `rules ${wanted?.map(({ type }) => type).join()} ${include.join()}`,
    enforcement: "active",
    conditions: { ref_name: { include, exclude: [] } },
    ...(wanted === undefined ? {} : { rules: wanted }),
    ...more,
  });
  return data.id;
}

const throughPulls = {
  type: "pull_request" as const,
  parameters: {
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_approving_review_count: 0,
    required_review_thread_resolution: false,
  },
};
const checked = (context: string, appId?: number, strict = false) => ({
  type: "required_status_checks" as const,
  parameters: {
    required_status_checks: [{ context, ...(appId === undefined ? {} : { integration_id: appId }) }],
    strict_required_status_checks_policy: strict,
  },
});
const appId = () => fixture.context.store.table("apps").find((app) => app.slug === "gate")?.id ?? 0;
const tip = (branch: string) => fixture.context.git.resolve(fixture.repository, `refs/heads/${branch}`);

describe("patterns of ref names", () => {
  it.each([
    ["refs/heads/main", "refs/heads/main", true],
    ["refs/heads/release/*", "refs/heads/release/1", true],
    ["refs/heads/release/*", "refs/heads/release/1/a", false],
    ["refs/heads/**/fix", "refs/heads/fix", true],
    ["refs/heads/**/fix", "refs/heads/a/b/fix", true],
    ["refs/heads/v?", "refs/heads/v1", true],
    ["refs/heads/v?", "refs/heads/v/", false],
    ["refs/heads/v[0-9].[!x]", "refs/heads/v1.2", true],
    ["refs/heads/v[0-9].[!x]", "refs/heads/v1.x", false],
    ["refs/heads/a.b", "refs/heads/aXb", false],
    ["refs/heads/a\\*", "refs/heads/ab", false],
  ])("The pattern %s matches %s: %s", (pattern, name, expected) => {
    expect(fnmatch(pattern, name)).toBe(expected);
  });

  it("A pattern that makes a backtracking matcher hang is matched in time", () => {
    expect(fnmatch(`${"*a".repeat(40)}b`, "a".repeat(250))).toBe(false);
  });
});

describe("rulesets", () => {
  it("A ruleset is created, listed, read, changed and deleted, and only administrators see its bypass actors", async () => {
    const { ada, rea, at } = fixture;
    const id = await rules([{ type: "deletion" }, checked("ci", appId(), true)], {
      bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }],
    });
    const one = { ...at, ruleset_id: id };
    const { data } = await ada.rest.repos.getRepoRuleset(one);
    expect(data).toMatchObject({
      target: "branch",
      source: "ada/shop",
      source_type: "Repository",
      enforcement: "active",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }],
      current_user_can_bypass: "always",
      rules: [{ type: "deletion" }, { type: "required_status_checks" }],
    });
    const asReader = (await rea.rest.repos.getRepoRuleset(one)).data;
    expect([asReader.bypass_actors, asReader.current_user_can_bypass]).toEqual([undefined, "never"]);
    expect((await rea.rest.repos.getRepoRulesets(at)).data.map((each) => each.id)).toEqual([id]);
    await expect(rea.rest.repos.deleteRepoRuleset(one)).rejects.toMatchObject({ status: 403 });
    const changed = await ada.rest.repos.updateRepoRuleset({ ...one, enforcement: "disabled" });
    expect(changed.data).toMatchObject({ enforcement: "disabled", rules: [{ type: "deletion" }, {}] });
    await ada.rest.repos.deleteRepoRuleset(one);
    await expect(ada.rest.repos.getRepoRuleset(one)).rejects.toMatchObject({ status: 404 });
  });

  it("The rules of a branch include active rulesets only, also for a branch that does not exist", async () => {
    const { bot, at } = fixture;
    const id = await rules([{ type: "creation" }], {}, ["refs/heads/headgate/**/*"]);
    await rules([{ type: "update" }], { enforcement: "evaluate" }, ["~ALL"]);
    await rules([{ type: "deletion" }], { enforcement: "disabled", name: "off" }, ["~ALL"]);
    const on = async (branch: string) => (await bot.rest.repos.getBranchRules({ ...at, branch })).data;
    expect(await on("headgate/12/parser")).toEqual([
      { type: "creation", ruleset_id: id, ruleset_source: "ada/shop", ruleset_source_type: "Repository" },
    ]);
    expect(await on("main")).toEqual([]);
  });

  it("A ruleset omits the branches that it excludes, and a branch with rules is protected", async () => {
    await rules([{ type: "deletion" }], {
      conditions: { ref_name: { include: ["~ALL"], exclude: ["refs/heads/free/*"] } },
    });
    await fixture.commit("free/a", { "a.txt": "1\n" });
    const { data } = await fixture.ada.rest.repos.listBranches(fixture.at);
    expect(data.map((each) => [each.name, each.protected, each.protection?.enabled])).toEqual([
      ["free/a", false, false],
      ["main", true, false],
    ]);
  });

  it.each([
    ["a rule nobody enforces here", { rules: [{ type: "merge_queue" }] }, /"merge_queue" is not a rule/],
    ["no rule at all", { rules: [{ type: "no_such_thing" }] }, /"no_such_thing" is not a rule/],
    ["a short ref name", { conditions: { ref_name: { include: ["main"], exclude: [] } } }, /whole ref/],
    ["an App that is not installed", { bypass_actors: [{ actor_id: 1, actor_type: "Integration" }] }, /Validation/],
    ["a push ruleset", { target: "push" }, /Invalid request/],
  ])("A ruleset is refused with %s", async (_, wanted, message) => {
    const given = { ...fixture.at, name: "x", enforcement: "active", ...wanted } as never;
    await expect(fixture.ada.rest.repos.createRepoRuleset(given)).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(message),
    });
  });
});

describe("rules over REST", () => {
  it("A rule refuses the creation, move and deletion of refs, files and merges with GitHub's message", async () => {
    const { ada, at, sha } = fixture;
    const next = await fixture.commit("side", { "a.txt": "1\n" });
    const newer = await fixture.commit("main", { "b.txt": "1\n" });
    await rules([throughPulls, { type: "non_fast_forward" }, { type: "deletion" }]);
    await rules([{ type: "creation" }], {}, ["refs/heads/closed/*"]);
    const violation = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n";
    const answer = (promise: Promise<unknown>) =>
      promise.then(
        () => "done",
        (error) => [error.status, error.response.data.message],
      );
    expect(await answer(ada.rest.git.updateRef({ ...at, ref: "heads/main", sha: next, force: true }))).toEqual([
      422,
      "Repository rule violations found\n\nCannot force-push to this branch\n\nChanges must be made through a pull request.\n\n",
    ]);
    const file = { ...at, path: "x.txt", message: "x", content: "eA==", branch: "main" };
    expect(await answer(ada.rest.repos.createOrUpdateFileContents(file))).toEqual([409, violation]);
    expect(await answer(ada.rest.repos.merge({ ...at, base: "main", head: "side" }))).toEqual([422, violation]);
    const made = ada.rest.git.createRef({ ...at, ref: "refs/heads/closed/a", sha });
    expect(await answer(made)).toEqual([422, "Reference update failed"]);
    expect(await answer(ada.rest.git.createRef({ ...at, ref: "refs/heads/open", sha }))).toBe("done");
    expect(await tip("main")).toBe(newer);
  });

  it("A rule blocks a pull until its App's check passed and the head is up to date", async () => {
    const { wim, at } = fixture;
    await rules([throughPulls, checked("ci", appId(), true)]);
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { data: pull } = await wim.rest.pulls.create({ ...at, title: "a", head: "side", base: "main" });
    const one = { ...at, pull_number: pull.number };
    const state = async () => {
      for (;;) {
        const { data } = await wim.rest.pulls.get(one);
        if (data.mergeable !== null) return data.mergeable_state;
      }
    };
    const refusal = (sentence: string) => ({
      status: 405,
      message: expect.stringContaining(`Repository rule violations found\n\n${sentence}`),
    });
    expect(await state()).toBe("blocked");
    await expect(wim.rest.pulls.merge(one)).rejects.toMatchObject(refusal('Required status check "ci" is expected.'));
    await wim.rest.repos.createCommitStatus({ ...at, sha: head, context: "ci", state: "success" });
    await expect(wim.rest.pulls.merge(one)).rejects.toMatchObject(
      refusal('Required status check "ci" was not set by the expected GitHub app.'),
    );
    await fixture.passes(head, "ci");
    expect(await state()).toBe("clean");
    const [only] = (await fixture.ada.rest.repos.getRepoRulesets(at)).data;
    const off = { ...at, ruleset_id: only?.id ?? 0 };
    await fixture.ada.rest.repos.updateRepoRuleset({ ...off, enforcement: "disabled" });
    await fixture.commit("main", { "b.txt": "1\n" });
    await fixture.ada.rest.repos.updateRepoRuleset({ ...off, enforcement: "active" });
    expect(await state()).toBe("behind");
    await expect(wim.rest.pulls.merge(one)).rejects.toMatchObject(refusal('Required status check "ci" is expected.'));
  });

  it("A rule requires approvals, limits the merge methods and lets bypass actors merge", async () => {
    const { ada, wim, bot, at } = fixture;
    const parameters = { ...throughPulls.parameters, required_approving_review_count: 2 };
    const id = await rules([{ ...throughPulls, parameters }]);
    await fixture.commit("side", { "a.txt": "1\n" });
    const { data: pull } = await wim.rest.pulls.create({ ...at, title: "a", head: "side", base: "main" });
    const one = { ...at, pull_number: pull.number };
    await expect(ada.rest.pulls.merge(one)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("At least 2 approving reviews are required by reviewers with write access."),
    });
    const methods = { ...throughPulls, parameters: { ...throughPulls.parameters, allowed_merge_methods: ["squash"] } };
    await ada.rest.repos.updateRepoRuleset({
      ...at,
      ruleset_id: id,
      rules: [methods as never, { type: "update" }],
      bypass_actors: [{ actor_id: appId(), actor_type: "Integration", bypass_mode: "pull_request" }],
    });
    await expect(wim.rest.pulls.merge(one)).rejects.toMatchObject({
      message: expect.stringMatching(/Cannot update this protected ref[\s\S]*Merge commits are not allowed/),
    });
    const direct = bot.rest.git.updateRef({ ...at, ref: "heads/main", sha: pull.head.sha });
    await expect(direct).rejects.toMatchObject({ status: 422 });
    expect((await bot.rest.pulls.merge(one)).data.merged).toBe(true);
  });

  it("A rule that forbids an update of the head refuses update-branch at once", async () => {
    const { wim, at } = fixture;
    await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.commit("main", { "b.txt": "1\n" });
    const { data: pull } = await wim.rest.pulls.create({ ...at, title: "a", head: "side", base: "main" });
    await rules([{ type: "required_linear_history" }], {}, ["refs/heads/side"]);
    await expect(wim.rest.pulls.updateBranch({ ...at, pull_number: pull.number })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("This branch must not contain merge commits."),
    });
  });
});

describe("rules over git push", () => {
  it("A rule declines its ref with GH013 and lets the other refs through", async () => {
    await rules([throughPulls, checked("ci")]);
    await rules([{ type: "creation" }], { target: "tag" }, ["refs/tags/v*"]);
    const clone = await fixture.clone(fixture.tokens.wim);
    const sha = await commitIn(fixture, clone, { "a.txt": "1\n" });
    await fixture.git(clone, "tag", "v1");
    const pushed = await fixture.git(clone, "push", "origin", "HEAD:main", "HEAD:side", "v1");
    expect(pushed.ok).toBe(false);
    const lines = pushed.text.split("\n").map((line) => line.trimEnd());
    const from = lines.indexOf("remote: error: GH013: Repository rule violations found for refs/heads/main.");
    expect(lines.slice(from, from + 7)).toEqual([
      "remote: error: GH013: Repository rule violations found for refs/heads/main.",
      `remote: Review all repository rules at ${fixture.url}/ada/shop/rules?ref=refs%2Fheads%2Fmain`,
      "remote:",
      "remote: - Changes must be made through a pull request.",
      "remote:",
      'remote: - Required status check "ci" is expected.',
      "remote:",
    ]);
    expect(pushed.text).toContain("remote: - Cannot create ref due to creations being restricted.");
    expect([await tip("main"), await tip("side")]).toEqual([fixture.sha, sha]);
    expect(await fixture.context.git.resolve(fixture.repository, "refs/tags/v1")).toBeNull();
  });

  it("A bypassing App or role can push, and git prints what was bypassed", async () => {
    await rules([throughPulls], {
      bypass_actors: [
        { actor_id: appId(), actor_type: "Integration", bypass_mode: "always" },
        { actor_id: 4, actor_type: "RepositoryRole", bypass_mode: "exempt" },
      ],
    });
    const byBot = await fixture.clone(fixture.tokens.bot, "bot");
    await commitIn(fixture, byBot, { "a.txt": "1\n" });
    const pushed = await fixture.git(byBot, "push", "origin", "HEAD:main");
    expect(pushed.ok).toBe(true);
    expect(pushed.text).toContain("remote: Bypassed rule violations for refs/heads/main:");
    const byWriter = await fixture.clone(fixture.tokens.wim, "writer");
    await commitIn(fixture, byWriter, { "b.txt": "1\n" });
    const quiet = await fixture.git(byWriter, "push", "origin", "HEAD:main");
    expect([quiet.ok, quiet.text.includes("Bypassed")]).toEqual([true, false]);
    const byAdmin = await fixture.clone(fixture.tokens.ada, "admin");
    await commitIn(fixture, byAdmin, { "c.txt": "1\n" });
    expect((await fixture.git(byAdmin, "push", "origin", "HEAD:main")).ok).toBe(false);
  });

  it("A rule refuses forced pushes, deletions and merge commits", async () => {
    await fixture.commit("side", { "a.txt": "1\n" });
    const kept = await fixture.commit("side", { "a.txt": "2\n" });
    await rules([{ type: "non_fast_forward" }, { type: "deletion" }, { type: "required_linear_history" }], {}, [
      "refs/heads/s*",
    ]);
    const clone = await fixture.clone(fixture.tokens.ada);
    expect((await fixture.git(clone, "push", "origin", "+HEAD:side")).text).toContain(
      "remote: - Cannot force-push to this branch",
    );
    expect((await fixture.git(clone, "push", "origin", ":side")).text).toContain("remote: - Cannot delete this branch");
    await fixture.git(clone, "switch", "--quiet", "--create", "other");
    await commitIn(fixture, clone, { "b.txt": "1\n" });
    await fixture.git(clone, "merge", "--quiet", "--no-edit", "origin/side");
    expect((await fixture.git(clone, "push", "origin", "HEAD:side")).text).toContain(
      "remote: - This branch must not contain merge commits.",
    );
    expect(await tip("side")).toBe(kept);
  });
});
