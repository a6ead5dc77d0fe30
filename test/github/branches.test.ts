import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../src/core/attempt.ts";
import { api, failure, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const BRANCH = "headgate/12/parser";
const REF = `${REPO}/git/ref/heads%2Fheadgate%2F12%2Fparser`;
const REFS = `${REPO}/git/refs/heads%2Fheadgate%2F12%2Fparser`;
const [before, after, other] = [sha("a"), sha("b"), sha("c")];

function expectTip(tip: string | null) {
  if (tip === null) api().get(REF).reply(404, { message: "Not Found" });
  else
    api()
      .get(REF)
      .reply(200, { object: { sha: tip } });
}

describe("branchTip", () => {
  it.each([404, 409])("is null when GitHub answers %i: no such branch, empty repository", async (status) => {
    api().get(REF).reply(status, { message: "Git Repository is empty." });

    expect(await githubWith().branchTip(repo, BRANCH)).toBeNull();
  });
});

describe("moveBranch", () => {
  it("creates a branch without looking for one", async () => {
    api()
      .post(`${REPO}/git/refs`, { ref: `refs/heads/${BRANCH}`, sha: after })
      .reply(201, {});

    expect(await githubWith().moveBranch(repo, BRANCH, null, after)).toBe("moved");
  });

  it("moves a branch, forward only", async () => {
    expectTip(before);
    api().patch(REFS, { sha: after, force: false }).reply(200, {});

    expect(await githubWith().moveBranch(repo, BRANCH, before, after)).toBe("moved");
  });

  it("has nothing to do when the branch is there already", async () => {
    expectTip(after);

    expect(await githubWith().moveBranch(repo, BRANCH, before, after)).toBe("moved");
  });

  it.each([
    ["was moved by someone", other],
    ["was deleted", null],
  ])("leaves a branch alone that %s", async (_, tip) => {
    expectTip(tip);

    expect(await githubWith().moveBranch(repo, BRANCH, before, after)).toBe("taken");
  });

  it.each([
    ["moved where an earlier request created it", after, "moved"],
    ["taken where it is another's", other, "taken"],
  ])("finds a branch that exists already %s", async (_, tip, outcome) => {
    api().post(`${REPO}/git/refs`).reply(422, { message: "Reference already exists" });
    expectTip(tip);

    expect(await githubWith().moveBranch(repo, BRANCH, null, after)).toBe(outcome);
  });

  it.each([
    [422, "Update is not a fast forward", other, "taken"],
    [422, "Reference does not exist", null, "taken"],
    [409, "Conflict", after, "moved"],
  ])("reads the branch again after %i %s", async (status, message, tip, outcome) => {
    expectTip(before);
    api().patch(REFS).reply(status, { message });
    expectTip(tip);

    expect(await githubWith().moveBranch(repo, BRANCH, before, after)).toBe(outcome);
  });

  it("passes a rule's refusal on", async () => {
    const message = "Repository rule violations found\n\nCannot create ref due to creations being restricted.";
    api().post(`${REPO}/git/refs`).reply(422, { message });

    expect(await failure(githubWith().moveBranch(repo, BRANCH, null, after))).toMatchObject({
      name: "Refused",
      message: expect.stringContaining("creations being restricted"),
    });
  });

  it("says which permission a changed workflow file needs", async () => {
    const message =
      "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission";
    api().post(`${REPO}/git/refs`).reply(403, { message });

    expect(await failure(githubWith().moveBranch(repo, BRANCH, null, after))).toMatchObject({
      name: "Refused",
      message: expect.stringContaining("Grant the App the permission workflows: write."),
    });
  });
});

describe("deleteBranch", () => {
  it.each([
    [204, undefined],
    [404, { message: "Not Found" }],
    [422, { message: "Reference does not exist" }],
  ])("is content with %i", async (status, body) => {
    api().delete(REFS).reply(status, body);

    await githubWith().deleteBranch(repo, BRANCH);
  });

  it("does not hide a protection", async () => {
    api().delete(REFS).reply(422, { message: "Cannot delete this branch" });

    expect(await failure(githubWith().deleteBranch(repo, BRANCH))).toMatchObject({ name: "Refused" });
  });
});

describe("writeCommit", () => {
  const contents = new Map<string, Uint8Array>();

  function write(path: string, content: string | Uint8Array, mode: "100644" | "100755" = "100644"): ChangedFile {
    const bytes = Buffer.from(content);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    contents.set(sha256, bytes);
    return { change: "write", path, mode, sha256, bytes: bytes.length };
  }

  function expectBase() {
    api()
      .get(`${REPO}/git/commits/${before}`)
      .reply(200, {
        sha: before,
        message: "base",
        tree: { sha: sha("d") },
        parents: [],
        committer: { date: "2026-11-01T10:00:00Z" },
      });
  }

  function commit(changes: ChangedFile[]) {
    const file = (sha256: string) => contents.get(sha256) ?? new Uint8Array();
    return githubWith().writeCommit(repo, { against: before, parents: [before, other], changes, file, message: "m" });
  }

  it("sends text with the tree and everything else as blobs, and leaves author and date to GitHub", async () => {
    const binary = Buffer.from([0xff, 0xfe, 0, 1]);
    const tooLong = "x".repeat(1_000_001);
    expectBase();
    const blobs = [
      [binary, sha("1")],
      [Buffer.alloc(0), sha("2")],
      [Buffer.from("a\0b"), sha("3")],
      [Buffer.from(tooLong), sha("4")],
    ] as const;
    for (const [bytes, blob] of blobs) {
      const body = { content: bytes.toString("base64"), encoding: "base64" };
      api().post(`${REPO}/git/blobs`, body).reply(201, { sha: blob });
    }
    api()
      .post(`${REPO}/git/trees`, {
        base_tree: sha("d"),
        tree: [
          { path: "run.sh", mode: "100755", type: "blob", content: "\uFEFFecho grüße\r\n" },
          { path: "logo.png", mode: "100644", type: "blob", sha: sha("1") },
          { path: "empty", mode: "100644", type: "blob", sha: sha("2") },
          { path: "nul", mode: "100644", type: "blob", sha: sha("3") },
          { path: "old.ts", mode: "100644", type: "blob", sha: null },
          { path: "long", mode: "100644", type: "blob", sha: sha("4") },
        ],
      })
      .reply(201, { sha: sha("e") });
    api()
      .post(`${REPO}/git/commits`, { message: "m", tree: sha("e"), parents: [before, other] })
      .reply(201, { sha: after });

    const written = await commit([
      write("run.sh", "\uFEFFecho grüße\r\n", "100755"),
      write("logo.png", binary),
      write("empty", ""),
      write("nul", "a\0b"),
      { change: "delete", path: "old.ts" },
      write("long", tooLong),
    ]);

    expect(written).toEqual({ sha: after, tree: sha("e") });
  });

  it("writes nothing whose content is not what the manifest says", async () => {
    expectBase();
    const promised = write("a.ts", "promised");
    contents.set((promised as { sha256: string }).sha256, Buffer.from("something else"));

    expect(await failure(commit([promised]))).toMatchObject({
      name: "Refused",
      message: "The content of a.ts is not what its manifest says",
    });
  });

  it("reports what GitHub does not take", async () => {
    expectBase();
    api().post(`${REPO}/git/trees`).reply(422, { message: "tree.path contains a malformed path component" });

    expect(await failure(commit([write(".git/config", "x")]))).toMatchObject({
      name: "Refused",
      message: "writeCommit: tree.path contains a malformed path component (HTTP 422).",
    });
  });
});
