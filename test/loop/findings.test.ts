import { describe, expect, it } from "vitest";
import { findingOf } from "../../src/loop/effects/inspection/content.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an agent's file", () => {
  it.each([
    ["plain code", "const a = 1;\n", null],
    ["a line of equals signs", "Title\n=======\n", null],
    ["conflict markers", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n", "conflict-markers"],
    [
      "a pointer of Git LFS",
      `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 1\n`,
      "stored-by-lfs",
    ],
  ])("with %s is judged by its content", (_, text, finding) => {
    expect(findingOf(bytes(text))).toBe(finding);
  });
});
