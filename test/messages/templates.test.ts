/** Titles, messages and trailers as a repository's checks want them. */
import { describe, expect, it } from "vitest";
import { withoutSkips } from "../../src/core/rules/skip-ci.ts";
import { templatedMessage, templatedTitle } from "../../src/messages/commit.ts";
import { attemptOfMessage, attemptTrailers } from "../../src/messages/markers.ts";
import { pullTitle } from "../../src/messages/pull.ts";

const none = { title: null, message: null, trailers: [] };

describe("a title", () => {
  it.each([
    ["Add the parser.", null, "Add the parser."],
    ["Add the parser.", "feat: {subject}", "feat: add the parser"],
    ["URL parsing", "feat: {subject}", "feat: URL parsing"],
    ["Add #3", "{title} (part of {issue})", "Add #\u200b3 (part of 12)"],
    ["{issue} {title}", "fix: {title}", "fix: {issue} {title}"],
    ["a\nb", "x\n{title}", "x a b"],
  ])("%j in the template %j is %j", (title, template, expected) => {
    expect(templatedTitle({ title, issue: 12, templates: { ...none, title: template } })).toBe(expected);
  });
});

it("a message has the title, the paragraphs and all trailers in one paragraph, ours last", () => {
  const templates = {
    title: "feat: {subject}",
    message: "Part of {issue}. [skip ci]",
    trailers: ["Signed-off-by: Ada <a@e.org>", "Issue: {issue}"],
  };
  const ours = attemptTrailers({ repo: { id: 1, owner: "acme", name: "app" }, issue: 12, id: "12/parser/2" });
  const message = templatedMessage({ title: "Add it", issue: 12, templates }, ["This reverts commit x."], ours);
  expect(message).toBe(
    `feat: add it\n\nPart of 12. [\u200bskip ci]\n\nThis reverts commit x.\n\nSigned-off-by: Ada <a@e.org>\nIssue: 12\n${ours}\n`,
  );
  expect(attemptOfMessage(message)).toBe("12/parser/2");
  expect(templatedMessage({ title: "Add it", issue: 12 }, [], ours)).toBe(`Add it\n\n${ours}\n`);
});

describe("words that keep checks from running", () => {
  it.each([
    ...[
      "[skip ci]",
      "[ci skip]",
      "[no ci]",
      "[skip actions]",
      "[actions skip]",
      "[Skip CI]",
      "[skip-ci]",
      "[ skip ci ]",
    ],
    ...["[skip travis]", "[skip netlify]", "***NO_CI***", "skip-checks: true", "Skip-Checks:true"],
  ])("%s never act in a title, whoever wrote it", (words) => {
    const title = pullTitle({ title: `Fix it ${words}` });
    expect(title).not.toContain(words);
    expect(title.replaceAll("\u200b", "")).toBe(`Fix it ${words}`);
    expect(withoutSkips(`${words} ${words}`)).not.toContain(words);
  });

  it.each(["[WIP] skip ci", "[skip]", "[no]", "no ci", "[skip the first line of it]", "skip checks"])(
    "%s is left as it is",
    (words) => {
      expect(withoutSkips(words)).toBe(words);
    },
  );
});
