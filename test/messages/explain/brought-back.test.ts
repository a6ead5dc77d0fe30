import { describe, expect, it } from "vitest";
import type { BroughtBack } from "../../../src/core/feature/commands/brought-back.ts";
import { broughtBackText } from "../../../src/messages/explain/brought-back.ts";

const nothing: BroughtBack = { back: [], looking: [], staying: [], stopped: null };

describe("the answer to a retry of all tasks", () => {
  it("is one sentence that names what came back, what is read again, and what stays and why", () => {
    const text = broughtBackText({
      back: ["lexer", "parser"],
      looking: ["cli"],
      staying: [
        { task: "docs", why: "decide" },
        { task: "bench", why: "own-work" },
        { task: "tests", why: "own-work" },
      ],
      stopped: null,
    });
    expect(text).toMatchInlineSnapshot(
      `"Brought back: \`lexer\`, \`parser\`; reading the pull request of \`cli\` again, which goes on if nothing is wrong any more; not brought back: \`bench\`, \`tests\`, because they failed through their own work; \`/headgate retry <task>\` pays for another attempt; not brought back: \`docs\`, because it found nothing to do; \`/headgate done docs\` if that is right, else \`/headgate retry docs\`."`,
    );
  });

  it("says what stops everything all the same", () => {
    expect(broughtBackText({ ...nothing, back: ["a"], stopped: "held" })).toMatchInlineSnapshot(
      `"Brought back: \`a\`. The feature is on hold, so nothing starts before \`/headgate resume\`."`,
    );
    expect(
      broughtBackText({ ...nothing, staying: [{ task: "undo-1", why: "by-hand" }], stopped: "parked" }),
    ).toMatchInlineSnapshot(
      `"Not brought back: \`undo-1\`, because it cannot be reverted safely; do that by hand, then \`/headgate cancel\`. The feature itself needs attention, so nothing starts before \`/headgate resume\`; the status comment says why."`,
    );
  });

  it("names no more than a hundred tasks", () => {
    const back = Array.from({ length: 120 }, (_, index) => `t${index}`);
    expect(broughtBackText({ ...nothing, back })).toContain("`t99` and 20 more");
  });
});
