import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followLink, withLinks } from "../../../src/core/promotion/links.ts";
import { treeOf } from "./git.ts";

/** A tree of plain files and of links, written `path -> target`. */
function ended(lines: string[], path: string): string {
  const links = new Map(
    lines.flatMap((line) => (line.includes(" -> ") ? [line.split(" -> ") as [string, string]] : [])),
  );
  const files = lines.map((line) => line.split(" -> ")[0] ?? "");
  const tree = treeOf(
    Object.fromEntries(files.map((file) => [file, links.has(file) ? { mode: "120000", sha: "1" } : "1"])),
  );
  return followLink(withLinks(tree), path, (link) => links.get(link)).end;
}

describe("a symbolic link", () => {
  it.each<[string, string[]]>([
    ["to a file beside it", ["l -> a.txt", "a.txt"]],
    ["to a file that does not exist", ["l -> missing.txt"]],
    ["up and down again, inside", ["docs/l -> ../src/a.ts", "src/a.ts"]],
    ["through another link, inside", ["l -> m/a", "m -> src", "src/a"]],
    ["to the root", ["docs/l -> .."]],
    ["through a folder whose name is a link's in another case", ["a/l -> up/../x", "a/Up -> ..", "a/up"]],
  ])("may lead %s", (_, lines) => {
    expect(ended(lines, lines[0]?.split(" -> ")[0] ?? "")).toBe("inside");
  });

  it.each<[string, string, string[]]>([
    ["outside", "to an absolute path", ["l -> /etc/passwd"]],
    ["outside", "above the root", ["l -> ../x"]],
    ["outside", "above the root and back", ["l -> ../checkout/a.txt", "a.txt"]],
    ["outside", "through a link that leaves", ["l -> m/x", "m -> ../.."]],
    ["outside", "out by a link into a deeper folder", ["l -> m/../../x", "m -> deep", "deep/y"]],
    ["outside", "out through a chain of three", ["l -> a", "a -> b", "b -> ../c"]],
    ["outside", "to a disk of Windows", ["l -> C:\\x"]],
    ["outside", "above the root with backslashes", ["l -> ..\\x"]],
    ["outside", "out by a link that only its case keeps apart", ["a/l -> up/../x", "a/Up -> .."]],
    ["outside", "out by a link that only normalisation keeps apart", ["a/l -> u\u0308/../x", "a/\u00fc -> .."]],
    ["git-internal", "into git's folder", ["l -> .git/config"]],
    ["git-internal", "into git's folder in another case", ["docs/l -> ../.GIT/hooks"]],
    ["git-internal", "into git's folder through a link", ["l -> m/hooks", "m -> .git"]],
    ["too-deep", "to itself", ["l -> l"]],
    ["too-deep", "in a cycle", ["l -> m", "m -> l"]],
  ])("ends %s if it leads %s", (end, _, lines) => {
    expect(ended(lines, lines[0]?.split(" -> ")[0] ?? "")).toBe(end);
  });

  it("asks for the target of a link on its way", () => {
    const tree = treeOf({ l: { mode: "120000", sha: "1" }, m: { mode: "120000", sha: "2" } });
    expect(followLink(withLinks(tree), "l", (link) => (link === "l" ? "m/x" : undefined))).toEqual({
      end: "unread",
      path: "m",
    });
  });

  it.each([
    ["names", "a/".repeat(2_049)],
    ["slashes", `a${"/".repeat(5_000_000)}`],
  ])("of more %s than a file system takes is not followed", (_, target) => {
    expect(ended([`link -> ${target}`], "link")).toBe("too-deep");
  });

  it("that is said to stay inside never leaves a real checkout", () => {
    const name = fc.constantFrom("a", "b", "c");
    const target = fc
      .array(fc.constantFrom("a", "b", "c", "..", "."), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join("/"));
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const entry = fc.tuple(path, fc.option(target, { nil: null }));
    let inside = 0;
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        const top = mkdtempSync(join(tmpdir(), "links-"));
        try {
          // Deep enough that no target climbs out of the test's own folder.
          const root = join(realpathSync(top), "1/2/3/4/5/6/checkout");
          mkdirSync(root, { recursive: true });
          const lines = entries
            .filter(([one, to]) => written(root, one, to))
            .map(([one, to]) => (to === null ? one : `${one} -> ${to}`));
          for (const line of lines.filter((each) => each.includes(" -> "))) {
            const [link = ""] = line.split(" -> ");
            if (ended(lines, link) !== "inside") continue;
            inside += 1;
            const real = resolved(join(root, link));
            if (real !== null) expect(`${real}/`.startsWith(`${root}/`)).toBe(true);
          }
        } finally {
          rmSync(top, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
    expect(inside).toBeGreaterThan(50);
  });
});

/** Writes a file or a link unless something is in its way, as git would not have both either. */
function written(root: string, path: string, target: string | null): boolean {
  const full = join(root, path);
  try {
    // Git writes nothing through a link.
    mkdirSync(dirname(full), { recursive: true });
    if (realpathSync(dirname(full)) !== dirname(full)) return false;
    if (target === null) writeFileSync(full, "", { flag: "wx" });
    else symlinkSync(target, full);
    return true;
  } catch {
    return false;
  }
}

function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
