import { describe, expect, it } from "vitest";
import { findingOf } from "../../src/loop/effects/inspection/content.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an agent's file", () => {
  it.each([
    ["plain code", "const a = 1;\n", null],
    ["a line of equals signs", "Title\n=======\n", null],
    ["conflict markers", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n", "conflict-markers"],
    ["a GitHub token", `token = "ghp_${"a".repeat(36)}"`, "github-token"],
    ["an Anthropic key", `key: sk-ant-${"b".repeat(40)}`, "anthropic-key"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private-key"],
    [
      "a pointer of Git LFS",
      `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 1\n`,
      "stored-by-lfs",
    ],
    ["the words of a private key without one", "looks for '-----BEGIN PRIVATE KEY-----' in text", null],
  ])("with %s is judged by its content", (_, text, finding) => {
    expect(findingOf(bytes(text))).toBe(finding);
  });
});
