/** The adapter reads what two heads change and merges it by itself; git's own merge says whether it is right. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGitHub } from "../../../src/github/index.ts";
import { mergeTrees } from "../../../src/sandbox/git/plumbing/merging.ts";
import { writeBlob, writeCommit } from "../../../src/sandbox/git/plumbing/objects.ts";
import { type TreeChange, writeTree } from "../../../src/sandbox/git/plumbing/trees.ts";
import { type GitFixture, startGitFixture } from "../../sandbox/git-fixture.ts";

/** A file's text, with another mode, or null: it is taken away. */
type Content = string | Buffer | { mode: string; text: string } | null;
type Files = Record<string, Content>;

const exec = (text: string) => ({ mode: "100755", text });
const link = (text: string) => ({ mode: "120000", text });
const ten = (...changed: [number, string][]) =>
  Array.from({ length: 10 }, (_, line) => `${changed.find(([at]) => at === line)?.[1] ?? `line ${line}`}\n`).join("");
const bytes = (...values: number[]) => Buffer.from([0, ...values]);

const cases: [name: string, base: Files, ours: Files, theirs: Files][] = [
  ["different files", { a: ten(), b: ten() }, { a: ten([1, "x"]) }, { b: ten([1, "y"]) }],
  ["disjoint hunks", { a: ten() }, { a: ten([1, "x"]) }, { a: ten([7, "y"]) }],
  ["the same hunk", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "y"]) }],
  ["the same hunk alike", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "x"]) }],
  ["the same hunk alike, and another", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "x"], [8, "y"]) }],
  ["adjacent lines", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([5, "y"]) }],
  ["lines with one between", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([6, "y"]) }],
  ["a new file alike", {}, { n: ten() }, { n: ten() }],
  ["a new file differently", {}, { n: ten() }, { n: ten([1, "x"]) }],
  ["a new file, empty on one side", {}, { n: "" }, { n: ten() }],
  ["a new file with two modes", {}, { n: ten() }, { n: exec(ten()) }],
  ["a new file and a new link", {}, { n: ten() }, { n: link("a") }],
  ["a deletion and a change", { a: ten() }, { a: null }, { a: ten([1, "x"]) }],
  ["a deletion on both sides", { a: ten(), b: "b" }, { a: null }, { a: null, b: "c" }],
  ["a rename and a change", { a: ten() }, { a: null, z: ten() }, { a: ten([1, "x"]) }],
  ["a rename with a change, and a change elsewhere", { a: ten() }, { a: null, z: ten([8, "x"]) }, { a: ten([1, "y"]) }],
  ["a rename with a change, and a change there", { a: ten() }, { a: null, z: ten([1, "x"]) }, { a: ten([1, "y"]) }],
  ["a rename and a deletion", { a: ten() }, { a: null, z: ten() }, { a: null }],
  ["a rename on both sides alike", { a: ten() }, { a: null, z: ten() }, { a: null, z: ten() }],
  ["a rename on both sides, to two names", { a: ten() }, { a: null, y: ten() }, { a: null, z: ten() }],
  ["a rename onto a new file", { a: ten() }, { a: null, z: ten() }, { z: "something else\n" }],
  ["two renames to one name", { a: ten(), b: "1\n2\n3\n" }, { a: null, z: ten() }, { b: null, z: "1\n2\n3\n" }],
  ["binary files", { a: bytes(1) }, { a: bytes(2) }, { a: bytes(3) }],
  ["binary files alike", { a: bytes(1) }, { a: bytes(2) }, { a: bytes(2) }],
  ["a mode and a content", { a: ten() }, { a: exec(ten()) }, { a: ten([1, "x"]) }],
  ["a mode and a content on one side", { a: ten() }, { a: exec(ten([8, "y"])) }, { a: ten([1, "x"]) }],
  ["a mode on both sides", { a: ten() }, { a: exec(ten()) }, { a: exec(ten()) }],
  ["a file that becomes a link, and a change", { a: ten() }, { a: link("b") }, { a: ten([1, "x"]) }],
  ["links", { a: link("x") }, { a: link("y") }, { a: link("z") }],
  ["a file where the other puts a folder", {}, { n: ten() }, { "n/one": ten() }],
  ["a file that becomes a folder, and a change", { a: ten() }, { a: null, "a/one": "new\n" }, { a: ten([1, "x"]) }],
  ["folders of one name", {}, { "n/one": ten() }, { "n/two": ten() }],
];

describe("heads that change", () => {
  let g: GitFixture;
  let commits = 0;
  beforeAll(async () => {
    g = await startGitFixture();
  });
  afterAll(() => g?.close());

  async function commit(parent: string, files: Files): Promise<string> {
    const git = g.hub.git.at(g.repository);
    const changes: TreeChange[] = [];
    for (const [path, content] of Object.entries(files)) {
      const { mode, text } =
        content === null || typeof content === "string" || Buffer.isBuffer(content)
          ? { mode: "100644", text: content }
          : content;
      changes.push({ path, mode, sha: text === null ? null : await writeBlob(git, Buffer.from(text)) });
    }
    const tree = await writeTree(git, parent, changes);
    const nobody = { name: "Ada", email: "ada@example.org", date: "2026-01-01T00:00:00Z" };
    commits += 1;
    // Alike in content, two heads are still two commits.
    const message = `Change ${commits}`;
    return writeCommit(git, { tree, parents: [parent], message, author: nobody, committer: nobody });
  }

  function conflicts(ours: string, theirs: string): Promise<string[] | "unknown"> {
    const app = { appId: 1, appSlug: "gate", now: () => 0, calls: () => ({ reads: 0, writes: 0 }) };
    const github = createGitHub({ ...app, octokit: async () => g.bot, granted: async () => ({}) });
    return github.conflicts({ owner: g.at.owner, name: g.at.repo }, ours, theirs);
  }

  it.each(cases)("%s conflict where git says so", async (_, base, ours, theirs) => {
    const start = await commit(g.sha, base);
    const [left, right] = [await commit(start, ours), await commit(start, theirs)];

    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const merged = await mergeTrees(g.hub.git.at(g.repository), one, other);
      const found = await conflicts(one, other);
      expect(found !== "unknown" && found.length > 0).toBe("conflicts" in merged);
      expect(found).not.toBe("unknown");
    }
  });

  it("too much at once are not known to conflict", async () => {
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`many/${index}`, "x"]));
    const [left, right] = [await commit(g.sha, many), await commit(g.sha, { "README.md": "x" })];
    expect(await conflicts(left, right)).toBe("unknown");
    const large = ten() + "x".repeat(300_000);
    const start = await commit(g.sha, { large });
    const sides = [await commit(start, { large: `a\n${large}` }), await commit(start, { large: `b\n${large}` })];
    expect(await conflicts(sides[0]!, sides[1]!)).toBe("unknown");
  });
});
