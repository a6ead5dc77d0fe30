import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listChange } from "../../src/job/change.ts";
import { gitIn } from "../../src/job/git.ts";
import { commitAll, git, PATH, repositoryOf, tempFolder, write } from "./support/lab.ts";

const LIMITS = { minutes: 1, files: 10, bytes: 10_000 };

async function changeOf(folder: string, against: string, limits = LIMITS) {
  return listChange(gitIn(folder, { PATH, HOME: tempFolder() }), folder, against, limits, tempFolder());
}

async function summaryOf(folder: string, against: string): Promise<string[]> {
  const listing = await changeOf(folder, against);
  if (!listing.ok) throw new Error(listing.reason);
  const { manifest, contents } = listing.change;
  return manifest.map((file) =>
    file.change === "delete"
      ? `- ${file.path}`
      : `${file.mode} ${file.path} ${JSON.stringify(contents.get(file.sha256)?.toString("utf8"))}`,
  );
}

test("new, changed, deleted, executable and renamed files are distinguished", async () => {
  const { folder, commit } = repositoryOf({
    "a.txt": "a\n",
    "old.txt": "moved\n",
    "tool.sh": "#!\n",
    "gone.txt": "x\n",
  });
  write(folder, "a.txt", "changed\n");
  write(folder, "new file ü.txt", "new\n");
  write(folder, "tool.sh", "#!\n", 0o755);
  git(folder, "mv", "old.txt", "renamed.txt");
  git(folder, "rm", "--quiet", "gone.txt");
  expect(await summaryOf(folder, commit)).toEqual([
    '100644 a.txt "changed\\n"',
    "- gone.txt",
    '100644 new file ü.txt "new\\n"',
    "- old.txt",
    '100644 renamed.txt "moved\\n"',
    '100755 tool.sh "#!\\n"',
  ]);
});

test("an untouched checkout has no change", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  expect(await summaryOf(folder, commit)).toEqual([]);
});

test("what the agent committed counts like what it left uncommitted", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n", "b.txt": "b\n" });
  write(folder, "a.txt", "committed\n");
  commitAll(folder, "the agent's own");
  write(folder, "b.txt", "staged\n");
  git(folder, "add", "b.txt");
  write(folder, "c.txt", "untracked\n");
  expect(await summaryOf(folder, commit)).toEqual([
    '100644 a.txt "committed\\n"',
    '100644 b.txt "staged\\n"',
    '100644 c.txt "untracked\\n"',
  ]);
});

test("ignored files stay out, but a tracked file counts even where its name is ignored", async () => {
  const { folder } = repositoryOf({ ".gitignore": "*.log\nnode_modules/\n" });
  write(folder, "kept.log", "before\n");
  git(folder, "add", "--force", "kept.log");
  const commit = commitAll(folder, "tracked although ignored");
  write(folder, "kept.log", "after\n");
  write(folder, "other.log", "noise\n");
  write(folder, "node_modules/x/index.js", "noise\n");
  expect(await summaryOf(folder, commit)).toEqual(['100644 kept.log "after\\n"']);
});

test("a symbolic link is its target and is never followed", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  const outside = tempFolder();
  write(outside, "secret.txt", "secret\n");
  symlinkSync(join(outside, "secret.txt"), join(folder, "link"));
  symlinkSync(outside, join(folder, "folder"));
  expect(await summaryOf(folder, commit)).toEqual([
    `120000 folder ${JSON.stringify(outside)}`,
    `120000 link ${JSON.stringify(join(outside, "secret.txt"))}`,
  ]);
});

test("contents are as git would commit them, line endings and all", async () => {
  const { folder, commit } = repositoryOf({ ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "a\r\n" });
  write(folder, "a.txt", "a\r\nb\r\n");
  write(folder, "raw.bin", Buffer.from([0, 255, 13, 10]));
  const listing = await changeOf(folder, commit);
  if (!listing.ok) throw new Error(listing.reason);
  expect([...listing.change.contents.values()].map((content) => content.toString("latin1"))).toEqual([
    "a\nb\n",
    "\u0000\u00ff\r\n",
  ]);
});

test("a change beyond the limits on files or bytes is refused as a whole", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  for (let number = 1; number <= 3; number++) write(folder, `${number}.txt`, "x".repeat(10));
  expect(await changeOf(folder, commit, { ...LIMITS, files: 2 })).toEqual({
    ok: false,
    reason: "3 files are changed; the limit is 2",
  });
  expect(await changeOf(folder, commit, { ...LIMITS, bytes: 29 })).toEqual({
    ok: false,
    reason: "the change has 30 bytes; the limit is 29",
  });
});

test("a repository within the checkout is refused", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  write(folder, "inner/a.txt", "a\n");
  git(join(folder, "inner"), "init", "--quiet");
  commitAll(join(folder, "inner"), "inner");
  expect(await changeOf(folder, commit)).toEqual({
    ok: false,
    reason: "inner is a repository of its own or a submodule",
  });
});

test("a checkout whose repository the agent destroyed is its failure, with git's own words", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  write(folder, ".git/HEAD", "nonsense\n");
  expect(await changeOf(folder, commit)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("not a git repository"),
  });
});

const CONTENT = "the real content, which only the LFS server has\n";
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash("sha256").update(CONTENT).digest("hex")}\nsize ${CONTENT.length}\n`;

/** A repository with a file of Git LFS, and the settings of `git lfs install` with a program that only does harm. */
function lfsRepository() {
  const { folder, commit } = repositoryOf({
    ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    "model.bin": POINTER,
    "a.txt": "a\n",
  });
  const trace = join(tempFolder(), "ran");
  for (const verb of ["clean", "smudge", "process"]) {
    git(folder, "config", `filter.lfs.${verb}`, `sh -c 'echo ${verb} >> ${trace}; echo corrupted'`);
  }
  git(folder, "config", "filter.lfs.required", "true");
  return { folder, commit, ran: () => existsSync(trace) };
}

test("a file of Git LFS stays the pointer that it is, and its filter never runs", async () => {
  const { folder, commit, ran } = lfsRepository();
  write(folder, "a.txt", "changed\n");
  write(folder, "model.bin", POINTER);
  expect(await summaryOf(folder, commit)).toEqual(['100644 a.txt "changed\\n"']);
  expect(ran()).toBe(false);
});

test("content that git lfs pull put in the place of its pointer is no change", async () => {
  const { folder, commit, ran } = lfsRepository();
  write(folder, "model.bin", CONTENT);
  expect(await summaryOf(folder, commit)).toEqual([]);
  expect(ran()).toBe(false);
});

test("a changed file of Git LFS is listed with its content, so that the App can refuse it by name", async () => {
  const { folder, commit, ran } = lfsRepository();
  write(folder, "model.bin", "new content\n");
  write(folder, "other.bin", "more\n");
  expect(await summaryOf(folder, commit)).toEqual(['100644 model.bin "new content\\n"', '100644 other.bin "more\\n"']);
  expect(ran()).toBe(false);
});

test("a merge keeps the pointers of both sides", async () => {
  const { folder, ran } = lfsRepository();
  const inert = gitIn(folder, { PATH, HOME: tempFolder() });
  await inert(["checkout", "--quiet", "-b", "other"]);
  write(folder, "b.bin", POINTER.replace("size", "size 1"));
  await inert(["add", "--all"]);
  await inert(["commit", "--quiet", "-m", "other"]);
  await inert(["checkout", "--quiet", "main"]);
  write(folder, "a.txt", "ours\n");
  await inert(["commit", "--quiet", "-am", "ours"]);
  await inert(["merge", "--no-commit", "--no-ff", "other"]);
  expect(readFileSync(join(folder, "b.bin"), "utf8")).toBe(POINTER.replace("size", "size 1"));
  expect(ran()).toBe(false);
});

test("a change that takes too long to list is refused with the limit", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  write(folder, "a.txt", "b\n");
  const listing = await listChange(
    gitIn(folder, { PATH, HOME: tempFolder() }),
    folder,
    commit,
    LIMITS,
    tempFolder(),
    0,
  );
  expect(listing).toEqual({ ok: false, reason: "the change could not be listed within 0 seconds" });
});

test("a path that no promotion takes is refused in the job already", async () => {
  const { folder, commit } = repositoryOf({ "a.txt": "a\n" });
  write(folder, `${"d/".repeat(70)}a.txt`, "b\n");
  expect(await changeOf(folder, commit)).toMatchObject({ ok: false, reason: expect.stringMatching(/is too long/) });
});
