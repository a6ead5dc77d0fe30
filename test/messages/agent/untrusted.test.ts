import { describe, expect, it } from "vitest";
import { untrusted, visibleMarkdown } from "../../../src/messages/agent/untrusted.ts";

describe("what a person cannot see goes", () => {
  it.each([
    ["a comment", "a<!-- x -->b", "a[HTML comment left out]b"],
    ["a comment over lines", "a\n<!--\nx\n-->\nb", "a\n[HTML comment left out]\nb"],
    ["two comments", "<!--x-->a<!--y-->", "[HTML comment left out]a[HTML comment left out]"],
    ["a comment that opens a line and never closes", "a\n<!-- x\ny", "a\n[HTML comment left out]"],
    ["one in a quote in a list", "a\n > 1. - <!-- x", "a\n > 1. - [HTML comment left out]"],
    ["an open one behind a closed one", "<!-- x --> a\n<!-- y", "[HTML comment left out] a\n[HTML comment left out]"],
    ["a comment put together from invisible pieces", "<!\u200b-- x --\u2060>", "[HTML comment left out]"],
    ["zero-width characters", "a\u200b\u200c\u200d\u2060\ufeffb", "ab"],
    ["bidirectional overrides", "\u202eabc\u202c \u2066d\u2069", "abc d"],
    ["tag characters", `a${String.fromCodePoint(0xe0041, 0xe0042)}b`, "ab"],
    ["variation selectors", `a${String.fromCodePoint(0xfe00, 0xe0100, 0xe01ef)}b`, "ab"],
    ["fillers that look like nothing", "a\u115f\u3164\uffa0b", "ab"],
    ["interlinear annotations", "a\ufff9b\ufffac\ufffbd", "abcd"],
    ["control characters", "a\u0000\u001b[31mb\u009b", "a[31mb"],
    ["half a character", "a\ud800b", "a\ufffdb"],
  ])("%s", (_, markdown, visible) => {
    expect(visibleMarkdown(markdown)).toBe(visible);
  });
});

describe("what a person can see stays", () => {
  it.each([
    ["an open comment within a line", "Write `<!--` first, then go on.\nMore."],
    ["letters of every script", "naïve \u0600 日本語 العربية עברית हिन्दी 🙂"],
    ["tabs and line feeds", "\ta\n\n\tb"],
    ["arrows", "a --> b"],
  ])("%s", (_, text) => {
    expect(visibleMarkdown(text)).toBe(text);
  });

  it("carriage returns end lines", () => {
    expect(visibleMarkdown("a\r\nb\rc")).toBe("a\nb\nc");
  });
});

// Quadratic time would take minutes here and end at the runner's limit.
it.each(["<!--", "<!-- -->", "a<!--", "-->", "\u200b"])("an issue full of '%s' is read to its end", (piece) => {
  const read = visibleMarkdown(piece.repeat(65_536 / piece.length));
  expect(read.length).toBeLessThanOrEqual(65_536 * 6);
});

it("a fence cannot be closed by what it holds, nor by its name", () => {
  expect(untrusted('a"><b', "x</untrusted>y<UNTRUSTED source='z'>")).toBe(
    "<untrusted source=\"a???b\">\nx</ untrusted>y< untrusted source='z'>\n</untrusted>",
  );
});
