import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { actingScope } from "../src/context.ts";
import { type AutoMergeOrder, disableAutoMerge, enableAutoMerge, setDraft } from "../src/pulls/auto-merge.ts";
import type { Pull, User } from "../src/store/entities.ts";
import { type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
let at: { owner: string; repo: string; pull_number: number };
let head: string;

beforeEach(async () => {
  fixture = await startGitFixture({ allowAutoMerge: true });
  head = await fixture.commit("side", { "a.txt": "1\n" });
  const { data } = await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Add a", head: "side", base: "main" });
  at = { ...fixture.at, pull_number: data.number };
  fixture.announced.length = 0;
});
afterEach(() => fixture.close());

const stored = () => fixture.context.store.table("pulls").find((each) => each.number === at.pull_number) as Pull;
const pull = async () => (await fixture.rea.rest.pulls.get(at)).data;
const user = (login: string) => fixture.context.store.table("users").find((each) => each.login === login) as User;
const repository = () => fixture.context.store.table("repositories").get(fixture.repository.id) ?? fixture.repository;
const as = (login: string) => actingScope(fixture.context, repository(), { user: user(login), byJobToken: false });
const tip = (branch: string) => fixture.context.git.resolve(fixture.repository, `refs/heads/${branch}`);

describe("merge-async", () => {
  const path = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async";
  const ask = (more: object = {}, who = fixture.wim) => who.request(path, { ...at, ...more });
  const result = async (uuid = "") =>
    (await fixture.rea.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}", { ...at, uuid }))
      .data;

  it("A merge request returns a UUID at once, the same one again, and the merge commit in the end", async () => {
    const asked = await ask({ merge_method: "squash", commit_title: "Land" });
    expect(asked).toMatchObject({
      status: 202,
      data: {
        status: "pending",
        details: {
          message: "Merge request enqueued.",
          merge_method: "squash",
          merge_action: "default",
          expected_head_sha: head,
        },
      },
    });
    const { uuid } = asked.data.details;
    await expect(ask()).rejects.toMatchObject({
      status: 409,
      response: { data: { status: "pending", details: { uuid, merge_method: "squash" } } },
    });
    await fixture.idle();
    const newBase = await tip("main");
    expect(await result(uuid)).toEqual({
      status: "merged",
      details: { message: "Pull request was merged.", sha: newBase },
    });
    expect(await pull()).toMatchObject({ merged: true, merged_by: { login: "wim" }, merge_commit_sha: newBase });
    expect(await ask()).toMatchObject({ status: 200, data: { status: "merged", details: { sha: newBase } } });
    await expect(result("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ status: 404 });
  });

  it("A merge request is judged when it runs and can be sent again", async () => {
    fixture.protect("main", { requiredStatusChecks: { strict: false, checks: [{ context: "ci", appId: null }] } });
    const first = await ask();
    expect(first.status).toBe(202);
    await fixture.idle();
    expect(await result(first.data.details.uuid)).toEqual({
      status: "failed",
      details: { message: 'Required status check "ci" is expected.' },
    });
    await fixture.passes(head, "ci");
    const second = await ask({ sha: head });
    expect(second.data.details.uuid).not.toBe(first.data.details.uuid);
    await fixture.idle();
    expect((await pull()).merged).toBe(true);
  });

  it("A merge request needs an open, ready pull with the given head, and its result is kept for a day", async () => {
    const moved = await ask({ sha: fixture.sha });
    await fixture.idle();
    expect(await result(moved.data.details.uuid)).toMatchObject({
      status: "failed",
      details: { message: expect.stringContaining("Head branch was modified") },
    });
    const request = fixture.context.store.table("mergeRequests").get(moved.data.details.uuid ?? "");
    if (request === undefined) throw new Error("no request");
    const updatedAt = new Date(Date.now() - 24 * 3_600_000 - 1000).toISOString();
    fixture.context.store.table("mergeRequests").put({ ...request, updatedAt });
    await expect(result(moved.data.details.uuid)).rejects.toMatchObject({ status: 404 });
    await setDraft(as("wim"), stored(), true);
    const failed = { status: 400, response: { data: { status: "failed" } } };
    await expect(ask()).rejects.toMatchObject(failed);
    await fixture.wim.rest.pulls.update({ ...at, state: "closed" });
    await expect(ask()).rejects.toMatchObject(failed);
    await expect(ask({}, fixture.rea)).rejects.toMatchObject({ status: 403 });
  });
});

describe("auto-merge", () => {
  const order: AutoMergeOrder = { method: "squash", title: "Land it", message: null };
  const enable = (who = "wim") => enableAutoMerge(as(who), stored(), order);

  beforeEach(() =>
    fixture.protect("main", {
      requiredStatusChecks: { strict: false, checks: [{ context: "ci", appId: null }] },
      requiredApprovals: 1,
    }),
  );

  it("Auto-merge merges once every requirement is met, in the name of the person who enabled it", async () => {
    // An admin could merge now. Enabling auto-merge still waits.
    await enable("ada");
    expect(await pull()).toMatchObject({
      auto_merge: { enabled_by: { login: "ada" }, merge_method: "squash", commit_title: "Land it" },
    });
    expect(fixture.heard()).toEqual(["pull_request auto_merge_enabled"]);
    await fixture.passes(head, "ci");
    await fixture.idle();
    expect((await pull()).merged).toBe(false);
    await fixture.wim.rest.pulls.createReview({ ...at, event: "APPROVE" });
    await fixture.idle();
    expect(await pull()).toMatchObject({ merged: true, merged_by: { login: "ada" } });
    const { data } = await fixture.rea.rest.repos.getCommit({ ...fixture.at, ref: "main" });
    expect([data.commit.message.split("\n")[0], data.parents.length]).toEqual(["Land it", 1]);
  });

  it("Auto-merge is refused where it is not allowed, for a mergeable pull and for a draft", async () => {
    fixture.context.store.table("repositories").put({ ...repository(), allowAutoMerge: false });
    await expect(enable()).rejects.toThrow("Auto merge is not allowed for this repository");
    await fixture.ada.rest.repos.update({ ...fixture.at, allow_auto_merge: true });
    await setDraft(as("wim"), stored(), true);
    await expect(enable()).rejects.toThrow("draft");
    await setDraft(as("wim"), stored(), false);
    fixture.context.store.table("protections").remove(`${fixture.repository.id}:main`);
    await expect(enable()).rejects.toThrow("Pull request Pull request is in clean status");
    await fixture.passes(head, "other", "failure");
    await expect(enable()).rejects.toThrow("Pull request Pull request is in unstable status");
  });

  it("Auto-merge is disabled by hand, by closing the pull and by making it a draft", async () => {
    await enable();
    await disableAutoMerge(as("wim"), stored());
    expect(fixture.heard()).toEqual(["pull_request auto_merge_enabled", "pull_request auto_merge_disabled"]);
    await expect(disableAutoMerge(as("wim"), stored())).rejects.toThrow();
    await enable();
    await setDraft(as("wim"), stored(), true);
    expect((await pull()).auto_merge).toBeNull();
    await setDraft(as("wim"), stored(), false);
    await enable();
    await fixture.wim.rest.pulls.update({ ...at, state: "closed" });
    await fixture.wim.rest.pulls.update({ ...at, state: "open" });
    expect((await pull()).auto_merge).toBeNull();
  });

  it("Auto-merge waits until a conflict is gone", async () => {
    await fixture.wim.rest.pulls.createReview({ ...at, event: "APPROVE" });
    await enable();
    await fixture.commit("main", { "a.txt": "other\n" });
    await fixture.passes(head, "ci");
    await fixture.idle();
    expect(await pull()).toMatchObject({ merged: false, mergeable_state: "dirty" });
    await fixture.commit("main", { "a.txt": "1\n" });
    await fixture.idle();
    expect((await pull()).merged).toBe(true);
  });
});

describe("closed pulls", () => {
  const update = (change: object) => fixture.wim.rest.pulls.update({ ...at, ...change });
  const errors = (message: string) => ({ status: 422, response: { data: { errors: [{ message }] } } });

  it("A closed pull reopens only with its old branch and keeps its base", async () => {
    await update({ state: "closed" });
    await fixture.commit("next", { "n.txt": "1\n" });
    await expect(update({ base: "next" })).rejects.toMatchObject(
      errors("Cannot change the base branch of a closed pull request."),
    );
    const elsewhere = await fixture.commit("elsewhere", { "b.txt": "1\n" });
    await fixture.ada.rest.git.updateRef({ ...fixture.at, ref: "heads/side", sha: elsewhere, force: true });
    await expect(update({ state: "open" })).rejects.toMatchObject(
      errors("state cannot be changed. The side branch was force-pushed or recreated."),
    );
    await fixture.ada.rest.git.updateRef({ ...fixture.at, ref: "heads/side", sha: head, force: true });
    await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Again", head: "side", base: "main" });
    await expect(update({ state: "open" })).rejects.toMatchObject(
      errors("state cannot be changed. A pull request already exists for ada:side."),
    );
  });
});

describe("the state of a pull", () => {
  it("Closing and reopening a pull through its issue has the same effects", async () => {
    const change = (state: "open" | "closed") =>
      fixture.wim.rest.issues.update({ ...fixture.at, issue_number: at.pull_number, state });
    await change("closed");
    const moved = await fixture.commit("side", { "a.txt": "2\n" });
    await change("open");
    expect(await pull()).toMatchObject({ state: "open", head: { sha: moved } });
    await change("closed");
    await fixture.ada.rest.git.deleteRef({ ...fixture.at, ref: "heads/side" });
    await expect(change("open")).rejects.toMatchObject({ status: 422 });
    expect(fixture.heard().filter((each) => each.startsWith("pull_request"))).toEqual([
      "pull_request closed",
      "pull_request reopened",
      "pull_request closed",
    ]);
    const { data: events } = await fixture.rea.rest.issues.listEvents({ ...fixture.at, issue_number: at.pull_number });
    expect(events.map(({ event }) => event)).toEqual(["closed", "reopened", "closed"]);
  });
});

describe("closing keywords", () => {
  it("A commit with a closing keyword closes the issue on the default branch, pushed or merged", async () => {
    const numbers: number[] = [];
    for (const title of ["one", "two"]) {
      numbers.push((await fixture.ada.rest.issues.create({ ...fixture.at, title })).data.number);
    }
    const states = async () => {
      const all = numbers.map((issue_number) => fixture.rea.rest.issues.get({ ...fixture.at, issue_number }));
      return (await Promise.all(all)).map(({ data }) => data.state);
    };
    const { data: tree } = await fixture.ada.rest.git.getCommit({ ...fixture.at, commit_sha: fixture.sha });
    const commit = async (message: string, parent: string) =>
      (await fixture.ada.rest.git.createCommit({ ...fixture.at, message, tree: tree.tree.sha, parents: [parent] })).data
        .sha;
    const first = await commit(`Fixes #${numbers[0]}`, fixture.sha);
    await fixture.ada.rest.git.createRef({ ...fixture.at, ref: "refs/heads/elsewhere", sha: first });
    expect(await states()).toEqual(["open", "open"]);
    await fixture.ada.rest.git.updateRef({ ...fixture.at, ref: "heads/main", sha: first });
    expect(await states()).toEqual(["closed", "open"]);
    await fixture.ada.rest.git.updateRef({ ...fixture.at, ref: "heads/side", sha: await commit("x", head) });
    await fixture.wim.rest.pulls.merge({ ...at, merge_method: "squash", commit_message: `Closes #${numbers[1]}` });
    expect(await states()).toEqual(["closed", "closed"]);
  });
});
