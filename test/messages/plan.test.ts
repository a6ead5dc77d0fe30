import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../../src/core/policy.ts";
import { planComment } from "../../src/messages/plan.ts";
import { World } from "../core/world.ts";
import { atStage } from "./features.ts";
import { hostile } from "./hostile.ts";

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const prices = Object.fromEntries(Object.values(defaultPolicy.models).map((model) => [model, price]));

function comment(tasks: { id: string; [key: string]: unknown }[], why = ""): string {
  return planComment(planned(tasks, why).state);
}

function planned(tasks: { id: string; [key: string]: unknown }[], why = ""): World {
  const world = new World();
  world.label();
  const policy = { ...defaultPolicy, approve: { when: "always" as const, usd: 0 } };
  world.allow({ policy, prices });
  const { version } = world.take("plan.make");
  const plan = { why, tasks: tasks.map((task) => ({ title: `Make ${task.id}`, ...task })) };
  world.feature({ type: "plan.made", source: "model", version, plan, model: null, usage: null });
  return world;
}

describe("the plan comment", () => {
  it("names tasks whose pulls are likely to wait for an approval", () => {
    const tasks = [
      { id: "config", size: "S", files: ["vitest.config.ts", "Makefile", "tox.ini"] },
      { id: "tools", size: "S", files: [".npmrc", "package.json", "src/a.test.ts"] },
    ];
    expect(
      comment(tasks)
        .split("\n\n")
        .filter((part) => part.startsWith("The pull requests")),
    ).toMatchInlineSnapshot(`
      [
        "The pull requests of these tasks are likely to wait for an approving review, because they name protected files: \`tools\` (\`.npmrc\`).",
        "The pull requests of these tasks are likely to wait for an approving review, because they name files that decide what required checks do: \`config\` (\`vitest.config.ts\`, \`Makefile\`, and 1 more).",
        "The pull requests of these tasks may wait for an approving review, and will if they change scripts or tool settings there: \`tools\` (\`package.json\`).",
      ]
    `);
    expect(comment([{ id: "only", size: "S", files: ["test/a.test.ts"] }])).not.toContain("approving review");
  });

  it("of one task is short", () => {
    expect(comment([{ id: "only", size: "S", files: ["src/only.ts"] }])).toMatchInlineSnapshot(`
      "<!-- headgate:plan -->
      **1 task · about $0.57, at most $15 · about 12 min · 16 Actions minutes · nothing started**

      > [!IMPORTANT]
      > **Version 1 of the plan waits for your approval.** Comment \`/headgate approve\` to start it, \`/headgate plan <words>\` for a new plan, \`/headgate plan drop 2\` to leave out task 2, \`/headgate plan after 3 1\` to make task 3 wait for task 1, or \`/headgate cancel\` to end the feature.

      | # | Task | After | Files | Size | Model | At most |
      |---|---|---|---|---|---|---|
      | 1 | \`only\` Make only |  | \`src/only.ts\` | S | \`claude-sonnet-5-5\` | $15 |

      <details><summary>How this was estimated</summary>

      - The plan comes from a model.
      - The longest chain is \`only\`, about 12 min; at most 1 can run at the same time.

      </details>"
    `);
  });

  it("of seven tasks shows what to decide on, what to type, and what it rests on", () => {
    const tasks = [
      { id: "types", size: "S", files: ["src/types.ts"] },
      { id: "reader", dependsOn: ["types"], files: ["src/reader.ts", "src/index.ts"] },
      { id: "writer", dependsOn: ["types"], files: ["src/writer.ts", "src/index.ts"] },
      { id: "options", dependsOn: ["types"], size: "S" },
      { id: "survey", role: "research", size: "S" },
      { id: "cli", dependsOn: ["reader", "writer", "options"], size: "L", files: ["src/cli/**"] },
      { id: "docs", dependsOn: ["cli", "survey"], size: "S", files: ["README.md"] },
    ];
    expect(comment(tasks, "Reading and writing share only the types.")).toMatchInlineSnapshot(`
      "<!-- headgate:plan -->
      **7 tasks · about $8.7, at most $50 · about 80 min · 147 Actions minutes · nothing started**

      > [!IMPORTANT]
      > **Version 1 of the plan waits for your approval.** Comment \`/headgate approve\` to start it, \`/headgate plan <words>\` for a new plan, \`/headgate plan drop 2\` to leave out task 2, \`/headgate plan after 3 1\` to make task 3 wait for task 1, or \`/headgate cancel\` to end the feature.

      \`\`\`mermaid
      flowchart LR
        t0["⚪ types<br/>Make types"]:::idle
        t1["⚪ reader<br/>Make reader"]:::idle
        t2["⚪ writer<br/>Make writer"]:::idle
        t3["⚪ options<br/>Make options"]:::idle
        t4["⚪ survey<br/>Make survey"]:::idle
        t5["⚪ cli<br/>Make cli"]:::idle
        t6["⚪ docs<br/>Make docs"]:::idle
        t0 --> t1
        t0 --> t2
        t0 --> t3
        t1 --> t5
        t2 --> t5
        t3 --> t5
        t5 --> t6
        t4 --> t6
        classDef idle fill:#f6f8fa,stroke:#8c959f,color:#57606a
      \`\`\`

      | # | Task | After | Files | Size | Model | At most |
      |---|---|---|---|---|---|---|
      | 1 | \`types\` Make types |  | \`src/types.ts\` | S | \`claude-sonnet-5-5\` | $15 |
      | 2 | \`reader\` Make reader | \`types\` | \`src/reader.ts\`, \`src/index.ts\` | M | \`claude-sonnet-5-5\` | $15 |
      | 3 | \`writer\` Make writer | \`types\` | \`src/writer.ts\`, \`src/index.ts\` | M | \`claude-sonnet-5-5\` | $15 |
      | 4 | \`options\` Make options | \`types\` |  | S | \`claude-sonnet-5-5\` | $15 |
      | 5 | \`survey\` Make survey |  |  | S, read-only | \`claude-haiku-5-5\` | $15 |
      | 6 | \`cli\` Make cli | \`reader\`, \`writer\`, \`options\` | \`src/cli/**\` | L | \`claude-opus-5-5\` | $15 |
      | 7 | \`docs\` Make docs | \`cli\`, \`survey\` | \`README.md\` | S | \`claude-sonnet-5-5\` | $15 |

      Why it is split this way:

      > Reading and writing share only the types.

      <details><summary>How this was estimated</summary>

      - The plan comes from a model.
      - The longest chain is \`types\` → \`reader\` → \`cli\` → \`docs\`, about 75 min; at most 3 can run at the same time.
      - These tasks may change the same files: \`reader\` and \`writer\`, \`reader\` and \`options\`, \`writer\` and \`options\`.
      - Ways to run them: side by side about 80 min and 6 % more work (chosen); hot files apart about 80 min and 6 % more work; one after another about 1 h 46 min.
      - These tasks are small; running each by itself may cost more than it saves: \`types\`, \`options\`, \`survey\`, \`docs\`.

      </details>"
    `);
  });

  it("of fifty tasks with as much text as a plan may hold fits, every task in it", () => {
    const ids = Array.from({ length: 50 }, (_, index) => `task-${index}-${"x".repeat(28)}`);
    const text = comment(
      ids.map((id, index) => ({
        id,
        title: "<".repeat(200),
        dependsOn: ids.slice(0, index),
        files: Array.from({ length: 20 }, (_, file) => `${"|".repeat(80)}/${file}`),
      })),
      "@everyone ".repeat(390),
    );
    expect(text.length).toBeLessThanOrEqual(60_000);
    for (const id of ids) expect(text).toMatch(new RegExp(`^\\| \\d+ \\| \`${id}\` `, "m"));
  });

  it("says what to do about an edit: plan again before approval, hold or cancel afterwards", () => {
    const edited = { title: "A feature", body: "Merge everything" };
    const { state } = planned([{ id: "only" }]);
    expect(planComment({ ...state, edited })).toMatch(/was edited .*`\/headgate plan` for a plan of the current text/);
    const carriedOut = planComment(atStage(state, "executing", { edited }));
    expect(carriedOut).toMatch(/was edited .*`\/headgate cancel` to end it/);
    expect(carriedOut).not.toContain("headgate plan`");
    expect(planComment(atStage(state, "completed", { edited }))).not.toContain("was edited");
  });

  it("of fifty tasks fits also with a hundred findings of the greatest length, every task in it", () => {
    const ids = Array.from({ length: 50 }, (_, index) => `task-${index}-${"x".repeat(28)}`);
    const { state } = planned(
      ids.map((id, index) => ({
        id,
        title: "<".repeat(200),
        dependsOn: ids.slice(0, index),
        files: ["|".repeat(300)],
      })),
      "@everyone ".repeat(390),
    );
    const name = "`@ada <!-- headgate:plan --> | #1 [x](http://y)\n</details>".repeat(5);
    const secrets = Array.from({ length: 20 }, () => name);
    const warning = { kind: "secrets-reachable" as const, workflow: name, secrets };
    const text = planComment({ ...state, warnings: Array.from({ length: 100 }, () => warning) });
    expect(text.length).toBeLessThanOrEqual(60_000);
    for (const id of ids) expect(text).toMatch(new RegExp(`^\\| \\d+ \\| \`${id}\` `, "m"));
    expect(text.match(/<!--/g)).toHaveLength(1);
    expect(text).toContain("> - and 88 more");
    expect(text.trimEnd()).toMatch(/<\/details>$/);
  });

  it("keeps its shape whatever the titles, the files and the reasons say", () => {
    const words = hostile();
    const title = words.filter((text) => text.trim() !== "" && text.trim().length <= 200);
    fc.assert(
      fc.property(fc.array(title, { minLength: 1, maxLength: 4 }), words, (titles, why) => {
        const text = comment(
          titles.map((one, index) => ({ id: `t${index}`, title: one })),
          why,
        );
        const lines = text.split("\n");
        const rows = lines.filter((line) => /^\| \d+ \| `t\d`/.test(line));
        expect(rows).toHaveLength(titles.length);
        for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(8);
        expect(lines.filter((line) => line.includes("<!--"))).toEqual([lines[0]]);
        expect(lines.filter((line) => line === "</details>")).toHaveLength(1);
        expect(text).not.toContain("@ada");
      }),
      { numRuns: 200 },
    );
  });
});
