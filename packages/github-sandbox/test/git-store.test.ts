import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runGit } from "../src/git/plumbing/dir.ts";
import { gitEnvironment } from "../src/git/plumbing/environment.ts";
import { distance, log, mergeBase } from "../src/git/plumbing/history.ts";
import { isBranchName, isFilePath, isRefName } from "../src/git/plumbing/names.ts";
import { readTree } from "../src/git/plumbing/trees.ts";
import { GitStore } from "../src/git/store.ts";

let folder: string;
let store: GitStore;
const repository = { id: 7 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-store-"));
  store = new GitStore(join(folder, "git"));
  await store.init(repository, "main");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes a work tree with one commit and an uncommitted change. */
async function source(): Promise<string> {
  const at = join(folder, "source");
  const git = (...args: string[]) => runGit(["-C", at, "-c", "user.name=Ada", "-c", "user.email=a@b", ...args]);
  mkdirSync(join(at, "src/deep"), { recursive: true });
  await git("init", "--quiet", "--initial-branch=trunk");
  for (const path of ["README.md", "src/a.ts", "src/b.ts", "src/deep/c.ts"]) writeFileSync(join(at, path), `${path}\n`);
  await git("add", ".");
  await git("commit", "--quiet", "--message=Begin\n\nWith a body");
  writeFileSync(join(at, "README.md"), "not committed\n");
  return at;
}

describe("the git store", () => {
  it("An import copies the commits of a work tree into the given branch", async () => {
    const sha = await store.importFrom(repository, await source(), "HEAD", "main");
    expect(await store.resolve(repository, "HEAD")).toBe(sha);
    expect(await store.readFile(repository, "main", "README.md")).toBe("README.md\n");
    expect(await store.listFolder(repository, "refs/heads/main", "src")).toEqual(["a.ts", "b.ts"]);
    expect(await store.listFolder(repository, sha, "")).toEqual(["README.md"]);
    expect(await store.headCommit(repository, sha)).toMatchObject({
      id: sha,
      message: "Begin\n\nWith a body",
      author: { name: "Ada" },
    });
  });

  it("An empty repository answers with nothing, and no path leads out of it", async () => {
    await store.importFrom(repository, await source(), "trunk", "main");
    expect(await store.readFile(repository, "main", "gone")).toBeNull();
    expect(await store.readFile(repository, "main", "src")).toBeNull();
    expect(await store.readFile(repository, "main", "../../source/README.md")).toBeNull();
    expect(await store.readFile(repository, "--textconv", "README.md")).toBeNull();
    expect(await store.listFolder(repository, "main", "gone")).toEqual([]);
    expect(await store.listFolder(repository, "gone", "src")).toEqual([]);
    for (const ref of ["--all", "main:src", "main..main", "@{-1}", ""])
      expect(await store.resolve(repository, ref)).toBeNull();
  });

  it("A failed import names its source, and a name is never taken for an option of git", async () => {
    await expect(store.importFrom(repository, join(folder, "gone"), "HEAD", "main")).rejects.toThrow(/gone/);
    await expect(store.importFrom(repository, await source(), "--upload-pack=x", "main")).rejects.toThrow(/not a ref/);
    await expect(store.importFrom(repository, "source", "HEAD", "-x")).rejects.toThrow(/not a branch name/);
  });

  it("Exclusive work on a repository runs one after another, also after a failure", async () => {
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const failing = store.exclusive(repository, async () => {
      await first.promise;
      order.push("first");
      throw new Error("no");
    });
    const second = store.exclusive(repository, async () => order.push("second"));
    await store.exclusive({ id: 8 }, async () => order.push("elsewhere"));
    first.resolve();
    await expect(failing).rejects.toThrow("no");
    await second;
    expect(order).toEqual(["elsewhere", "first", "second"]);
  });
});

it("git runs with nothing of this process's environment", () => {
  process.env.GIT_DIR = "/elsewhere";
  expect(gitEnvironment()).not.toHaveProperty("GIT_DIR");
  delete process.env.GIT_DIR;
});

it("Ref names are checked as git check-ref-format does", async () => {
  const names = [
    "a",
    "a/b",
    "a..b",
    "a.lock",
    "a.lock/b",
    ".a",
    "a/.b",
    "a b",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a/",
    "a//b",
    "a.",
    "@",
    "a@{b",
    "ü",
    "a\x7f",
    "a.b",
    "lock",
  ];
  for (const name of names) {
    const { code } = await runGit(["check-ref-format", `refs/heads/${name}`], { accept: [1] });
    expect([name, isRefName(`refs/heads/${name}`)]).toEqual([name, code === 0]);
  }
  expect(["-x", "HEAD", "@"].map(isBranchName)).toEqual([false, false, false]);
});

it("A path that leaves the repository or enters its .git is refused", () => {
  const bad = ["", "/a", "a/", "../a", "a/../b", "./a", "a//b", ".git/x", "a/.GIT", "a\0b"];
  expect(bad.filter(isFilePath)).toEqual([]);
  expect(["a", ".github/x", "a..b", "ü b/c"].every(isFilePath)).toBe(true);
});

describe("an answer of git about SHAs", () => {
  async function commitIn(at: string, name: string): Promise<string> {
    const git = (...args: string[]) => runGit(["-C", at, "-c", "user.name=Ada", "-c", "user.email=a@b", ...args]);
    writeFileSync(join(at, name), name);
    await git("add", name);
    await git("commit", "--quiet", "--message", name);
    return (await git("rev-parse", "HEAD")).stdout.toString("utf8").trim();
  }

  it("is kept, and is another one for a branch that moves", async () => {
    const at = await source();
    const one = await store.importFrom(repository, at, "HEAD", "main");
    const two = await commitIn(at, "two");
    await store.importFrom(repository, at, "HEAD", "side");
    const git = store.at(repository);
    const asked = () =>
      Promise.all([mergeBase(git, one, two), distance(git, one, two), log(git, two), readTree(git, two, true)]);
    const first = await asked();
    expect(first.slice(0, 2)).toEqual([one, { ahead: 1, behind: 0 }]);
    expect((await log(git, "side")).length).toBe(2);

    // Without its objects, git has no answer.
    await rm(join(store.dir(repository), "objects"), { recursive: true });
    await mkdir(join(store.dir(repository), "objects"));
    expect(await asked()).toEqual(first);
    await expect(log(git, "side")).rejects.toThrow();
  });

  it("is asked again where the object was missing", async () => {
    const at = await source();
    const one = await store.importFrom(repository, at, "HEAD", "main");
    const two = await commitIn(at, "two");
    const git = store.at(repository);
    expect(await readTree(git, two, true)).toBeNull();
    await expect(mergeBase(git, one, two)).rejects.toThrow();
    await store.importFrom(repository, at, "HEAD", "main");
    expect((await readTree(git, two, true))?.map(({ path }) => path)).toContain("two");
    expect(await mergeBase(git, one, two)).toBe(one);
  });
});
