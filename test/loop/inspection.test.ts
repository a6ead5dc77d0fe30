import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../src/core/attempt.ts";
import { LINK, type Tree } from "../../src/core/promotion/tree.ts";
import { inspectCommit } from "../../src/loop/effects/inspection/index.ts";
import { createScanner } from "../../src/secrets/scanner.ts";

const repo = { id: 1, owner: "acme", name: "ledger" };
const shaOf = (text: string) => createHash("sha1").update(`blob ${text.length}\0${text}`).digest("hex");

/** Files by path. A text that begins with "-> " is the target of a symbolic link. */
type Files = Record<string, string>;

/** Commits by name, and the merge base of any two. */
async function inspected(commits: Record<string, Files>, fork: string, parents: string[]) {
  const blobs = new Map<string, string>();
  const treeOf = (files: Files): Tree =>
    new Map(
      Object.entries(files).map(([path, line]) => {
        const text = line.replace(/^-> /, "");
        blobs.set(shaOf(text), text);
        return [path, { mode: line === text ? "100644" : LINK, sha: shaOf(text), bytes: text.length }];
      }),
    );
  const trees = new Map(Object.entries(commits).map(([name, files]) => [name, treeOf(files)]));
  const tree = (name: string) => trees.get(name) ?? expect.fail(name);
  const github = {
    tree: async (_: unknown, name: string) => tree(name),
    blob: async (_: unknown, sha: string) => Buffer.from(blobs.get(sha) ?? expect.fail(sha)),
    mergeBase: async () => fork,
  };
  const manifest: ChangedFile[] = [];
  const artifact = { file: () => null };
  return inspectCommit({ github, scanner: createScanner() }, repo, {
    against: "base",
    parents,
    commit: "commit",
    manifest,
    artifact,
  });
}

describe("a commit's links", () => {
  const findings = async (base: Files, commit: Files) => (await inspected({ base, commit }, "base", ["base"])).findings;

  it("are refused when an untouched one leaves the checkout because a folder on its way became a link", async () => {
    const base = { "a/way": "-> deep/../x", "a/deep/b.txt": "b" };

    expect(await findings(base, { "a/way": "-> deep/../x", "a/deep": "-> .." })).toEqual([
      { path: "a/way", finding: "link-outside" },
    ]);
  });

  it("are refused when an untouched one leaves the checkout because a link on its way went", async () => {
    const base = { way: "-> near/../../x", near: "-> a/b/c", "a/b/c/d.txt": "d" };

    expect(await findings(base, { way: "-> near/../../x", "near/e.txt": "e", "a/b/c/d.txt": "d" })).toEqual([
      { path: "way", finding: "link-outside" },
    ]);
  });

  it("are not the agent's when an untouched one left the checkout before", async () => {
    const base = { out: "-> ../x", "b.txt": "b" };

    expect(await findings(base, { ...base, new: "-> b.txt" })).toEqual([]);
  });

  it("are refused when there are more than Headgate follows", async () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`l/${at}`, "-> a.txt"]));

    expect(await findings(many, { ...many, new: "-> a.txt" })).toEqual([{ path: "new", finding: "link-among-many" }]);
    expect(await findings(many, { ...many, "new.txt": "text" })).toEqual([]);
  });
});

describe("a resolve", () => {
  const fork = { "shared.txt": "1", "ours.txt": "1", "theirs.txt": "1", "gone.txt": "1" };
  const head = { ...fork, "shared.txt": "2", "ours.txt": "2" };
  const { "gone.txt": _, ...base } = { ...fork, "shared.txt": "3", "theirs.txt": "3", "added.txt": "3" };
  const merged = { ...base, "shared.txt": "2 and 3", "ours.txt": "2" };
  const undone = async (commit: Files) =>
    (await inspected({ fork, head, base, commit }, "fork", ["head", "base"])).undone;

  it("undoes nothing when it keeps what each side did", async () => {
    expect(await undone(merged)).toEqual([]);
  });

  it("may decide for the task where both sides changed a file", async () => {
    expect(await undone({ ...merged, "shared.txt": "2" })).toEqual([]);
  });

  it.each<[string, string, Files]>([
    ["changes", "theirs.txt", { ...merged, "theirs.txt": "1" }],
    ["deletes", "gone.txt", { ...merged, "gone.txt": "1" }],
  ])("undoes what the base %s when the file is again as before", async (_verb, path, commit) => {
    expect(await undone(commit)).toEqual([path]);
  });

  it("undoes what the base adds when the file is missing", async () => {
    const { "added.txt": _added, ...without } = merged;

    expect(await undone(without)).toEqual(["added.txt"]);
  });
});
