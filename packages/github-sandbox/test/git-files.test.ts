import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFixture, readme, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("contents", () => {
  it("A file at any ref is returned as JSON or raw, a folder as a listing", async () => {
    const { rea, at, sha } = fixture;
    await fixture.commit("side/x", { "README.md": "side\n", "docs/ü b.md": "b\n", "docs/deep/c.md": "c\n" });
    const file = await rea.rest.repos.getContent({ ...at, path: "README.md" });
    expect(file.data).toMatchObject({ type: "file", name: "README.md", encoding: "base64", size: readme.length });
    const content = "content" in file.data ? file.data.content : "";
    expect(Buffer.from(content ?? "", "base64").toString()).toBe(readme);
    const raw = { ...at, path: "docs/ü b.md", ref: "side/x", mediaType: { format: "raw" } };
    expect((await rea.rest.repos.getContent(raw)).data).toBe("b\n");
    const folder = await rea.rest.repos.getContent({ ...at, path: "docs", ref: "refs/heads/side/x" });
    expect(Array.isArray(folder.data) && folder.data.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "dir docs/deep",
      "file docs/ü b.md",
    ]);
    const root = await rea.rest.repos.getContent({ ...at, path: "", ref: sha });
    expect(Array.isArray(root.data) && root.data.map(({ name }) => name)).toEqual(["README.md"]);
  });

  it("A missing file, a missing ref and a path outside the repository give 404", async () => {
    const { rea, at } = fixture;
    const get = (path: string, ref = "main") => rea.rest.repos.getContent({ ...at, path, ref });
    await expect(get("gone.md")).rejects.toMatchObject({ status: 404 });
    await expect(get("README.md", "gone")).rejects.toThrow(/No commit found for the ref gone/);
    await expect(get("README.md", "--help")).rejects.toMatchObject({ status: 404 });
    await expect(get("../../world.sqlite")).rejects.toMatchObject({ status: 404 });
    await expect(get(".git/config")).rejects.toMatchObject({ status: 404 });
  });

  it("A file is created, updated and deleted in one commit each, if the given SHA is the present one", async () => {
    const { bot, at } = fixture;
    const path = "docs/a.md";
    const put = (text: string, sha?: string) =>
      bot.rest.repos.createOrUpdateFileContents({
        ...at,
        path,
        message: `Write ${text}`,
        content: base64(text),
        ...(sha === undefined ? {} : { sha }),
      });
    const made = await put("one");
    expect([made.status, made.data.commit.message]).toEqual([201, "Write one"]);
    expect(made.data.commit.author?.name).toBe("gate[bot]");
    const old = made.data.content?.sha ?? "";
    await expect(put("two")).rejects.toThrow(/"sha" wasn't supplied/);
    await expect(put("two", "0".repeat(40))).rejects.toMatchObject({ status: 409 });
    const changed = await put("two", old);
    expect(changed.status).toBe(200);
    const remove = (sha: string) => bot.rest.repos.deleteFile({ ...at, path, message: "Away", sha });
    await expect(remove(old)).rejects.toMatchObject({ status: 409 });
    expect((await remove(changed.data.content?.sha ?? "")).data.content).toBeNull();
    await expect(bot.rest.repos.getContent({ ...at, path })).rejects.toMatchObject({ status: 404 });
    expect(fixture.heard()).toEqual(["push", "push", "push"]);
  });

  it("A commit to a protected branch or outside the repository is refused", async () => {
    const { wim, at } = fixture;
    fixture.protect("main", {
      requiredStatusChecks: { strict: false, checks: ["a", "b"].map((context) => ({ context, appId: null })) },
    });
    const put = (path: string) =>
      wim.rest.repos.createOrUpdateFileContents({ ...at, path, message: "x", content: base64("x") });
    await expect(put("a.md")).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining("Could not create file: 2 of 2 required status checks are expected."),
    });
    await expect(put("a/../../b.md")).rejects.toMatchObject({ status: expect.any(Number) });
  });
});

describe("commits", () => {
  it("Commits are listed newest first, for any ref and by path", async () => {
    const { rea, at, sha } = fixture;
    const one = await fixture.commit("side", { "a.txt": "1\n" });
    const two = await fixture.commit("side", { "b.txt": "1\n" });
    const list = async (query: { sha?: string; path?: string; per_page?: number }) =>
      (await rea.rest.repos.listCommits({ ...at, ...query })).data.map((each) => each.sha);
    expect(await list({})).toEqual([sha]);
    expect(await list({ sha: "side" })).toEqual([two, one, sha]);
    expect(await list({ sha: "side", path: "a.txt" })).toEqual([one]);
    expect(await list({ sha: "side", per_page: 1 })).toEqual([two]);
  });

  it("A commit shows its files and patches", async () => {
    const { rea, at } = fixture;
    const sha = await fixture.commit("side", {
      "README.md": readme.replace("line 2\n", "line two\n"),
      "new.txt": "n\n",
    });
    const { data } = await rea.rest.repos.getCommit({ ...at, ref: "side" });
    expect(data).toMatchObject({ sha, stats: { additions: 2, deletions: 1, total: 3 } });
    expect(data.files).toMatchObject([
      {
        filename: "README.md",
        status: "modified",
        additions: 1,
        deletions: 1,
        patch: expect.stringMatching(/^@@ .*\n line 1\n-line 2\n\+line two\n/s),
      },
      { filename: "new.txt", status: "added", patch: "@@ -0,0 +1 @@\n+n" },
    ]);
    await expect(rea.rest.repos.getCommit({ ...at, ref: "gone" })).rejects.toMatchObject({ status: 422 });
    const root = await rea.rest.repos.getCommit({ ...at, ref: fixture.sha });
    expect(root.data.files?.[0]).toMatchObject({ status: "added", additions: 10 });
  });
});

describe("comparisons", () => {
  it("A comparison counts the commits by which two refs differ", async () => {
    const { rea, at, sha } = fixture;
    const side = await fixture.commit("side/x", { "a.txt": "1\n" });
    const compare = async (base: string, head: string) =>
      (await rea.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${head}` })).data;
    expect(await compare("main", "side/x")).toMatchObject({
      status: "ahead",
      ahead_by: 1,
      behind_by: 0,
      total_commits: 1,
      merge_base_commit: { sha },
      commits: [{ sha: side }],
      files: [{ filename: "a.txt", status: "added" }],
    });
    expect(await compare("ada:side/x", "main")).toMatchObject({ status: "behind", ahead_by: 0, behind_by: 1 });
    expect(await compare("main", sha)).toMatchObject({ status: "identical", files: [] });
    await fixture.commit("main", { "b.txt": "1\n" });
    expect(await compare("main", "side/x")).toMatchObject({
      status: "diverged",
      ahead_by: 1,
      behind_by: 1,
      files: [{ filename: "a.txt" }],
    });
    await expect(compare("main", "gone")).rejects.toMatchObject({ status: 404 });
    await expect(compare("main", "other:side")).rejects.toMatchObject({ status: 404 });
  });

  it("A comparison shows renames, removals, modes and binary files", async () => {
    const { ada, at, sha } = fixture;
    await fixture.commit("main", { "old.txt": `${"same\n".repeat(20)}`, "gone.txt": "1\n", run: "x\n" });
    const { data: binary } = await ada.rest.git.createBlob({ ...at, content: base64("\0\u0001"), encoding: "base64" });
    const base = await fixture.context.git.resolve(fixture.repository, "main");
    const { data: old } = await ada.rest.git.getTree({ ...at, tree_sha: base ?? "" });
    const shaOf = (path: string) => old.tree.find((each) => each.path === path)?.sha ?? "";
    const entry = (path: string, object: string | null, mode: "100644" | "100755" | "120000" = "100644") =>
      ({ path, mode, type: "blob", sha: object }) as const;
    const { data: tree } = await ada.rest.git.createTree({
      ...at,
      base_tree: base ?? "",
      tree: [
        entry("old.txt", null),
        entry("new.txt", shaOf("old.txt")),
        entry("gone.txt", null),
        entry("README.md", shaOf("run"), "120000"),
        entry("run", shaOf("run"), "100755"),
        entry("z.bin", binary.sha),
      ],
    });
    const { data: head } = await ada.rest.git.createCommit({
      ...at,
      message: "x",
      tree: tree.sha,
      parents: [base ?? sha],
    });
    const { data } = await ada.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `main...${head.sha}` });
    const files = data.files ?? [];
    expect(files.map(({ filename, status }) => [filename, status])).toEqual([
      ["README.md", "changed"],
      ["gone.txt", "removed"],
      ["new.txt", "renamed"],
      ["run", "modified"],
      ["z.bin", "added"],
    ]);
    expect(files[0]?.patch).toContain("+x");
    expect(files[1]?.patch).toBe("@@ -1 +0,0 @@\n-1");
    expect(files[2]).toMatchObject({ previous_filename: "old.txt", changes: 0 });
    expect([files[2], files[3], files[4]].map((file) => file?.patch)).toEqual([undefined, undefined, undefined]);
  });

  it("A comparison is returned as a diff or patch on request", async () => {
    const { rea, at } = fixture;
    await fixture.commit("side", { "a.txt": "1\n" });
    const as = async (format: string) =>
      String(
        (await rea.rest.repos.compareCommitsWithBasehead({ ...at, basehead: "main...side", mediaType: { format } }))
          .data,
      );
    expect(await as("diff")).toMatch(/^diff --git a\/a.txt b\/a.txt\nnew file mode 100644\n/);
    expect(await as("patch")).toMatch(
      /^From [0-9a-f]{40} .*\nFrom: ada <.*\nDate: .*\nSubject: \[PATCH\] Change a.txt\n/,
    );
  });
});
