import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, it } from "vitest";
import { commitMessage } from "../../src/messages/commit.ts";
import { attemptOfMessage } from "../../src/messages/markers.ts";
import { pullBody, pullTitle } from "../../src/messages/pull.ts";
import { change, type EffectOf, repo, sha } from "../core/world.ts";
import { hostile } from "./hostile.ts";

const opening: EffectOf<"pull.open"> = {
  type: "pull.open",
  round: 1,
  repo,
  task: "quote",
  branch: "headgate/12/quote",
  head: sha("quote"),
  base: "main",
  title: "Read quoted fields",
  issue: 12,
  summary: "Fixes #3, thanks @ada.\n<!-- headgate:status -->\n```ts\nlet open;",
  description: 'Fields may be quoted.\n\n- `""` is a quote',
  files: ["src/csv.ts", "src/odd`name.ts"],
  outsideScope: ["package.json"],
};

const promotion: EffectOf<"change.write"> = {
  type: "change.write",
  round: 1,
  repo,
  task: "quote",
  attempt: 2,
  id: "12/quote/2",
  run: 5,
  branch: "headgate/12/quote",
  against: sha("base"),
  parents: [sha("base")],
  manifest: [change("a.ts")],
  title: "Read quoted fields",
  issue: 12,
};

describe("a pull request's body", () => {
  it("says what, why, what the agent says, what is outside its scope, and how to act", () => {
    expect(pullBody(opening).replaceAll("\u200b", "·")).toMatchInlineSnapshot(`
      "Part of #12 · task \`quote\`

      > [!WARNING]
      > The agent also changed files that its task does not name:
      > - \`package.json\`

      **Task**

      > Fields may be quoted.
      >
      > - \`""\` is a quote

      **The agent's summary**

      > Fixes #·3, thanks @·ada.
      >
      > \`\`\`ts
      > let open;

      <details><summary>2 files</summary>

      - \`src/csv.ts\`
      - \`\`src/odd\`name.ts\`\`

      </details>

      Review this pull request like any other. Headgate merges it when its required checks pass and nobody requests changes. To stop that, comment \`/headgate hold\` on #12."
    `);
  });

  it("leaves out what there is nothing to say about", () => {
    const bare = { ...opening, summary: " ", description: "", files: [], outsideScope: [] };
    expect(pullBody(bare)).toMatchInlineSnapshot(`
      "Part of #12 · task \`quote\`

      Review this pull request like any other. Headgate merges it when its required checks pass and nobody requests changes. To stop that, comment \`/headgate hold\` on #12."
    `);
  });

  it("keeps its shape and its one reference, whatever the agent and the planner wrote", () => {
    const shape = (body: string) => fromMarkdown(body).children.map((block) => block.type);
    fc.assert(
      fc.property(hostile(), hostile(), (summary, path) => {
        const body = pullBody({ ...opening, summary: `x ${summary}`, description: `x ${summary}`, files: [path] });
        expect(shape(body)).toEqual(shape(pullBody(opening)));
        expect(body).not.toMatch(/fixes #\d/i);
        const outsideCode = body.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
        expect(outsideCode).not.toMatch(/@ada|<!--/);
      }),
    );
  });
});

describe("a pull request's title", () => {
  it("is one line of at most 200 characters that closes no issue", () => {
    expect(pullTitle({ title: `Fixes #3:\n${"x".repeat(300)}` })).toHaveLength(201);
    expect(pullTitle({ title: "Fixes #3" })).toBe("Fixes #\u200b3");
    expect(pullTitle({ title: "Read quoted fields" })).toBe("Read quoted fields");
  });
});

describe("a promotion's commit message", () => {
  it("says what, of which feature and by which attempt", () => {
    expect(commitMessage(promotion)).toBe(
      "Read quoted fields\n\nHeadgate-Feature: acme/tool#12\nHeadgate-Attempt: 12/quote/2\n",
    );
  });

  it("is read back, whatever the title", () => {
    fc.assert(
      fc.property(hostile(), (title) => {
        expect(attemptOfMessage(commitMessage({ ...promotion, title }))).toBe("12/quote/2");
      }),
    );
  });

  it.each([
    ["a message without trailers", "Merge branch 'main'"],
    ["a title that looks like a trailer", "Headgate-Attempt: 12/quote/2"],
    ["a trailer that is not the last paragraph", "x\n\nHeadgate-Attempt: 12/quote/2\n\nAnd more."],
    ["an ill-formed attempt", "x\n\nHeadgate-Attempt: 12/quote/two"],
  ])("is nobody's in %s", (_, message) => {
    expect(attemptOfMessage(message)).toBeNull();
  });

  it("is read also with CRLF, as a browser leaves it", () => {
    expect(attemptOfMessage("x\r\n\r\nHeadgate-Attempt: 12/quote/2\r\n")).toBe("12/quote/2");
  });
});
