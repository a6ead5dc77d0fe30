import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closedNumbers } from "../src/issues/closing.ts";
import { pullsIdle } from "../src/pulls/background.ts";
import { type GitFixture, readme, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

async function open(head = "side", more: { body?: string; base?: string; draft?: boolean } = {}): Promise<number> {
  const { data } = await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Add a", head, base: "main", ...more });
  return data.number;
}

type MergeOptions = {
  merge_method?: "merge" | "squash" | "rebase";
  sha?: string;
  commit_title?: string;
  commit_message?: string;
};

function merge(pull_number: number, options: MergeOptions = {}, who = fixture.wim) {
  return who.rest.pulls.merge({ ...fixture.at, pull_number, ...options });
}

const tip = (branch: string) => fixture.context.git.resolve(fixture.repository, `refs/heads/${branch}`);
const shown = async (ref: string) => (await fixture.rea.rest.repos.getCommit({ ...fixture.at, ref })).data;

describe("merging", () => {
  it("A merge commit has both parents and GitHub's message", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const base = await fixture.commit("main", { "b.txt": "1\n" });
    const number = await open();
    fixture.announced.length = 0;
    const { data } = await merge(number, { sha: head });
    expect(data).toEqual({ sha: await tip("main"), merged: true, message: "Pull Request successfully merged" });
    const commit = await shown(data.sha);
    expect(commit.commit.message).toBe(`Merge pull request #${number} from ada/side\n\nAdd a`);
    expect(commit.commit.committer?.name).toBe("GitHub");
    expect([commit.author?.login, commit.parents.map(({ sha }) => sha)]).toEqual(["wim", [base, head]]);
    expect(fixture.heard()).toEqual(["push", "pull_request closed"]);
    const { data: pull } = await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: number });
    expect(pull).toMatchObject({
      merged: true,
      state: "closed",
      merged_by: { login: "wim" },
      merge_commit_sha: data.sha,
      mergeable: null,
    });
    expect((await fixture.rea.rest.pulls.checkIfMerged({ ...fixture.at, pull_number: number })).status).toBe(204);
    await expect(merge(number)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("Pull Request is not mergeable"),
    });
  });

  it("A squash makes one commit by the pull's author", async () => {
    await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.commit("side", { "b.txt": "1\n" });
    const number = await open();
    const { data } = await merge(number, { merge_method: "squash" });
    const commit = await shown(data.sha);
    expect(commit.commit.message).toBe(`Add a (#${number})\n\n* Change a.txt\n\n* Change b.txt`);
    expect([commit.author?.login, commit.parents.map(({ sha }) => sha)]).toEqual(["gate[bot]", [fixture.sha]]);
    expect(commit.files?.map(({ filename }) => filename)).toEqual(["a.txt", "b.txt"]);
  });

  it("A rebase makes each commit again on the base", async () => {
    await fixture.commit("side", { "README.md": readme.replace("line 1\n", "first\n") });
    await fixture.commit("side", { "b.txt": "1\n" });
    const base = await fixture.commit("main", { "README.md": readme.replace("line 10\n", "last\n") });
    const { data } = await merge(await open(), { merge_method: "rebase" });
    const { data: log } = await fixture.rea.rest.repos.listCommits({ ...fixture.at, sha: data.sha, per_page: 3 });
    expect(log.map(({ commit }) => commit.message)).toEqual(["Change b.txt", "Change README.md", "Change README.md"]);
    expect(log.map(({ parents }) => parents.length)).toEqual([1, 1, 1]);
    expect([log[0]?.author?.login, log[0]?.committer?.login, log[2]?.sha]).toEqual(["ada", "wim", base]);
    const file = await fixture.context.git.readFile(fixture.repository, data.sha, "README.md");
    expect(file).toBe(readme.replace("line 1\n", "first\n").replace("line 10\n", "last\n"));
  });

  it("A merge takes the caller's title and message", async () => {
    await fixture.commit("side", { "a.txt": "1\n" });
    const { data } = await merge(await open(), {
      merge_method: "squash",
      commit_title: "Land it",
      commit_message: "Task: a",
    });
    expect((await shown(data.sha)).commit.message).toBe("Land it\n\nTask: a");
  });

  it("A merge closes the issues that its text names by keyword, on the default branch only", async () => {
    const numbers: number[] = [];
    for (const title of ["one", "two", "three"]) {
      numbers.push((await fixture.ada.rest.issues.create({ ...fixture.at, title })).data.number);
    }
    await fixture.commit("next", { "n.txt": "1\n" });
    await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.commit("other", { "o.txt": "1\n" });
    await merge(await open("other", { base: "next", body: `Closes #${numbers[2]}` }));
    await merge(await open("side", { body: `Fixes #${numbers[0]}, see #${numbers[1]}` }));
    const states = await Promise.all(
      numbers.map(
        async (issue_number) => (await fixture.rea.rest.issues.get({ ...fixture.at, issue_number })).data.state,
      ),
    );
    expect(states).toEqual(["closed", "open", "open"]);
  });

  it("A merge deletes the head where the repository is set so, and pulls into the head move to its base", async () => {
    fixture.context.store.table("repositories").put({ ...fixture.repository, deleteBranchOnMerge: true });
    await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.commit("upper", { "b.txt": "1\n" }, "side");
    const lower = await open("side");
    const upper = await open("upper", { base: "side" });
    await merge(lower);
    expect(await tip("side")).toBeNull();
    const { data } = await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: upper });
    expect(data).toMatchObject({ state: "open", base: { ref: "main" } });
  });
});

describe("refused merges", () => {
  it("A merge is refused if the head is not the given one", async () => {
    const judged = await fixture.commit("side", { "a.txt": "1\n" });
    const number = await open();
    await fixture.commit("side", { "a.txt": "2\n" });
    await expect(merge(number, { sha: judged })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining("Head branch was modified. Review and try the merge again."),
    });
    expect(await tip("main")).toBe(fixture.sha);
  });

  it("A merge is refused for a conflict, a draft and a method that is not allowed", async () => {
    await fixture.commit("side", { "README.md": "side\n" });
    await fixture.commit("draft", { "d.txt": "1\n" });
    const number = await open();
    await fixture.commit("main", { "README.md": "main\n" });
    await expect(merge(number)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("Pull Request is not mergeable"),
    });
    const draft = await open("draft", { draft: true });
    await expect(merge(draft)).rejects.toThrow(/still a draft/);
    fixture.context.store.table("repositories").put({ ...fixture.repository, lastNumber: 9, allowSquashMerge: false });
    await expect(merge(number, { merge_method: "squash" })).rejects.toThrow(/Squash merges are not allowed/);
    await expect(merge(number, {}, fixture.rea)).rejects.toMatchObject({ status: 403 });
  });

  it("A merge is refused until the required checks passed on the head and, if strict, it is up to date", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const number = await open();
    const app = fixture.context.store.table("apps").find((app) => app.slug === "gate");
    const checks = [
      { context: "unit", appId: null },
      { context: "lint", appId: app?.id ?? 0 },
    ];
    fixture.protect("main", { requiredStatusChecks: { strict: true, checks } });
    await expect(merge(number)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("2 of 2 required status checks are expected."),
    });
    await fixture.passes(head, "unit", "failure");
    // A status of another App does not count.
    await fixture.ada.rest.repos.createCommitStatus({ ...fixture.at, sha: head, context: "lint", state: "success" });
    await expect(merge(number)).rejects.toThrow(
      "2 of 2 required status checks have not succeeded: 1 failing and 1 expected.",
    );
    await fixture.passes(head, "unit");
    await fixture.passes(head, "lint", null);
    await expect(merge(number)).rejects.toThrow("1 of 2 required status checks are in progress.");
    await fixture.bot.rest.repos.createCommitStatus({ ...fixture.at, sha: head, context: "lint", state: "success" });
    await fixture.passes(head, "lint");
    await fixture.commit("main", { "b.txt": "1\n" });
    await expect(merge(number)).rejects.toThrow("2 of 2 required status checks are expected.");
    expect((await merge(number, {}, fixture.ada)).data.merged).toBe(true);
  });

  it("Of concurrent merges into one base, one succeeds", async () => {
    const numbers: number[] = [];
    for (const name of ["one", "two", "three"]) {
      await fixture.commit(name, { [name]: "1\n" });
      numbers.push(await open(name));
    }
    const merges = await Promise.allSettled(numbers.map((number) => merge(number, { merge_method: "squash" })));
    const newBase = merges.filter(({ status }) => status === "fulfilled").length;
    const refused = merges.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(newBase).toBeGreaterThanOrEqual(1);
    for (const reason of refused)
      expect(reason).toMatchObject({
        status: 405,
        message: expect.stringContaining("Base branch was modified. Review and try the merge again."),
      });
    const { data } = await fixture.rea.rest.repos.listCommits({ ...fixture.at });
    expect(data).toHaveLength(1 + newBase);
  });

  it("A merge is refused if the base moved after the test merge", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const number = await open();
    await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: number });
    await pullsIdle(fixture.context);
    // Moves the base with git itself, as if another move came between judgement and merge.
    await fixture.context.git.at(fixture.repository).run(["update-ref", "refs/heads/main", head]);
    await expect(merge(number)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining("Base branch was modified. Review and try the merge again."),
    });
    expect([...fixture.context.store.table("pendingMerges").all()]).toEqual([]);
  });

  it("The second of two concurrent merges of a pull is refused", async () => {
    await fixture.commit("side", { "a.txt": "1\n" });
    const number = await open();
    const merges = await Promise.allSettled([merge(number), merge(number)]);
    expect(merges.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await fixture.rea.rest.repos.listCommits(fixture.at)).data).toHaveLength(3);
  });
});

describe("update-branch", () => {
  const update = (pull_number: number, expected_head_sha?: string) =>
    fixture.bot.rest.pulls.updateBranch({
      ...fixture.at,
      pull_number,
      ...(expected_head_sha ? { expected_head_sha } : {}),
    });

  it("An update of the head is accepted at once and merges the base a moment later", async () => {
    const head = await fixture.commit("side", { "a.txt": "1\n" });
    const number = await open();
    const base = await fixture.commit("main", { "b.txt": "1\n" });
    fixture.announced.length = 0;
    expect(await update(number, head)).toMatchObject({
      status: 202,
      data: { message: "Updating pull request branch." },
    });
    await pullsIdle(fixture.context);
    const after = (await tip("side")) ?? "";
    const commit = await shown(after);
    expect(commit.parents.map(({ sha }) => sha)).toEqual([head, base]);
    expect(commit.commit.message).toBe("Merge branch 'main' into side");
    expect(commit.author?.login).toBe("gate[bot]");
    expect(fixture.heard()).toEqual(["push", "pull_request synchronize"]);
    const { data } = await fixture.rea.rest.pulls.get({ ...fixture.at, pull_number: number });
    expect(data).toMatchObject({ head: { sha: after }, base: { sha: base }, commits: 2, changed_files: 1 });
  });

  it("An update of the head is refused if the head moved, nothing is new, or it conflicts", async () => {
    const old = await fixture.commit("side", { "README.md": "side\n" });
    const number = await open();
    await expect(update(number)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("There are no new commits on the base branch."),
    });
    await fixture.commit("side", { "a.txt": "1\n" });
    await expect(update(number, old)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("expected head sha"),
    });
    await fixture.commit("main", { "README.md": "main\n" });
    await expect(update(number)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("merge conflict between base and head"),
    });
  });
});

it("Closing keywords are found as GitHub finds them", () => {
  const text = "Closes #1, fixes: #2; resolved ada/shop#3, closes eve/shop#4, see #5, disclose #6, FIX #7, close #8th";
  expect(closedNumbers(fixture.repository, text)).toEqual([1, 2, 3, 7]);
});
