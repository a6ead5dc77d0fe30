import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareTrees, type Tree } from "../../../src/core/promotion/tree.ts";
import { scratchRepository, treeOf } from "./git.ts";

describe("the difference of two trees", () => {
  const { git, folder } = scratchRepository();

  it("lists what a file at a folder's path takes away with it", () => {
    const before = treeOf({ "docs/CODEOWNERS": "1", "docs/a.md": "2", "b.ts": "3" });
    const after = treeOf({ docs: "4", "b.ts": "3" });
    expect(
      compareTrees(before, after).map(({ path, before, after }) => [path, before !== null, after !== null]),
    ).toEqual([
      ["docs", false, true],
      ["docs/CODEOWNERS", true, false],
      ["docs/a.md", true, false],
    ]);
  });

  it("lists what a file below a file's path takes away", () => {
    const changes = compareTrees(treeOf({ CODEOWNERS: "1" }), treeOf({ "CODEOWNERS/x": "2" }));
    expect(changes.map(({ path }) => path)).toEqual(["CODEOWNERS", "CODEOWNERS/x"]);
  });

  it("lists a file of which only the mode changed", () => {
    const before = treeOf({ "run.sh": { mode: "100644", sha: "1" } });
    const after = treeOf({ "run.sh": { mode: "100755", sha: "1" } });
    expect(compareTrees(before, after)).toHaveLength(1);
  });

  it("is git's own difference, whatever the trees hold", () => {
    const name = fc.constantFrom("a", "b", "a.b", "a-b", "ä");
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
    const file = fc.record({
      mode: fc.constantFrom("100644", "100755", "120000"),
      content: fc.constantFrom("x", "y", "z"),
    });
    const files = fc.dictionary(path, file, { maxKeys: 6 });
    fc.assert(
      fc.property(files, files, (left, right) => {
        const [before, after] = [written(left), written(right)];
        const raw = git("diff-tree", "-r", "-z", "--no-renames", before.oid, after.oid).split("\0");
        const expected = raw.filter((_, index) => index % 2 === 1).sort();
        expect(compareTrees(before.tree, after.tree).map((change) => change.path)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  /** Writes a tree with git, which refuses a file and a folder of one name: the later wins. */
  function written(files: Record<string, { mode: string; content: string }>): { oid: string; tree: Tree } {
    git("read-tree", "--empty");
    for (const [path, { mode, content }] of Object.entries(files)) {
      const oid = blob(content);
      git("update-index", "--add", "--replace", "--cacheinfo", `${mode},${oid},${path}`);
    }
    const oid = git("write-tree").trim();
    const lines = git("ls-tree", "-r", "-z", oid).split("\0").filter(Boolean);
    const entries = lines.map((line) => /^(\d+) blob (\w+)\t(.*)$/s.exec(line) ?? expect.fail(line));
    return {
      oid,
      tree: new Map(entries.map(([, mode = "", sha = "", path = ""]) => [path, { mode, sha, bytes: 1 }])),
    };
  }

  const blobs = new Map<string, string>();
  function blob(content: string): string {
    const known = blobs.get(content);
    if (known !== undefined) return known;
    const oid = git("hash-object", "-w", "-t", "blob", "--", write(content)).trim();
    blobs.set(content, oid);
    return oid;
  }

  function write(content: string): string {
    const path = `${folder}/.content-${content}`;
    writeFileSync(path, content);
    return path;
  }
});
