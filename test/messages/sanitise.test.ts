import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import {
  codeSpan,
  defuse,
  mermaidText,
  oneLine,
  plainText,
  quotation,
  stripHidden,
  truncate,
} from "../../src/messages/sanitise.ts";
import { hostile } from "./hostile.ts";

/** Text with its invisible characters made visible. */
const seen = (text: string) => text.replaceAll("\u200b", "·");

describe("text of strangers", () => {
  it.each([
    ["an HTML comment", "before<!-- headgate:status -->after", "beforeafter"],
    ["a comment over lines", "a<!-- x\ny -->b", "ab"],
    ["a comment hidden by an invisible character", "a<\u200b!-- x -->b", "ab"],
    ["direction-turning characters", "a\u202eb\u2066c", "abc"],
    ["tag characters", "a\u{e0041}\u{e007f}b", "ab"],
    ["terminal escapes", "a\u001b[31mb", "a[31mb"],
  ])("loses %s", (_, text, expected) => {
    expect(stripHidden(text)).toBe(expected);
  });

  it.each([
    ["a closing keyword", "fixes #12", "fixes #·12"],
    ["a closing keyword for another repository", "Closes: acme/tool#12", "Closes: acme/tool#·12"],
    [
      "a closing keyword with an address",
      "resolves https://x/acme/tool/issues/1",
      "r·esolves https://x/acme/tool/issues/1",
    ],
    ["a closing keyword with a linked address", "Fixed [this](https://x/1)", "Fixed [this](https://x/1)"],
    ["the other way to write a reference", "fix GH-12", "fix GH-·12"],
    ["a mention", "thanks @ada, @acme/team", "thanks @·ada, @·acme/team"],
    ["an entity that would become a mention", "&#64;ada", "&·#·64;ada"],
    ["an image", "![x](http://spy/y)", "!·[x](http://spy/y)"],
    ["HTML", "<img src=x></details>", "<·img src=x><·/details>"],
    ["an alert of its own", "[!WARNING]", "[·!WARNING]"],
  ])("has %s that does not act", (_, text, expected) => {
    expect(seen(defuse(text))).toBe(expected);
  });

  it("is cut without halving a character", () => {
    expect(truncate("ab😀cd", 4)).toBe("ab…");
    expect(truncate("abcd", 4)).toBe("abcd");
  });

  it("becomes one line, within its limit, that holds no control character", () => {
    fc.assert(
      fc.property(hostile(), fc.integer({ min: 1, max: 80 }), (text, limit) => {
        const line = oneLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it("is nothing but plain text to Markdown, in a table's cell too", () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const words = plainText(text, 200);
        expect(words).not.toContain("|");
        // As GitHub reads it: bare addresses are links there.
        const asGitHub = { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] };
        const [paragraph, ...others] = fromMarkdown(`x ${words}`, asGitHub).children;
        expect(others).toEqual([]);
        expect(paragraph?.type).toBe("paragraph");
        const kinds = paragraph?.type === "paragraph" ? paragraph.children.map((child) => child.type) : [];
        expect(kinds).toEqual(["text"]);
      }),
    );
  });

  it("stays in its quotation", () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const blocks = fromMarkdown(`before\n\n${quotation(text, 500)}\n\nafter`).children;
        expect(blocks.map((block) => block.type)).toEqual(["paragraph", "blockquote", "paragraph"]);
      }),
    );
  });

  it("stays in its code span", () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const [paragraph] = fromMarkdown(`x ${codeSpan(text)}`).children;
        const kinds = paragraph?.type === "paragraph" ? paragraph.children.map((child) => child.type) : [];
        expect(kinds).toEqual(["text", "inlineCode"]);
      }),
    );
  });

  it("has nothing left in a Mermaid label that Mermaid reads as its own", () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        expect(mermaidText(text, 100).replace(/#\d+;/g, "")).not.toMatch(/["'`#;:<>[\](){}|\\&%\n]/);
      }),
    );
  });
});
