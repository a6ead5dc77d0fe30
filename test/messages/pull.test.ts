import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, it } from "vitest";
import { commitMessage } from "../../src/messages/commit.ts";
import { attemptOfMessage } from "../../src/messages/markers.ts";
import { guardedText, pullBody, pullTitle, withGuardedText } from "../../src/messages/pull.ts";
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
  checks: [],
  gateSurface: "approve",
  reachesBase: true,
};
const nothing = { guarded: [], dependencies: [] };

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
    expect(pullBody(opening, nothing).replaceAll("\u200b", "·")).toMatchInlineSnapshot(`
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
    expect(pullBody(bare, nothing)).toMatchInlineSnapshot(`
      "Part of #12 · task \`quote\`

      Review this pull request like any other. Headgate merges it when its required checks pass and nobody requests changes. To stop that, comment \`/headgate hold\` on #12."
    `);
  });

  it("keeps its shape and its one reference, whatever the agent and the planner wrote", () => {
    const shape = (body: string) => fromMarkdown(body).children.map((block) => block.type);
    fc.assert(
      fc.property(hostile(), hostile(), (summary, path) => {
        const body = pullBody(
          { ...opening, summary: `x ${summary}`, description: `x ${summary}`, files: [path] },
          nothing,
        );
        expect(shape(body)).toEqual(shape(pullBody(opening, nothing)));
        expect(body).not.toMatch(/fixes #\d/i);
        const outsideCode = body.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
        expect(outsideCode).not.toMatch(/@ada|<!--/);
      }),
    );
  });
});

describe("the first line of a pull request's body", () => {
  const guarded = [
    { path: "package.json", kind: "scripts" as const },
    { path: ".npmrc", kind: "protected" as const },
  ];
  const dependencies = ["package-lock.json"];
  const firstLines = (body: string) => body.split("\n\n").slice(0, -1);

  it("says for whom it waits and why", () => {
    const [first] = firstLines(pullBody(opening, { guarded, dependencies: [] }));
    expect(first).toMatchInlineSnapshot(`
      "> [!IMPORTANT]
      > Waits for one approving review by somebody with write access, or for \`/headgate approve quote\` on #12, because it changes protected files and what its required checks do: \`package.json\` (scripts), \`.npmrc\` (protected).
      <!-- headgate:guarded -->"
    `);
  });

  it("only names the gate surface where the policy warns, and still waits for protected paths", () => {
    const body = pullBody({ ...opening, gateSurface: "warn" }, { guarded, dependencies });
    expect(firstLines(body).slice(0, 3)).toMatchInlineSnapshot(`
      [
        "> [!IMPORTANT]
      > Waits for one approving review by somebody with write access, or for \`/headgate approve quote\` on #12, because it changes protected files: \`.npmrc\` (protected).",
        "> [!NOTE]
      > This pull request changes what its required checks do: \`package.json\` (scripts). Review these changes: a green check proves little about them.",
        "> [!NOTE]
      > This pull request changes which packages are installed: \`package-lock.json\`.
      <!-- headgate:guarded -->",
      ]
    `);
  });

  it("says on the way to an integration branch which pull waits for a review", () => {
    const first = (more: Partial<typeof opening>) =>
      firstLines(pullBody({ ...opening, reachesBase: false, ...more }, { guarded, dependencies: [] }))[0];
    expect(first({})).toMatchInlineSnapshot(`
      "> [!NOTE]
      > This pull request changes protected files and what its required checks do: \`package.json\` (scripts), \`.npmrc\` (protected). The pull request of the whole feature waits for a review of these changes.
      <!-- headgate:guarded -->"
    `);
    const workflow = [{ path: ".github/workflows/ci.yml", kind: "workflow" as const }];
    const body = pullBody({ ...opening, reachesBase: false }, { guarded: workflow, dependencies: [] });
    expect(body).toMatch(/^> \[!IMPORTANT\]\n> Waits for one approving review/);
  });

  it("names few files, and only says that there are more", () => {
    const many = Array.from({ length: 60 }, (_, at) => ({ path: `p${at}/.npmrc`, kind: "protected" as const }));
    expect(firstLines(pullBody(opening, { guarded: many, dependencies: [] }))[0]).toMatch(/ and 52 more\.$/m);
  });

  it("keeps its shape whatever paths are called", () => {
    const shape = (body: string) => fromMarkdown(body).children.map((block) => block.type);
    const plain = shape(pullBody(opening, { guarded, dependencies }));
    fc.assert(
      fc.property(hostile(), (path) => {
        const odd = { guarded: [{ path: `x${path}`, kind: "scripts" as const }], dependencies: [`x${path}`] };
        expect(shape(pullBody(opening, odd))).toEqual(plain);
      }),
    );
  });
});

describe("the text of guarded changes in a body that people edit", () => {
  const guarded = [{ path: "package.json", kind: "scripts" as const }];
  const text = guardedText(opening, { guarded, dependencies: ["yarn.lock"] });
  const other = guardedText(opening, { guarded: [{ path: "Makefile", kind: "scripts" }], dependencies: [] });

  it.each([
    ["what we wrote", "Part of #12\n\nMore"],
    ["an empty body", ""],
    ["lines as a browser sends them", "One\r\n\r\n> two\r\n"],
  ])("comes before %s, is replaced, and goes again", (_, body) => {
    const first = withGuardedText(body, text);
    expect(first.startsWith(`${text}\n`)).toBe(true);
    expect(withGuardedText(first, text)).toBe(first);
    const second = withGuardedText(first, other);
    expect(second).toBe(withGuardedText(body, other));
    expect(withGuardedText(second, "")).toBe(body);
  });

  it("leaves what people wrote above, around and below it", () => {
    const theirs = "> [!NOTE]\n> Mine.\n\n> quoted";
    const edited = `${theirs}\n${text}\n\n> [!NOTE]\n> Below.`;
    expect(withGuardedText(edited.replaceAll("\n", "\r\n"), other).replaceAll("\r", "")).toBe(
      edited.replace(text, other),
    );
    expect(withGuardedText("Nothing of ours", "")).toBe("Nothing of ours");
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
