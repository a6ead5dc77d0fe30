import { describe, expect, it } from "vitest";
import { landingOf } from "../../src/core/feature/task.ts";
import { finalTable } from "../../src/messages/terminal/final-table.ts";
import { planReport } from "../../src/messages/terminal/plan-report.ts";
import { planTree } from "../../src/messages/terminal/plan-tree.ts";
import { clockTime, duration, elapsed } from "../../src/messages/words.ts";
import { sha, World } from "../core/world.ts";
import { completed, diamond, terminal, withTask } from "./features.ts";

describe("progress in a terminal", () => {
  it("has a line for each thing that happened", () => {
    expect(terminal(diamond())).toMatchInlineSnapshot(`
      [
        "0:00 ◆ #1 A feature, labelled by ada",
        "0:00 ◆ plan: 4 tasks, 3 deep",
        "0:00 ▶ types build",
        "0:00 + types opened #10",
        "0:01 ✓ types #10 merged (1 of 4)",
        "0:01 ▶ quote build",
        "0:01 ▶ parser build",
        "0:05 + quote opened #11",
        "0:05 ✗ quote #11 unit: csv.test.ts:31 expected 2 fields",
        "0:05 ↻ quote repair",
        "0:11 ✗ parser I could not find the | file",
        "0:11 ↻ parser build",
      ]
    `);
  });

  it("ends with the end", () => {
    expect(terminal(completed()).slice(-2)).toMatchInlineSnapshot(`
      [
        "0:02 ✓ cli #11 merged (2 of 2)",
        "0:02 ● All tasks are done; 2 of 2 merged",
      ]
    `);
  });

  it("says what a person must do when a task parks", () => {
    const world = diamond();
    for (let tries = 0; tries < 2; tries += 1) {
      world.dispatches("parser");
      world.ends("parser", { outcome: "failed", summary: "I give\u001b[2J up" }, []);
    }
    expect(terminal(world).slice(-3)).toMatchInlineSnapshot(`
      [
        "0:11 ↻ parser build",
        "0:11 ✗ parser I give[2J up",
        "0:11 ! parser needs attention: look at its last attempt, then \`/headgate retry parser\`",
      ]
    `);
  });

  it("says how long a lost attempt waits, and when the next begins", () => {
    const world = new World();
    world.start({ a: [] });
    world.dispatches("a");
    world.ends("a", null);
    world.timer("wait:a");
    expect(terminal(world).slice(-3)).toMatchInlineSnapshot(`
      [
        "0:00 ✗ a The attempt's run ended as 'cancelled' and left no result.",
        "0:00 … a waits 1 s",
        "0:01 ↻ a build",
      ]
    `);
  });

  it("says a hold, its end, and a cancellation", () => {
    const world = diamond();
    world.feature({ type: "feature.unlabelled", by: "ada" });
    world.label();
    world.allow();
    world.closes();
    expect(terminal(world).slice(-4)).toMatchInlineSnapshot(`
      [
        "0:11 ! On hold: @ada removed the label; \`/headgate resume\` continues, \`/headgate cancel\` ends the feature",
        "0:11 ▶ continues",
        "0:11 ! On hold: @ada closed the issue; \`/headgate resume\` continues, \`/headgate cancel\` ends the feature",
        "0:11 ■ @ada cancelled it; 1 of 4 merged",
      ]
    `);
  });

  it("says why nothing starts", () => {
    const world = new World();
    world.label();
    world.allow({ problems: [{ kind: "base-missing", branch: "main" }] });
    expect(terminal(world).slice(-1)).toMatchInlineSnapshot(`
      [
        "0:00 ! The branch main does not exist. Create it, or name another base branch; fix this, then \`/headgate resume\`",
      ]
    `);
  });
});

describe("the plan in a terminal", () => {
  it("lists waves from top to bottom with what each task needs", () => {
    expect(planTree(diamond().state)).toEqual([
      "1  types   types",
      "2  quote   quote   ← types",
      "   parser  parser  ← types",
      "3  cli     cli     ← quote, parser",
    ]);
  });
});

describe("the table at the end", () => {
  it("lists merged tasks first, in their order, and compares the merged tree with the tested one", () => {
    const state = withTask(completed().state, "types", (task) => {
      const landing = landingOf(task);
      if (landing !== null) Object.assign(landing, { order: 3, landedTree: sha("else") });
    });
    expect(finalTable(state)).toMatchInlineSnapshot(`
      [
        "task   state  pull  merged  attempts   tested = merged",
        "cli    done   #11   2       1 (build)  ✓ 7472656",
        "types  done   #10   3       1 (build)  ✗ tested 7472656, merged 656c736",
      ]
    `);
  });

  it("shows tasks that never started", () => {
    expect(finalTable(diamond().state).slice(-1)).toMatchInlineSnapshot(`
      [
        "cli     blocked   -     -       -                  -",
      ]
    `);
  });
});

describe("times", () => {
  it.each([
    [0, "0 s"],
    [89_400, "89 s"],
    [90_000, "2 min"],
    [5_400_000, "1 h 30 min"],
  ])("%d ms last %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [15_999, "0:15"],
    [-5, "0:00"],
    [600_000, "10:00"],
    [3_723_000, "1:02:03"],
  ])("%d ms after the start it is %s", (ms, text) => {
    expect(elapsed(ms)).toBe(text);
  });

  it("are of day in UTC", () => {
    expect(clockTime(Date.UTC(2026, 10, 23, 7, 31))).toBe("07:31 UTC");
  });
});

describe("what came of planning, in a terminal", () => {
  const hostile = "Which\u001b]0;gotcha\u0007 \u001b[2Jone\nor\u202e two?";

  it("is the plan with what keeps it from starting", () => {
    const world = new World();
    world.label();
    world.allow({ warnings: [{ kind: "self-hosted", workflow: "ci.yml" }] });
    world.plan({ a: [], b: ["a"] });
    const lines = planReport(world.state, [{ kind: "base-missing", branch: "main" }]);
    expect(lines[0]).toMatch(/^2 tasks · /);
    expect(lines.slice(-5)).toEqual([
      "Headgate cannot start here yet. Fix this:",
      "  The branch `main` does not exist. Create it, or name another base branch.",
      "",
      "Check this before agents' code runs here:",
      "  `ci.yml` runs what agents write on a self-hosted runner. Use a runner that is deleted after each job.",
    ]);
  });

  it.each([
    ["the questions of a model", "plan.questioned"],
    ["the reason why there is none", "plan.failed"],
  ] as const)("is %s, and nothing in it steers the terminal", (_, type) => {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const failure = {
      class: "policy-blocked" as const,
      cause: { kind: "outside" as const, text: hostile },
      details: [],
    };
    world.feature({ type, version, questions: [hostile], failure, model: null, usage: null });
    const text = planReport(world.state, [{ kind: "base-missing", branch: "main" }]).join("\n");
    expect(text).toMatch(
      /Which.*one or two\?[\s\S]*cannot start here yet\. Fix this:\n {2}The branch `main` does not exist\./,
    );
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
