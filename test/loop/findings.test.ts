import { describe, expect, it } from "vitest";
import { findingOf, findingOfLink } from "../../src/loop/effects/findings.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an agent's file", () => {
  it.each([
    ["plain code", "const a = 1;\n", null],
    ["a line of equals signs", "Title\n=======\n", null],
    ["conflict markers", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n", "conflict-markers"],
    ["a GitHub token", `token = "ghp_${"a".repeat(36)}"`, "github-token"],
    ["an Anthropic key", `key: sk-ant-${"b".repeat(40)}`, "anthropic-key"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private-key"],
    ["the words of a private key without one", "looks for '-----BEGIN PRIVATE KEY-----' in text", null],
  ])("with %s is judged by its content", (_, text, finding) => {
    expect(findingOf(bytes(text))).toBe(finding);
  });
});

describe("an agent's symbolic link", () => {
  const out = "link-outside";
  it.each([
    ["a", "b", null],
    ["docs/a", "../src/b", null],
    ["docs/a", "../../secret", out],
    ["a", "/etc/passwd", out],
    ["a", "..", out],
    ["a", "../checkout/b", out],
    ["deep/er/a", "../../../x", out],
  ])("from %s to %s is judged by where it leads", (path, target, finding) => {
    expect(findingOfLink(path, bytes(target))).toBe(finding);
  });
});
