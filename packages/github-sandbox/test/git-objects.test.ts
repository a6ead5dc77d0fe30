import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

const blobAt = (path: string, sha: string | null, mode: "100644" | "100755" | "120000" = "100644") =>
  ({ path, mode, type: "blob", sha }) as const;

describe("blobs", () => {
  it("A blob keeps any bytes and returns them as base64 or raw", async () => {
    const { ada, at } = fixture;
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    const { data, status } = await ada.rest.git.createBlob({
      ...at,
      content: bytes.toString("base64"),
      encoding: "base64",
    });
    expect(status).toBe(201);
    const read = await ada.rest.git.getBlob({ ...at, file_sha: data.sha });
    expect(Buffer.from(read.data.content, "base64")).toEqual(bytes);
    expect(read.data).toMatchObject({ size: 5, encoding: "base64" });
    await expect(ada.rest.git.getBlob({ ...at, file_sha: "0".repeat(40) })).rejects.toMatchObject({ status: 404 });
  });
});

describe("trees", () => {
  it("A tree is made from a base tree by adding, replacing and deleting, and lists its folders", async () => {
    const { ada, at, sha } = fixture;
    const { data: blob } = await ada.rest.git.createBlob({ ...at, content: "run\n" });
    const { data: first } = await ada.rest.git.createTree({
      ...at,
      base_tree: sha,
      tree: [
        blobAt("bin/run", blob.sha, "100755"),
        { path: "src/a/b.ts", mode: "100644", type: "blob", content: "b\n" },
        blobAt("link", blob.sha, "120000"),
      ],
    });
    const listed = await ada.rest.git.getTree({ ...at, tree_sha: first.sha, recursive: "1" });
    expect(listed.data.truncated).toBe(false);
    expect(listed.data.tree.map(({ path, mode, type }) => `${mode} ${type} ${path}`)).toEqual([
      "100644 blob README.md",
      "040000 tree bin",
      "100755 blob bin/run",
      "120000 blob link",
      "040000 tree src",
      "040000 tree src/a",
      "100644 blob src/a/b.ts",
    ]);
    const folder = listed.data.tree.find(({ path }) => path === "src/a")?.sha ?? "";
    const { data: second } = await ada.rest.git.createTree({
      ...at,
      base_tree: first.sha,
      tree: [
        blobAt("bin/run", null),
        blobAt("src", blob.sha),
        { path: "copy", mode: "040000", type: "tree", sha: folder },
      ],
    });
    const after = await ada.rest.git.getTree({ ...at, tree_sha: second.sha, recursive: "true" });
    expect(after.data.tree.map(({ path }) => path)).toEqual(["README.md", "copy", "copy/b.ts", "link", "src"]);
  });

  it("A tree with a path outside the repository or an unknown object is refused", async () => {
    const { ada, at, sha } = fixture;
    const make = (path: string, object = "0".repeat(40)) =>
      ada.rest.git.createTree({ ...at, base_tree: sha, tree: [blobAt(path, object)] });
    for (const path of ["../a", "a/../../b", ".git/config", "a//b", "x/.GIT/hooks/y"]) {
      await expect(make(path)).rejects.toMatchObject({ status: 422, message: expect.stringContaining("malformed") });
    }
    await expect(make("/etc/passwd")).rejects.toThrow(/cannot start with a slash/);
    await expect(make("a")).rejects.toMatchObject({ status: 422 });
  });
});

describe("commits", () => {
  it("A commit of an App has its bot as author, found by the email address", async () => {
    const { bot, at, sha } = fixture;
    const { data: base } = await bot.rest.git.getCommit({ ...at, commit_sha: sha });
    const message = "Same tree\n\nwith a body";
    const made = await bot.rest.git.createCommit({ ...at, message, tree: base.tree.sha, parents: [sha, base.sha] });
    const login = "gate[bot]";
    const id = fixture.context.store.table("users").find((user) => user.login === login)?.id;
    const who = { name: login, email: `${id}+${login}@users.noreply.github.com` };
    expect(made.data).toMatchObject({ message, author: who, committer: who });
    const shown = await bot.rest.repos.getCommit({ ...at, ref: made.data.sha });
    expect(shown.data.author).toMatchObject({ login, type: "Bot" });
  });

  it("A commit takes any author and time zone and refuses unknown objects", async () => {
    const { ada, at, sha } = fixture;
    const { data: base } = await ada.rest.git.getCommit({ ...at, commit_sha: sha });
    const author = { name: "Eva", email: "eva@example.org", date: "2024-02-03T04:05:06+02:00" };
    const made = await ada.rest.git.createCommit({ ...at, message: "x", tree: base.tree.sha, parents: [sha], author });
    expect(made.data.author).toEqual({ ...author, date: "2024-02-03T02:05:06Z" });
    expect(made.data.committer).toEqual(made.data.author);
    const wrong = { ...at, message: "x", tree: sha };
    await expect(ada.rest.git.createCommit(wrong)).rejects.toMatchObject({
      status: 422,
      message: "Tree SHA does not exist - https://docs.github.com/rest",
    });
    const orphan = { ...at, message: "x", tree: base.tree.sha, parents: [base.tree.sha] };
    await expect(ada.rest.git.createCommit(orphan)).rejects.toMatchObject({ status: 422 });
  });
});

describe("refs", () => {
  it("A ref is created once, moved, forced, listed and deleted, and each move is announced", async () => {
    const { ada, at, sha } = fixture;
    const one = await fixture.commit("side", { "a.txt": "1\n" });
    expect(fixture.heard()).toEqual(["push", "create"]);
    await expect(ada.rest.git.createRef({ ...at, ref: "refs/heads/side", sha })).rejects.toThrow(
      /Reference already exists/,
    );
    const update = (to: string, force: boolean) => ada.rest.git.updateRef({ ...at, ref: "heads/side", sha: to, force });
    await expect(update(sha, false)).rejects.toThrow(/Update is not a fast forward/);
    expect((await update(sha, true)).data.object).toMatchObject({ type: "commit", sha });
    expect((await update(one, false)).data.ref).toBe("refs/heads/side");
    expect(fixture.announced.map(({ payload }) => payload.forced)).toEqual([true, false]);
    expect(fixture.heard()).toEqual(["push", "push"]);
    const matching = await ada.rest.git.listMatchingRefs({ ...at, ref: "heads/s" });
    expect(matching.data.map(({ ref }) => ref)).toEqual(["refs/heads/side"]);
    expect((await ada.rest.git.deleteRef({ ...at, ref: "heads/side" })).status).toBe(204);
    await expect(ada.rest.git.deleteRef({ ...at, ref: "heads/side" })).rejects.toThrow(/Reference does not exist/);
    await expect(ada.rest.git.getRef({ ...at, ref: "heads/side" })).rejects.toMatchObject({ status: 404 });
    expect(fixture.heard()).toEqual(["push", "delete"]);
  });

  it("A ref name that git refuses, that blocks another ref or that is GitHub's own is refused", async () => {
    const { ada, at, sha } = fixture;
    const make = (ref: string) => ada.rest.git.createRef({ ...at, ref, sha });
    for (const ref of [
      "refs/heads/a..b",
      "refs/heads/-x",
      "refs/heads/a.lock",
      "refs/heads/a b",
      "refs/heads/../x",
      "refs/pull/1/head",
      "main",
    ]) {
      await expect(make(ref), ref).rejects.toMatchObject({ status: 422 });
    }
    await make("refs/heads/a");
    await expect(make("refs/heads/a/b")).rejects.toMatchObject({ status: 422 });
    await expect(ada.rest.git.createRef({ ...at, ref: "refs/heads/gone", sha: "1".repeat(40) })).rejects.toThrow(
      /Object does not exist/,
    );
  });

  it("Of two concurrent moves from one commit, one wins", async () => {
    const { ada, at } = fixture;
    const base = await fixture.commit("side", { "a.txt": "1\n" });
    const { data: tree } = await ada.rest.git.getCommit({ ...at, commit_sha: base });
    const children = await Promise.all(
      ["one", "other"].map((message) =>
        ada.rest.git.createCommit({ ...at, message, tree: tree.tree.sha, parents: [base] }),
      ),
    );
    const moves = await Promise.allSettled(
      children.map(({ data }) => ada.rest.git.updateRef({ ...at, ref: "heads/side", sha: data.sha })),
    );
    expect(moves.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("Moving a ref obeys branch protection and permissions", async () => {
    const { wim, rea, bot, at, sha } = fixture;
    const ahead = await fixture.commit("side", { "a.txt": "1\n" });
    fixture.protect("main", { requiredApprovals: 1 });
    const move = { ...at, ref: "heads/main", sha: ahead };
    await expect(wim.rest.git.updateRef(move)).rejects.toThrow(/Changes must be made through a pull request/);
    await expect(bot.rest.git.updateRef(move)).rejects.toMatchObject({ status: 422 });
    await expect(rea.rest.git.updateRef(move)).rejects.toMatchObject({ status: 403 });
    await expect(fixture.nobody.rest.git.updateRef(move)).rejects.toMatchObject({ status: expect.any(Number) });
    expect(await fixture.context.git.resolve(fixture.repository, "main")).toBe(sha);
  });
});

describe("branches", () => {
  it("Branches are listed with their commit and whether they are protected", async () => {
    const { ada, at, sha } = fixture;
    const side = await fixture.commit("feature/x", { "a.txt": "1\n" });
    fixture.protect("main", { requiredStatusChecks: { strict: true, checks: [{ context: "ci", appId: null }] } });
    const list = await ada.rest.repos.listBranches(at);
    expect(list.data.map((each) => [each.name, each.commit.sha, each.protected])).toEqual([
      ["feature/x", side, false],
      ["main", sha, true],
    ]);
    const one = await ada.rest.repos.getBranch({ ...at, branch: "feature/x" });
    expect(one.data).toMatchObject({ name: "feature/x", commit: { sha: side, commit: { message: "Change a.txt" } } });
    const raw = await ada.request("GET /repos/ada/shop/branches/feature/x");
    expect(raw.data.commit.sha).toBe(side);
    const protection = await ada.rest.repos.getBranchProtection({ ...at, branch: "main" });
    expect(protection.data.required_status_checks?.contexts).toEqual(["ci"]);
    await expect(ada.rest.repos.getBranch({ ...at, branch: "gone" })).rejects.toThrow(/Branch not found/);
  });

  it("A branch is merged into another unless they conflict or nothing is new", async () => {
    const { ada, at } = fixture;
    const side = await fixture.commit("side", { "a.txt": "1\n" });
    await fixture.commit("main", { "b.txt": "1\n" });
    const merged = await ada.rest.repos.merge({ ...at, base: "main", head: "side" });
    expect([merged.status, merged.data.commit.message]).toEqual([201, "Merge side into main"]);
    expect(merged.data.parents[1]?.sha).toBe(side);
    expect((await ada.rest.repos.merge({ ...at, base: "main", head: "side" })).status).toBe(204);
    await fixture.commit("other", { "README.md": "other\n" }, side);
    await fixture.commit("main", { "README.md": "main\n" });
    await expect(ada.rest.repos.merge({ ...at, base: "main", head: "other" })).rejects.toMatchObject({ status: 409 });
  });
});
