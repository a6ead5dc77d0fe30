import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { actingScope } from "../src/context.ts";
import { emptyTree } from "../src/git/plumbing/diff.ts";
import type { GitDir } from "../src/git/plumbing/dir.ts";
import { writeBlob, writeCommit } from "../src/git/plumbing/objects.ts";
import { writeTree } from "../src/git/plumbing/trees.ts";
import { openIssue } from "../src/issues/state.ts";
import { unprotected } from "../src/protection/classic.ts";
import { pullsIdle } from "../src/pulls/background.ts";
import { openPull } from "../src/pulls/open.ts";
import { moveRef, refMoved } from "../src/refs/move.ts";
import { makeRepository } from "../src/repositories/make.ts";
import type { Pull, Repository, User } from "../src/store/entities.ts";
import { startWithoutActions } from "./git-fixture.ts";

let dataDir: string;
let life: Awaited<ReturnType<typeof startWithoutActions>>;
let repository: Repository;
let user: User;
let pull: Pull;
let git: GitDir;
let base: string;

const who = { name: "Ada", email: "ada@example.org", date: "2026-01-02T03:04:05Z" };

async function commit(message: string, ...parents: string[]): Promise<string> {
  await git.run(["hash-object", "-w", "-t", "tree", "--stdin"]);
  return writeCommit(git, { tree: emptyTree, parents, message, author: who, committer: who });
}

/** Starts again on the data folder, as after a crash. */
async function restart(): Promise<void> {
  await life.close();
  life = await startWithoutActions(dataDir);
}

const now = () => life.context.store.table("pulls").get(pull.id);
const state = () => life.context.store.table("issues").get(pull.id)?.state;
const acting = () => actingScope(life.context, repository, { user, byJobToken: false });
const heard = () => life.announced.map(({ event, action }) => (action === null ? event : `${event} ${action}`));

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "sandbox-recover-"));
  life = await startWithoutActions(dataDir);
  const { context } = life;
  user = context.store.table("users").put({ id: 7001, login: "ada", type: "User", name: null, email: null });
  repository = await makeRepository(context, user, {
    name: "shop",
    description: null,
    private: false,
    defaultBranch: "main",
    allowMergeCommit: true,
    allowSquashMerge: true,
    allowRebaseMerge: true,
    deleteBranchOnMerge: true,
  });
  git = context.git.at(repository);
  base = await commit("Begin");
  await git.run(["update-ref", "refs/heads/main", base]);
  await git.run(["update-ref", "refs/heads/side", await commit("Side", base)]);
  const issue = { title: "first", body: null, labels: [], assigneeIds: [] };
  openIssue(acting(), issue);
  const given = { title: "Side", body: "Closes #1", head: "side", base: "main", draft: false };
  pull = await openPull(acting(), given);
});
afterEach(async () => {
  await life.close();
  rmSync(dataDir, { recursive: true });
});

describe("a merge interrupted by a crash", () => {
  const pending = (newBaseSha: string) =>
    life.context.store
      .table("pendingMerges")
      .put({ id: pull.id, baseRef: "main", oldBaseSha: base, newBaseSha, userId: user.id });

  it("The next start completes every part of a merge whose base had moved", async () => {
    const newBase = await commit("Side (#2)", base);
    pending(newBase);
    await git.run(["update-ref", "refs/heads/main", newBase]);
    await restart();
    expect(now()).toMatchObject({ merged: true, mergeSha: newBase, mergedById: user.id });
    expect(heard()).toEqual(["push", "pull_request closed", "issues closed", "push", "delete"]);
    expect(await life.context.git.resolve(repository, "refs/heads/side")).toBeNull();
    expect([...life.context.store.table("pendingMerges").all()]).toEqual([]);
  });

  it("The next start completes the merge also if the base moved on since", async () => {
    const newBase = await commit("Side (#2)", base);
    pending(newBase);
    await git.run(["update-ref", "refs/heads/main", await commit("Later", newBase)]);
    await restart();
    expect(now()).toMatchObject({ merged: true, mergeSha: newBase });
  });

  it("The next start drops a merge whose base had not moved", async () => {
    pending(await commit("Side (#2)", base));
    await restart();
    expect([now()?.merged, state()]).toEqual([false, "open"]);
    expect(heard()).toEqual([]);
    expect([...life.context.store.table("pendingMerges").all()]).toEqual([]);
  });
});

describe("a merge requested before a crash", () => {
  const order = { byJobToken: false, title: null, message: null };

  it("The next start runs a merge requested before the crash", async () => {
    life.context.store.table("mergeRequests").put({
      ...order,
      id: "630b9d5e-3f2a-4f7e-8b0c-2d5f9a8c1e42",
      repositoryId: repository.id,
      pullId: pull.id,
      userId: user.id,
      method: "default",
      action: "default",
      expectedHeadSha: pull.headSha,
      status: "pending",
      words: "Merge request is in progress.",
      mergeSha: null,
      updatedAt: life.context.store.now(),
    });
    await restart();
    await pullsIdle(life.context);
    const [request] = life.context.store.table("mergeRequests").all();
    expect([now()?.merged, request?.status, request?.mergeSha]).toEqual([true, "merged", now()?.mergeSha]);
  });

  it("The next start merges a pull whose last requirement was met just before the crash", async () => {
    const enabledAt = life.context.store.now();
    life.context.store
      .table("autoMerges")
      .put({ ...order, id: pull.id, enabledById: user.id, method: "merge", enabledAt });
    await restart();
    await pullsIdle(life.context);
    expect(now()).toMatchObject({ merged: true, mergedById: user.id });
  });
});

it("The next start dismisses an approval of an older head", async () => {
  const { store } = life.context;
  store
    .table("protections")
    .put({ ...unprotected(repository, "main"), requiredApprovals: 1, dismissStaleReviews: true });
  const blob = await writeBlob(git, Buffer.from("1"));
  const tree = await writeTree(git, base, [{ path: "a", mode: "100644", sha: blob }]);
  const after = await writeCommit(git, { tree, parents: [pull.headSha], message: "a", author: who, committer: who });
  await git.run(["update-ref", "refs/heads/side", after]);
  store.table("reviews").put({
    id: store.nextId(),
    repositoryId: repository.id,
    pullId: pull.id,
    userId: 7002,
    body: "",
    state: "APPROVED",
    commitId: pull.headSha,
    submittedAt: store.now(),
    updatedAt: store.now(),
  });
  // Stores a state as if the crash came between following the head and dismissing its approvals.
  store.table("pulls").put({ ...pull, headSha: after, toldSha: after });
  await restart();
  expect([...life.context.store.table("reviews").all()]).toMatchObject([{ state: "DISMISSED" }]);
});

describe("a ref that moved during a crash", () => {
  it("The next start updates and announces an open pull whose head moved", async () => {
    const after = await commit("More", pull.headSha);
    await git.run(["update-ref", "refs/heads/side", after]);
    await restart();
    expect(now()?.headSha).toBe(after);
    expect(life.announced).toMatchObject([{ action: "synchronize", payload: { before: pull.headSha, after } }]);
    expect(await life.context.git.resolve(repository, `refs/pull/${pull.number}/head`)).toBe(after);
  });

  it("The next start announces a stored pull and head that were not announced, once", async () => {
    const pulls = () => life.context.store.table("pulls");
    pulls().put({ ...pull, toldSha: null });
    await restart();
    expect(heard()).toEqual(["pull_request opened"]);
    pulls().put({ ...pull, toldSha: base });
    await restart();
    expect(life.announced).toMatchObject([{ action: "synchronize", payload: { before: base, after: pull.headSha } }]);
    await restart();
    expect(heard()).toEqual([]);
  });

  it("The next start closes a pull whose head was deleted", async () => {
    await git.run(["update-ref", "-d", "refs/heads/side"]);
    await restart();
    expect([state(), now()?.merged, heard()]).toEqual(["closed", false, ["pull_request closed"]]);
  });

  it("The next start merges a pull whose head the base contains", async () => {
    await git.run(["update-ref", "refs/heads/main", pull.headSha]);
    await restart();
    expect(now()).toMatchObject({ merged: true, mergeSha: pull.headSha });
  });

  it("The next start changes and announces nothing if nothing moved", async () => {
    await restart();
    await restart();
    expect([heard(), state()]).toEqual([[], "open"]);
  });
});

it("The next start removes the lock that a killed git left on a ref", async () => {
  writeFileSync(join(git.path, "refs/heads/side.lock"), "");
  await restart();
  const move = { ref: "refs/heads/side", to: await commit("More", pull.headSha), force: false };
  const outcome = await life.context.git.exclusive(repository, () => moveRef(acting(), move));
  expect(outcome).toEqual({ moved: true, before: pull.headSha });
});

it("A pull follows its branch whatever moves it", async () => {
  const after = await commit("More", pull.headSha);
  await git.run(["update-ref", "refs/heads/side", after]);
  life.announced.length = 0;
  const moved = { ref: "refs/heads/side", before: pull.headSha, after, forced: false };
  await life.context.git.exclusive(repository, () => refMoved(acting(), moved));
  expect(heard()).toEqual(["push", "pull_request synchronize"]);
});
