import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLfsPointer, lfsPaths } from "../../../src/core/promotion/attributes.ts";
import { scratchRepository } from "./git.ts";

const lfs = "filter=lfs diff=lfs merge=lfs -text";

describe("files of Git LFS", () => {
  const { git, folder } = scratchRepository();

  function attributesFile(name: string, text: string) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return { folder: dirname(name) === "." ? "" : dirname(name), text };
  }

  const gitSays = (path: string) => /: lfs$/m.test(git("check-attr", "filter", "--", path));

  it.each([
    [`*.psd ${lfs}`, "a.psd", true],
    [`*.psd ${lfs}`, "deep/er/a.psd", true],
    [`*.psd ${lfs}`, "a.png", false],
    [`*.psd ${lfs}\r\n*.png ${lfs}\r\n`, "a.psd", true],
    [`[attr]big ${lfs}\r\n*.psd big\r\n`, "a.psd", true],
    [`${"x".repeat(70_000)} ${lfs}\n*.psd ${lfs}`, "a.psd", true],
    [`/assets/** ${lfs}`, "assets/a/b.bin", true],
    [`/assets/** ${lfs}`, "assets", false],
    [`assets/*.bin ${lfs}`, "assets/a.bin", true],
    [`assets/*.bin ${lfs}`, "other/assets/a.bin", false],
    [`"with space.bin" ${lfs}`, "with space.bin", true],
    [`*.bin ${lfs}\n*.bin -filter`, "a.bin", false],
    [`*.bin ${lfs}\nsmall.bin !filter`, "small.bin", false],
    [`*.bin filter=other`, "a.bin", false],
    [`# *.bin ${lfs}`, "a.bin", false],
    [`*.{a,b} ${lfs}`, "x.a", false],
    [`[ab].bin ${lfs}`, "a.bin", true],
    [`[attr]big ${lfs}\n*.bin big`, "a.bin", true],
    [`[attr]big ${lfs}\n*.bin big\nsmall.bin -filter`, "small.bin", false],
    [`[attr]big ${lfs}\n[attr]huge big text\n*.bin huge`, "a.bin", true],
    [`[attr]big text\n*.bin big`, "a.bin", false],
    [`[attr]big ${lfs}\n*.bin -big`, "a.bin", false],
  ])("%j and %s: %s, as git has it", (text, path, expected) => {
    const file = attributesFile(".gitattributes", `${text}\n`);
    expect(lfsPaths([file])(path)).toBe(expected);
    expect(gitSays(path)).toBe(expected);
  });

  it("are those that git names, whatever the rules", () => {
    const pattern = fc.constantFrom(
      "*",
      "*.a",
      "a",
      "a/*",
      "/a",
      "a/b",
      "**/b",
      "a/**",
      "b.a",
      "/*.a",
      "**/a/**",
      "a/**/b",
      "/**",
      "**",
      "a/",
    );
    const word = fc.constantFrom(lfs, "filter=lfs", "-filter", "!filter", "text", "filter=crypt");
    const rules = fc.array(
      fc.tuple(pattern, word).map((parts) => parts.join(" ")),
      { maxLength: 4 },
    );
    const path = fc
      .array(fc.constantFrom("a", "b", "b.a", "c"), { minLength: 1, maxLength: 3 })
      .map((names) => names.join("/"));
    fc.assert(
      fc.property(rules, rules, path, (top, deep, one) => {
        const files = [
          attributesFile(".gitattributes", top.map((rule) => `${rule}\n`).join("")),
          attributesFile("deep/.gitattributes", deep.map((rule) => `${rule}\n`).join("")),
        ];
        for (const path of [one, `deep/${one}`]) expect(lfsPaths(files)(path)).toBe(gitSays(path));
      }),
      { numRuns: 30 },
    );
  });
});

describe("rules that would take too long together", () => {
  const text = Array.from({ length: 2_000 }, (_, at) => `[ab]*x${at} -filter`).join("\n");
  const path = (at: number) => `${"c".repeat(245)}/`.repeat(4) + at;

  it("decide the first paths, and every path counts as one of Git LFS once the steps are used up", () => {
    const isStored = lfsPaths([{ folder: "", text }]);
    expect(isStored("c.bin")).toBe(false);
    const answers = Array.from({ length: 3 }, (_, at) => isStored(path(at)));
    expect(answers).toEqual([true, true, true]);
    expect(isStored("c.bin")).toBe(true);
  });
});

describe("a pointer of Git LFS", () => {
  it.each([
    [`version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12345\n`, true],
    [`version https://git-lfs.github.com/spec/v1\next-0-foo sha256:x\noid sha256:${"a".repeat(64)}\nsize 1\n`, true],
    ["version 1\n", false],
    ["# version https://git-lfs.github.com/spec/v1 is what a pointer begins with\n", false],
  ])("%#", (text, expected) => {
    expect(isLfsPointer(text)).toBe(expected);
  });
});
