import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pullsIdle } from "../src/pulls/background.ts";
import { commitIn, type GitFixture, readme, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

async function open(head = "side", more: { base?: string; draft?: boolean; body?: string } = {}) {
  const { data } = await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Add a", head, base: "main", ...more });
  return data;
}

async function get(pull_number: number) {
  return (await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number })).data;
}

/** Reads the pull again after its test merge. */
async function settled(number: number) {
  await get(number);
  await pullsIdle(fixture.context);
  return get(number);
}

describe("opening a pull", () => {
  it("A new pull takes the next number, is announced and shows both branches", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n2\n" });
    fixture.announced.length = 0;
    const issue = await fixture.ada.rest.issues.create({ ...fixture.at, title: "first" });
    const pull = await open("ada:side", { body: "Why" });
    expect(pull).toMatchObject({
      number: issue.data.number + 1,
      state: "open",
      title: "Add a",
      body: "Why",
      user: { login: "gate[bot]" },
      draft: false,
      merged: false,
      mergeable: null,
      mergeable_state: "unknown",
      head: { ref: "side", sha: head, label: "ada:side" },
      base: { ref: "main", sha: fixture.sha },
      commits: 1,
      additions: 2,
      deletions: 0,
      changed_files: 1,
    });
    const announced = fixture.announced.at(-1);
    expect(announced).toMatchObject({ event: "pull_request", action: "opened", sender: { login: "gate[bot]" } });
    expect(announced?.payload).toMatchObject({ number: pull.number, pull_request: { head: { sha: head } } });
    const asIssue = await fixture.rea.rest.issues.get({ ...fixture.at, issue_number: pull.number });
    expect(asIssue.data.pull_request?.url).toBe(pull.url);
  });

  it("A pull that GitHub refuses is refused with its message", async () => {
    await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.ada.rest.git.createRef({ ...fixture.at, ref: "refs/heads/same", sha: fixture.sha });
    const orphan = await fixture.ada.rest.git.createTree({
      ...fixture.at,
      tree: [{ path: "x", mode: "100644", type: "blob", content: "x" }],
    });
    const root = await fixture.ada.rest.git.createCommit({ ...fixture.at, message: "x", tree: orphan.data.sha });
    await fixture.ada.rest.git.createRef({ ...fixture.at, ref: "refs/heads/alone", sha: root.data.sha });
    await open();
    const errors = async (head: string, base = "main") => {
      const refused = await open(head, { base }).catch((error) => error);
      expect(refused.status).toBe(422);
      return refused.response.data.errors;
    };
    expect(await errors("side")).toMatchObject([
      { code: "custom", message: "A pull request already exists for ada:side." },
    ]);
    expect(await errors("same")).toMatchObject([{ code: "custom", message: "No commits between main and same" }]);
    expect(await errors("alone")).toMatchObject([{ message: "The alone branch has no history in common with main" }]);
    expect(await errors("gone")).toEqual([{ resource: "PullRequest", field: "head", code: "invalid" }]);
    expect(await errors("other:side")).toEqual([{ resource: "PullRequest", field: "head", code: "invalid" }]);
    expect(await errors("side", "gone")).toEqual([{ resource: "PullRequest", field: "base", code: "invalid" }]);
  });
});

describe("mergeability", () => {
  it("mergeable is null first and known later, and the test merge can be fetched", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const base = await fixture.commit("main", { "b.txt": "1\n" });
    const { number } = await open();
    expect(await get(number)).toMatchObject({ mergeable: null, mergeable_state: "unknown", merge_commit_sha: null });
    await pullsIdle(fixture.context);
    const pull = await get(number);
    expect(pull).toMatchObject({ mergeable: true, mergeable_state: "clean", merge_commit_sha: expect.any(String) });
    const clone = await fixture.clone(fixture.tokens.rea);
    await fixture.git(clone, "fetch", "--quiet", "origin", `refs/pull/${number}/merge`);
    const shown = await fixture.git(clone, "log", "-1", "--format=%H %P", "FETCH_HEAD");
    expect(shown.text.trim()).toBe(`${pull.merge_commit_sha} ${base} ${head}`);
  });

  it("mergeable is computed again once either branch moved", async () => {
    await fixture.commit("side", { "README.md": readme.replace("line 2", "side") });
    const { number } = await open();
    expect(await settled(number)).toMatchObject({ mergeable: true });
    await fixture.commit("main", { "README.md": readme.replace("line 2", "main") });
    expect(await get(number)).toMatchObject({ mergeable: null });
    await pullsIdle(fixture.context);
    expect(await get(number)).toMatchObject({ mergeable: false, mergeable_state: "dirty", merge_commit_sha: null });
    const ref = { ...fixture.at, ref: `pull/${number}/merge` };
    await expect(fixture.rea.rest.git.getRef(ref)).rejects.toMatchObject({ status: 404 });
    await fixture.commit("main", { "README.md": readme });
    expect(await settled(number)).toMatchObject({ mergeable: true });
  });

  it("mergeable_state follows checks and protection: draft, blocked, behind, unstable, clean", async () => {
    const state = async (number: number) => (await settled(number)).mergeable_state;
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open("side");
    await fixture.passes(head, "lint", null);
    expect(await state(number)).toBe("unstable");
    await fixture.passes(head, "lint");
    expect(await state(number)).toBe("clean");
    fixture.protect("main", { requiredStatusChecks: { strict: true, checks: [{ context: "ci", appId: null }] } });
    expect(await state(number)).toBe("blocked");
    await fixture.passes(head, "ci");
    expect(await state(number)).toBe("clean");
    await fixture.commit("main", { "b.txt": "1\n" });
    expect(await state(number)).toBe("behind");
    await fixture.commit("other", { "c.txt": "1\n" });
    expect(await state((await open("other", { draft: true })).number)).toBe("draft");
  });
});

describe("a pull and its branches", () => {
  it("A move of the head is announced as synchronize, by push, by REST and by a job's token", async () => {
    const before = await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open();
    const clone = await fixture.clone(fixture.tokens.job);
    await fixture.git(clone, "switch", "--quiet", "side");
    const after = await commitIn(fixture, clone, { "a.txt": "2\n" });
    fixture.announced.length = 0;
    await fixture.git(clone, "push", "--quiet", "origin", "side");
    expect(fixture.announced.at(-1)).toMatchObject({
      event: "pull_request",
      action: "synchronize",
      byJobToken: true,
      payload: { number, before, after, pull_request: { head: { sha: after }, commits: 2 } },
    });
    expect(fixture.heard()).toEqual(["push", "pull_request synchronize"]);
    const ref = await fixture.rea.rest.git.getRef({ ...fixture.at, ref: `pull/${number}/head` });
    expect(ref.data.object.sha).toBe(after);
  });

  it("A pull is merged once its head is pushed into the base", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open();
    await fixture.wim.rest.git.updateRef({ ...fixture.at, ref: "heads/main", sha: head });
    expect(await get(number)).toMatchObject({
      merged: true,
      state: "closed",
      merged_by: { login: "wim" },
      merge_commit_sha: head,
    });
    expect(fixture.heard().slice(-2)).toEqual(["push", "pull_request closed"]);
  });

  it("A pull is closed when its branch is deleted, and reopens only once it is back", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open();
    await fixture.ada.rest.git.deleteRef({ ...fixture.at, ref: "heads/side" });
    expect(await get(number)).toMatchObject({ state: "closed", merged: false });
    const reopen = () => fixture.bot.rest.pulls.update({ ...fixture.at, pull_number: number, state: "open" });
    await expect(reopen()).rejects.toMatchObject({ status: 422 });
    await fixture.ada.rest.git.createRef({ ...fixture.at, ref: "refs/heads/side", sha: head });
    expect((await reopen()).data.state).toBe("open");
    expect(fixture.heard().at(-1)).toBe("pull_request reopened");
  });
});

describe("reading and changing pulls", () => {
  it("Pulls are listed by state, head, base and order", async () => {
    for (const name of ["one", "two", "three"]) await fixture.commit(name, { [name]: "1\n" });
    const numbers = [(await open("one")).number, (await open("two")).number];
    await open("three", { base: "one" });
    await fixture.bot.rest.pulls.update({ ...fixture.at, pull_number: numbers[1] ?? 0, state: "closed" });
    const list = async (query: object) =>
      (await fixture.rea.rest.pulls.list({ ...fixture.at, ...query })).data.map(({ head }) => head.ref);
    expect(await list({})).toEqual(["three", "one"]);
    expect(await list({ state: "closed" })).toEqual(["two"]);
    expect(await list({ state: "all", direction: "asc" })).toEqual(["one", "two", "three"]);
    expect(await list({ head: "ada:one" })).toEqual(["one"]);
    expect(await list({ head: "eve:one" })).toEqual([]);
    expect(await list({ base: "one" })).toEqual(["three"]);
  });

  it("A pull's commits, files and diff start where it left the base", async () => {
    const first = await fixture.commit("side", { "a.txt": "1\n" });
    const second = await fixture.commit("side", { "b.txt": "1\n" });
    await fixture.commit("main", { "c.txt": "1\n" });
    const at = { ...fixture.at, pull_number: (await open()).number };
    const commits = await fixture.rea.rest.pulls.listCommits(at);
    expect(commits.data.map(({ sha }) => sha)).toEqual([first, second]);
    const files = await fixture.rea.rest.pulls.listFiles(at);
    expect(files.data.map(({ filename }) => filename)).toEqual(["a.txt", "b.txt"]);
    const diff = await fixture.rea.rest.pulls.get({ ...at, mediaType: { format: "diff" } });
    expect(String(diff.data)).toMatch(/^diff --git a\/a.txt b\/a.txt/);
    expect((await fixture.rea.rest.pulls.listReviews(at)).data).toEqual([]);
    const ofCommit = await fixture.rea.rest.repos.listPullRequestsAssociatedWithCommit({
      ...fixture.at,
      commit_sha: second,
    });
    expect(ofCommit.data.map(({ number }) => number)).toEqual([at.pull_number]);
  });

  it("An edit of a pull is announced, and a pull moves to another base", async () => {
    await fixture.commit("next", { "n.txt": "1\n" });
    await fixture.commit("side", { "a.txt": "1\n" });
    const { number } = await open();
    fixture.announced.length = 0;
    const update = (change: object) => fixture.bot.rest.pulls.update({ ...fixture.at, pull_number: number, ...change });
    const changed = await update({ title: "Add b", body: null, base: "next", state: "closed" });
    expect(changed.data).toMatchObject({ title: "Add b", state: "closed", base: { ref: "next" } });
    expect(fixture.announced.map(({ payload }) => payload.changes)).toEqual([
      { title: { from: "Add a" } },
      { base: { ref: { from: "main" }, sha: { from: fixture.sha } } },
      undefined,
    ]);
    expect(fixture.heard()).toEqual(["pull_request edited", "pull_request edited", "pull_request closed"]);
    await expect(
      fixture.rea.rest.pulls.update({ ...fixture.at, pull_number: number, title: "x" }),
    ).rejects.toMatchObject({ status: 403 });
  });
});
