/** The process that stays and reads objects, beside what a git process of its own answers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { GitDir, runGit } from "../src/git/plumbing/dir.ts";
import { commitFormat, parseCommits, readBlob, readCommit, writeBlob } from "../src/git/plumbing/objects.ts";
import { readRef, resolveCommit, setOwnRef } from "../src/git/plumbing/stored-refs.ts";

async function repository(): Promise<GitDir> {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-reader-"));
  const git = new GitDir(join(folder, "a.git"));
  await runGit(["init", "--quiet", "--bare", "--initial-branch=main", git.path]);
  onTestFinished(async () => {
    git.objects.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  return git;
}

async function stored(git: GitDir, lines: readonly string[], message: string | Buffer): Promise<string> {
  const tree = await git.text(["mktree"]);
  const input = Buffer.concat([Buffer.from([`tree ${tree}`, ...lines, "", ""].join("\n")), Buffer.from(message)]);
  return git.text(["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], { input });
}

const person = "Ada <ada@example.invalid> 1700000000 +0100";

it("An object that was written after the reader started is found, and so is a ref that moved", async () => {
  const git = await repository();
  expect(await git.objects.find("refs/heads/main")).toBeNull();
  const one = await stored(git, [`author ${person}`, `committer ${person}`], "one\n");
  const two = await stored(git, [`parent ${one}`, `author ${person}`, `committer ${person}`], "two\n");
  await setOwnRef(git, "refs/heads/main", one);
  expect(await readRef(git, "refs/heads/main")).toBe(one);
  await git.run(["pack-refs", "--all"]);
  await git.run(["repack", "-q", "-a", "-d"]);
  expect(await resolveCommit(git, "main")).toBe(one);
  await setOwnRef(git, "refs/heads/main", two);
  expect(await resolveCommit(git, "main")).toBe(two);
  expect(await resolveCommit(git, two.slice(0, 9))).toBe(two);
});

it("Answers keep their order and their bytes when many are asked for at once", async () => {
  const git = await repository();
  const contents = Array.from({ length: 8 }, (_, at) => Buffer.alloc(at * 39_581, `${at}\n`));
  const shas = await Promise.all(contents.map((content) => writeBlob(git, content)));
  const read = await Promise.all(
    shas.flatMap((sha) => [readBlob(git, sha), readBlob(git, "refs/heads/none"), readBlob(git, "two\nlines")]),
  );
  expect(read.filter((_, at) => at % 3 === 0)).toEqual(contents);
  expect(read.filter((_, at) => at % 3 !== 0)).toEqual(Array(16).fill(null));
});

it("A commit reads as git log shows it, with odd people, encodings and messages too", async () => {
  const git = await repository();
  const odd: [string[], string | Buffer][] = [
    [[`author ${person}`, `committer ${person}`], "subject\n\nbody\n\n\n"],
    [[`author ${person}`, `committer ${person}`], ""],
    [[`author A <> 0 +0000`, `committer B C  D <b@c> 12 -0330`], "no address"],
    [[`author Ada <a@b> <c@d> 1700000000 +0100`, `committer  <x@y> 1 +0000`], "two addresses"],
    [[`author Ada <ada @ b> 1700000000 +0100`, `committer ${person}`], "a space"],
    [[`author ${person}`, `committer ${person}`, "encoding ISO-8859-1"], Buffer.from("gr\xfc\xdfe\n", "latin1")],
    [
      [`author ${person}`, `committer ${person}`, "gpgsig -----BEGIN", " author X <x@y> 1 +0000", " -----END"],
      "signed\n",
    ],
    [[`author ${person}`, `committer ${person}`], "a\x1fb\n"],
  ];
  for (const [lines, message] of odd) {
    const sha = await stored(git, lines, message);
    const [record = ""] = await git.fields(["log", "-z", "-1", "--no-show-signature", commitFormat, sha, "--"]);
    expect(await readCommit(git, sha)).toEqual(parseCommits([record])[0]);
  }
});

it("A reader that is closed fails its open questions, and answers those that come right after", async () => {
  const git = await repository();
  const sha = await writeBlob(git, Buffer.from("a"));
  await git.objects.find(sha);
  const open = git.objects.find(sha);
  git.objects.close();
  const next = readBlob(git, sha);
  await expect(open).rejects.toThrow("the reader was closed");
  expect(await next).toEqual(Buffer.from("a"));
});
