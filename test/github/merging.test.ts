import { describe, expect, it } from "vitest";
import { api, failure, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const PULL = `${REPO}/pulls/3`;
const [head, landed, tree, parent] = [sha("a"), sha("b"), sha("c"), sha("d")];
const MERGED_AT = "2026-11-01T11:00:00Z";
const open = {
  number: 3,
  state: "open",
  merged: false,
  merged_at: null,
  merge_commit_sha: null,
  head: { sha: head },
  base: { ref: "main", sha: parent },
};
const merged = { ...open, state: "closed", merged: true, merged_at: MERGED_AT, merge_commit_sha: landed };
const success = { outcome: "merged", sha: landed, landedTree: tree, parents: [parent], at: Date.parse(MERGED_AT) };

function expectPull(pull: Record<string, unknown>) {
  api().get(PULL).reply(200, pull);
}

function expectLanded() {
  const committer = { date: "2026-11-01T10:59:59Z" };
  api()
    .get(`${REPO}/git/commits/${landed}`)
    .reply(200, { sha: landed, message: "m", tree: { sha: tree }, parents: [{ sha: parent }], committer });
}

function merge() {
  return githubWith().mergePull(repo, 3, { head, method: "squash", title: "T" });
}

describe("mergePull", () => {
  it("merges exactly the given head, and returns what landed", async () => {
    expectPull(open);
    api()
      .put(`${PULL}/merge`, { sha: head, merge_method: "squash", commit_title: "T" })
      .reply(200, { sha: landed, merged: true });
    expectLanded();

    expect(await merge()).toEqual({ ...success, at: Date.parse("2026-11-01T10:59:59Z") });
  });

  it("finds a merge whose answer was lost", async () => {
    expectPull(merged);
    expectLanded();

    expect(await merge()).toEqual(success);
  });

  it("merges nothing into a branch that a person chose since", async () => {
    expectPull({ ...open, base: { ref: "release", sha: parent } });

    const merging = githubWith().mergePull(repo, 3, { head, base: "main", method: "squash", title: "T" });

    expect(await merging).toMatchObject({ outcome: "moved", message: expect.stringContaining("release") });
  });

  it("does not take a merge into another branch for its own", async () => {
    expectPull({ ...merged, base: { ref: "release", sha: parent } });

    const merging = githubWith().mergePull(repo, 3, { head, base: "main", method: "squash", title: "T" });

    expect(await merging).toMatchObject({ outcome: "moved" });
  });

  it("names the commit as people named the pull last", async () => {
    expectPull({ ...open, title: "feat: parse" });
    api()
      .put(`${PULL}/merge`, { sha: head, merge_method: "squash", commit_title: "feat: parse (#3)" })
      .reply(200, { sha: landed, merged: true });
    expectLanded();

    expect(await merge()).toMatchObject({ outcome: "merged" });
  });

  it.each([
    ["moved", { head: { sha: sha("e") } }],
    ["refused", { state: "closed" }],
  ])("is %s without asking for what cannot be", async (outcome, more) => {
    expectPull({ ...open, ...more });

    expect(await merge()).toMatchObject({ outcome });
  });

  it.each([
    [409, "Head branch was modified. Review and try the merge again.", "moved"],
    [405, "Pull Request is not mergeable", "refused"],
    [405, 'Required status check "test" is expected.', "refused"],
    [405, "Base branch was modified. Review and try the merge again.", "unknown"],
    [403, "Resource not accessible by integration", "refused"],
    [422, "Merge commit title is too long", "refused"],
    [500, "Server Error", "unknown"],
    [502, "Bad Gateway", "unknown"],
  ])("after %i %s it is %3$s", async (status, message, outcome) => {
    expectPull(open);
    api().put(`${PULL}/merge`).reply(status, { message });

    expect(await merge()).toMatchObject({ outcome, message: expect.stringContaining(message) });
  });

  it.each([
    [
      "At least 1 approving review is required by reviewers with write access.",
      "approving-review",
      ["ada", "acme/core"],
    ],
    ["Waiting on code owner review from ada.", "code-owner-review", ["ada", "acme/core"]],
    ["A conversation must be resolved before this pull request can be merged.", "conversations", []],
    ["Cannot change this locked branch", "unlocked-branch", []],
    ['Required status check "test" is expected.', "check", []],
  ])("reads from '%s' what GitHub requires, and who was asked for it", async (message, of, people) => {
    expectPull({ ...open, requested_reviewers: [{ login: "ada" }], requested_teams: [{ slug: "core" }] });
    api().put(`${PULL}/merge`).reply(405, { message });

    expect(await merge()).toEqual({ outcome: "refused", message: expect.any(String), requires: { of, people } });
  });

  it("is unknown when the answer never comes", async () => {
    expectPull(open);
    api().put(`${PULL}/merge`).replyWithError("socket hang up");

    expect(await merge()).toMatchObject({ outcome: "unknown" });
  });

  it("is unknown when what landed cannot be read", async () => {
    expectPull(open);
    api().put(`${PULL}/merge`).reply(200, { sha: landed, merged: true });
    api().get(`${REPO}/git/commits/${landed}`).reply(502, "");

    expect(await merge()).toMatchObject({ outcome: "unknown" });
  });

  it("is unknown when GitHub's answer does not say what landed", async () => {
    expectPull(open);
    api().put(`${PULL}/merge`).reply(200, {});

    expect(await merge()).toMatchObject({ outcome: "unknown" });
  });

  it("waits at a rate limit, where nothing happened", async () => {
    expectPull(open);
    api()
      .put(`${PULL}/merge`)
      .reply(403, { message: "You have exceeded a secondary rate limit" }, { "retry-after": "30" });

    expect(await failure(merge())).toMatchObject({ name: "Unavailable", afterMs: 30_000 });
  });

  it("is tried again when not even the pull can be read", async () => {
    api().get(PULL).reply(500, {});

    expect(await failure(merge())).toMatchObject({ name: "Unavailable" });
  });
});

describe("updatePull", () => {
  function expectUpdate() {
    return api().put(`${PULL}/update-branch`, { expected_head_sha: head });
  }

  it("is accepted", async () => {
    expectUpdate().reply(202, { message: "Updating pull request branch." });

    expect(await githubWith().updatePull(repo, 3, head)).toBe("accepted");
  });

  it.each([
    ["expected head sha didn’t match current head ref.", "moved"],
    ["merge conflict between base and head", "conflict"],
    ["There are no new commits on the base branch.", "current"],
  ])("answers %s with %s", async (message, expected) => {
    expectUpdate().reply(422, { message });

    expect(await githubWith().updatePull(repo, 3, head)).toBe(expected);
  });

  it.each([
    [422, "Some new sentence", "Refused"],
    [403, "Resource not accessible by integration", "Closed"],
    [503, "Unavailable", "Unavailable"],
  ])("does not guess at %i %s", async (status, message, name) => {
    expectUpdate().reply(status, { message });

    expect(await failure(githubWith().updatePull(repo, 3, head))).toMatchObject({ name });
  });
});
