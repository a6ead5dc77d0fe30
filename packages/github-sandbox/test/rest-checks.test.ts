import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

const checkRun = (name: string, more: object = {}) =>
  fixture.bot.rest.checks.create({ ...fixture.at, name, head_sha: fixture.sha, ...more } as never);

describe("check runs", () => {
  it("A check run is created, updated and completed by its App", async () => {
    const { data: made } = await checkRun("lint", { external_id: "try-1", output: { title: "t", summary: "s" } });
    expect(made).toMatchObject({ status: "queued", conclusion: null, app: { slug: "gate" }, external_id: "try-1" });
    const at = { ...fixture.at, check_run_id: made.id };
    const done = await fixture.bot.rest.checks.update({ ...at, conclusion: "success" });
    expect(done.data).toMatchObject({
      status: "completed",
      conclusion: "success",
      output: { title: "t", summary: "s" },
    });
    expect(done.data.completed_at).not.toBeNull();
    expect((await fixture.owner.rest.checks.get(at)).data.id).toBe(made.id);
  });

  it("The check runs of a branch list the newest of each name unless all are requested", async () => {
    const { data: first } = await checkRun("unit", { conclusion: "failure" });
    const { data: second } = await checkRun("unit", { conclusion: "success" });
    const list = async (more: object) => {
      const wanted = { ...fixture.at, ref: "main", check_name: "unit", ...more };
      return (await fixture.owner.rest.checks.listForRef(wanted)).data.check_runs.map((run) => run.id);
    };
    expect(await list({})).toEqual([second.id]);
    expect(await list({ filter: "all" })).toEqual([second.id, first.id]);
    expect(await list({ app_id: 1 })).toEqual([]);
    const suites = await fixture.owner.rest.checks.listSuitesForRef({ ...fixture.at, ref: fixture.sha });
    expect(suites.data.check_suites).toMatchObject([{ app: { slug: "gate" }, head_commit: { message: "Begin" } }]);
  });

  it("A check run is refused to people, to other Apps, without a commit and without a conclusion", async () => {
    const create = { ...fixture.at, name: "x", head_sha: fixture.sha };
    await expect(fixture.owner.rest.checks.create(create)).rejects.toMatchObject({ status: 403 });
    await expect(checkRun("x", { head_sha: "f".repeat(40) })).rejects.toMatchObject({ status: 422 });
    await expect(checkRun("x", { status: "completed" })).rejects.toMatchObject({ status: 422 });
    const { app, privateKey } = await fixture.sandbox.createApp({
      slug: "other",
      name: "Other",
      permissions: { checks: "write" },
      events: [],
    });
    const { data: foreign } = await checkRun("mine");
    const { id } = fixture.sandbox.install(app, fixture.sandbox.createUser("ada").user, [fixture.repository]);
    const other = fixture.installed(app, privateKey, id);
    const taking = other.rest.checks.update({ ...fixture.at, check_run_id: foreign.id, conclusion: "success" });
    await expect(taking).rejects.toMatchObject({ status: 403, message: expect.stringContaining("Invalid app_id") });
  });
});

describe("check suites", () => {
  it("A check suite is created once per commit, and a rerequest reaches its App only", async () => {
    const create = () => fixture.bot.rest.checks.createSuite({ ...fixture.at, head_sha: fixture.sha });
    const { data: suite } = await create();
    expect(await create()).toMatchObject({ status: 200, data: { id: suite.id, app: { slug: "gate" } } });
    const { data: run } = await checkRun("again", { conclusion: "failure" });
    expect(run.check_suite?.id).toBe(suite.id);
    const owner = fixture.owner.rest.checks;
    expect((await owner.rerequestSuite({ ...fixture.at, check_suite_id: suite.id })).status).toBe(201);
    expect((await owner.rerequestRun({ ...fixture.at, check_run_id: run.id })).status).toBe(201);
    const reader = fixture.octokit(fixture.sandbox.createUser("rob").token);
    const asked = reader.rest.checks.rerequestSuite({ ...fixture.at, check_suite_id: suite.id });
    await expect(asked).rejects.toMatchObject({ status: 403 });
  });
});

describe("commit statuses", () => {
  it("The combined status takes the newest of each context, failure before pending before success", async () => {
    const state = async () =>
      (await fixture.owner.rest.repos.getCombinedStatusForRef({ ...fixture.at, ref: "main" })).data;
    const set = (context: string, value: "success" | "pending" | "failure") =>
      fixture.bot.rest.repos.createCommitStatus({ ...fixture.at, sha: fixture.sha, context, state: value });
    expect(await state()).toMatchObject({ state: "pending", total_count: 0 });
    await set("ci/a", "pending");
    await set("ci/b", "success");
    expect((await state()).state).toBe("pending");
    await set("ci/a", "failure");
    expect((await state()).state).toBe("failure");
    await set("ci/a", "success");
    expect(await state()).toMatchObject({ state: "success", total_count: 2, sha: fixture.sha });
    const all = await fixture.owner.rest.repos.listCommitStatusesForRef({ ...fixture.at, ref: "main" });
    expect(all.data.map((each) => each.state)).toEqual(["success", "failure", "success", "pending"]);
  });
});

describe("branch protection", () => {
  it("A branch protection is set, shown and deleted", async () => {
    const at = { ...fixture.at, branch: "main" };
    await expect(fixture.owner.rest.repos.getBranchProtection(at)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining("Branch not protected"),
    });
    await fixture.owner.rest.repos.updateBranchProtection({
      ...at,
      required_status_checks: { strict: true, contexts: ["lint"], checks: [{ context: "unit", app_id: 15368 }] },
      enforce_admins: true,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    const { data } = await fixture.owner.rest.repos.getBranchProtection(at);
    expect(data).toMatchObject({ enforce_admins: { enabled: true }, allow_force_pushes: { enabled: false } });
    expect(data.required_pull_request_reviews).toBeUndefined();
    const checks = await fixture.owner.rest.repos.getStatusChecksProtection(at);
    expect(checks.data).toMatchObject({
      strict: true,
      contexts: ["unit", "lint"],
      checks: [
        { context: "unit", app_id: 15368 },
        { context: "lint", app_id: null },
      ],
    });
    await fixture.owner.rest.repos.deleteBranchProtection(at);
    await expect(fixture.owner.rest.repos.getBranchProtection(at)).rejects.toMatchObject({ status: 404 });
  });

  it("A branch protection is hidden from an App without the permission", async () => {
    const asked = fixture.bot.rest.repos.getBranchProtection({ ...fixture.at, branch: "main" });
    await expect(asked).rejects.toMatchObject({ status: 403 });
  });

  it("A branch protection adds no rules to the branch", async () => {
    expect((await fixture.bot.rest.repos.getBranchRules({ ...fixture.at, branch: "any/name" })).data).toEqual([]);
  });
});
