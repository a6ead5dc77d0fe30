import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeLines } from "../../src/github/conflicts/lines.ts";

const bytes = (text: string) => Buffer.from(text, "utf8");
const merge = (base: string, ours: string, theirs: string) => mergeLines(bytes(base), bytes(ours), bytes(theirs));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join("");

describe("the lines of a file that both changed", () => {
  it("may be called like anything", () => {
    expect(merge("constructor\n__proto__\n\n\n", "toString\n__proto__\n\n\n", "constructor\n__proto__\n\n\nx\n")).toBe(
      "clean",
    );
  });

  it("are not compared in a binary file", () => {
    expect(merge("a\n\0\nb\n", "A\n\0\nb\n", "a\n\0\nB\n")).toBe("conflict");
  });

  it("are compared as bytes: a file need not be text in any encoding", () => {
    const file = (...ends: number[]) => Buffer.from([0xff, 0x0a, 0x61, 0x0a, 0xfe, 0x0a, ...ends]);
    expect(mergeLines(file(), file(0x31), Buffer.from([0xfd, 0x0a, 0x61, 0x0a, 0xfe, 0x0a]))).toBe("clean");
    expect(mergeLines(file(0x30), file(0xe9), file(0xe8))).toBe("conflict");
  });

  it("are too many to search where they are made to cost much, but not where the file is only long", () => {
    const blank = "\n".repeat(20_000);
    expect(merge(`a\n${blank}b\n`, `A\n${blank}B\n`, `x\n${blank}b\n`)).toBe("unknown");
    const long = numbered(100_000);
    expect(merge(`${long}x\ny\nz\n`, `${long}X\ny\nz\n`, `${long}x\ny\nZ\n`)).toBe("clean");
  });

  describe("merge as git merges them", () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "merge-file-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    async function git(base: string, ours: string, theirs: string): Promise<"clean" | "conflict"> {
      const files = Object.entries({ ours, base, theirs });
      for (const [name, text] of files) await writeFile(join(folder, name), text);
      const run = promisify(execFile)("git", ["merge-file", "-p", "--quiet", "ours", "base", "theirs"], {
        cwd: folder,
      });
      return run.then(
        () => "clean" as const,
        (error: { code: number }) => (error.code > 0 && error.code < 128 ? "conflict" : Promise.reject(error)),
      );
    }

    it.each([
      ["disjoint hunks", "1\n2\n3\n", "A\n2\n3\n", "1\n2\nC\n"],
      ["the same hunk", "1\n2\n3\n", "1\nA\n3\n", "1\nB\n3\n"],
      ["the same hunk alike", "1\n2\n3\n", "1\nA\n3\n", "1\nA\n3\n"],
      ["adjacent lines", "1\n2\n3\n4\n", "1\nA\n3\n4\n", "1\n2\nB\n4\n"],
      ["a line taken out beside one put in", "1\n2\n3\n", "2\n3\n", "1\nB\n2\n3\n"],
      ["two ends", "1\n", "1\nA\n", "1\nB\n"],
      ["an end without a newline", "1\n2\n3", "1\n2\n3\n", "A\n2\n3"],
      ["an end without a newline, and more", "1\n2\n3", "1\n2\n3\n", "1\n2\n3\n4\n"],
      ["something new against nothing new", "", "", "1\n"],
      ["something new on both sides", "", "1\n", "2\n"],
      ["everything taken away on one side", "1\n2\n", "", "1\nB\n"],
      ["carriage returns", "1\r\n2\r\n3\r\n", "1\n2\n3\n", "1\r\n2\r\nB\r\n"],
    ])("in %s", async (_, base, ours, theirs) => {
      expect(merge(base, ours, theirs)).toBe(await git(base, ours, theirs));
    });

    it("in any change of lines that are all different", async () => {
      const edits = fc.array(fc.constantFrom("keep", "keep", "keep", "change", "remove", "insert", "same"), {
        minLength: 8,
        maxLength: 8,
      });
      const edited = (side: string, chosen: string[]) =>
        chosen
          .flatMap((edit, line) => {
            if (edit === "keep") return [`line ${line}`];
            if (edit === "change") return [`${side} ${line}`];
            if (edit === "same") return [`both ${line}`];
            return edit === "insert" ? [`${side} before ${line}`, `line ${line}`] : [];
          })
          .map((line) => `${line}\n`)
          .join("");
      await fc.assert(
        fc.asyncProperty(edits, edits, async (ours, theirs) => {
          const sides = [numbered(8), edited("ours", ours), edited("theirs", theirs)] as const;
          expect(merge(...sides)).toBe(await git(...sides));
        }),
        { numRuns: 100 },
      );
    });
  });
});
