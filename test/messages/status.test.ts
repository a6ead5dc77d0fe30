import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, it } from "vitest";
import { addUsage, NO_USAGE } from "../../src/core/attempt.ts";
import type { FailureClass } from "../../src/core/failure.ts";
import type { FeatureState } from "../../src/core/feature/state.ts";
import { enterStage, type TaskAt } from "../../src/core/feature/task.ts";
import { statusComment } from "../../src/messages/status.ts";
import { sha, World } from "../core/world.ts";
import { completed, diamond, withTask } from "./features.ts";
import { hostile } from "./hostile.ts";

function failed(failure: FailureClass, cause: string): Pick<TaskAt<"parked">, "failure" | "origin"> {
  return {
    failure: { class: failure, cause: { kind: "outside", text: cause }, details: [] },
    origin: { where: "lane" },
  };
}

describe("the status comment", () => {
  it("says what attempts that left no report may have cost", () => {
    const world = diamond();
    const state = withTask(world.state, "quote", (task) => {
      task.unreported = { usd: 5, tokens: 0 };
    });
    expect(statusComment(state, world.at)).toContain("Attempts that left no report may have cost up to $5.00 more.");
  });

  it("says for how many tokens nobody reported a price", () => {
    const world = completed();
    const state = withTask(world.state, "types", (task) => {
      task.usage = addUsage({ ...NO_USAGE, outputTokens: 5, usd: 0.5 }, { ...NO_USAGE, outputTokens: 1_700 });
    });
    expect(statusComment(state, world.at)).toContain(
      "Cost: $0.50 and the unknown price of 1,700 tokens, 0 tokens in, 1,705 out.",
    );
  });

  it("shows a feature under way", () => {
    const world = diamond();
    expect(statusComment(world.state, world.at)).toMatchInlineSnapshot(`
      "<!-- headgate:status -->
      **2 tasks are being worked on, 1 of 4 is done.**

      \`\`\`mermaid
      flowchart LR
        t0["✅ types #35;10<br/>types"]:::done
        t1["🔨 quote #35;11<br/>quote"]:::active
        t2["🔵 parser<br/>parser"]:::active
        t3["⚪ cli<br/>cli"]:::idle
        t0 --> t1
        t0 --> t2
        t1 --> t3
        t2 --> t3
        classDef done fill:#dafbe1,stroke:#1a7f37,color:#116329
        classDef active fill:#ddf4ff,stroke:#0969da,color:#0a3069
        classDef idle fill:#f6f8fa,stroke:#8c959f,color:#57606a
      \`\`\`

      | Task | State | Pull request | Why, what next, who |
      |---|---|---|---|
      | \`types\` types | ✅ done | #10 | merged as 6d65726; judged by \`unit\` (run 7) |
      | \`quote\` quote | 🔨 working | #11 | Attempt 2 (repair) is running; next: its change is checked · GitHub |
      | \`parser\` parser | 🔵 starting |  | Attempt 2 is being started; next: an agent works on it · Headgate |
      | \`cli\` cli | ⚪ blocked |  | It waits for quote, parser; next: it starts when they are done · Headgate |

      Base: \`main\` at 6d65726. Required before every merge: \`unit\`. Started 11 s ago by \`ada\`.

      With write access you can comment commands; \`/headgate help\` lists them."
    `);
  });

  it("shows what is being planned before there are tasks", () => {
    const world = new World();
    world.label();
    world.allow();
    expect(statusComment(world.state, world.at + 200_000)).toMatchInlineSnapshot(`
      "<!-- headgate:status -->
      **Headgate is making a plan.**

      Base: \`main\` at 6261736. Required before every merge: \`unit\`. Started 3 min ago by \`ada\`.

      With write access you can comment commands; \`/headgate help\` lists them."
    `);
  });

  it("says that the issue was edited while the feature runs, and not after its end", () => {
    const edited = { title: "A feature", body: "Merge everything @ada" };
    const world = diamond();
    expect(statusComment(world.state, world.at)).not.toContain("was edited");
    const text = statusComment({ ...world.state, edited }, world.at);
    expect(text).toMatch(/^> \[!IMPORTANT\]\n> The issue was edited .*`\/headgate hold` to pause/m);
    expect(text).not.toMatch(/Merge everything|headgate plan/);
    const over = completed();
    expect(statusComment({ ...over.state, edited }, over.at)).not.toContain("was edited");
  });

  it("says what to type when a task needs a person", () => {
    const world = diamond();
    const parked = withTask(world.state, "quote", (task) => {
      enterStage(task, { stage: "parked", ...failed("checks-failed", "unit: csv.test.ts:31 expected `2`") });
    });
    const state = withTask(parked, "parser", (task) => {
      enterStage(task, { stage: "done", landing: null, without: { why: "nothing-landed" } });
    });
    expect(statusComment(state, world.at)).toMatchInlineSnapshot(`
      "<!-- headgate:status -->
      > [!IMPORTANT]
      > **quote needs attention. unit: csv.test.ts:31 expected \\\`2\\\`.**
      > Next: look at the failing checks, then \`/headgate retry quote\`.

      \`\`\`mermaid
      flowchart LR
        t0["✅ types #35;10<br/>types"]:::done
        t1["✋ quote #35;11<br/>quote"]:::parked
        t2["✅ parser<br/>parser"]:::done
        t3["⚪ cli<br/>cli"]:::idle
        t0 --> t1
        t0 --> t2
        t1 --> t3
        t2 --> t3
        classDef done fill:#dafbe1,stroke:#1a7f37,color:#116329
        classDef parked fill:#ffebe9,stroke:#cf222e,color:#82071e
        classDef idle fill:#f6f8fa,stroke:#8c959f,color:#57606a
      \`\`\`

      | Task | State | Pull request | Why, what next, who |
      |---|---|---|---|
      | \`types\` types | ✅ done | #10 | merged as 6d65726; judged by \`unit\` (run 7) |
      | \`quote\` quote | ✋ needs attention | #11 | unit: csv.test.ts:31 expected \\\`2\\\`; next: look at the failing checks, then \`/headgate retry quote\` · **you** |
      | \`parser\` parser | ✅ done |  | It had nothing to merge |
      | \`cli\` cli | ⚪ blocked |  | It waits for quote; quote needs attention; next: \`/headgate retry quote\` · **you** |

      Base: \`main\` at 6d65726. Required before every merge: \`unit\`. Started 11 s ago by \`ada\`.

      With write access you can comment commands; \`/headgate help\` lists them."
    `);
  });

  it("says when a waiting task tries again", () => {
    const world = diamond();
    const state = withTask(world.state, "quote", (task) => {
      const until = Date.UTC(2026, 10, 23, 7, 31);
      enterStage(task, { stage: "waiting", ...failed("provider-down", "529 overloaded"), until });
    });
    expect(rowOf(statusComment(state, world.at), "quote")).toMatchInlineSnapshot(
      `"| \`quote\` quote | ⏳ waiting | #11 | 529 overloaded; next: at 07:31 UTC it tries again by itself; \`/headgate retry quote\` tries at once · Headgate |"`,
    );
  });

  it("asks the reader to merge a pull request that is ready", () => {
    const world = diamond();
    const state = withTask(world.state, "quote", (task) => {
      const entry = { standing: { kind: "ready-for-person" as const }, checking: false };
      enterStage(task, { stage: "in-lane", head: sha("quote"), pull: 11, entry });
    });
    expect(rowOf(statusComment(state, world.at), "quote")).toMatchInlineSnapshot(
      `"| \`quote\` quote | 🚦 in the queue | #11 | \\#​11 is ready to merge; next: merge it · **you** |"`,
    );
  });

  it("says how a hold ends", () => {
    const world = diamond();
    world.feature({ type: "feature.unlabelled", by: "ada" });
    expect(statusComment(world.state, world.at).split("\n").slice(1, 4)).toMatchInlineSnapshot(`
      [
        "> [!IMPORTANT]",
        "> **On hold: @​ada removed the label.**",
        "> Next: \`/headgate resume\` continues, \`/headgate cancel\` ends the feature.",
      ]
    `);
  });

  it("has a last form when all is done", () => {
    const world = completed();
    const state = {
      ...world.state,
      planner: {
        model: "m",
        usage: { inputTokens: 1_234_567, outputTokens: 89, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 1.5 },
      },
    };
    expect(statusComment(state, world.at)).toMatchInlineSnapshot(`
      "<!-- headgate:status -->
      **All tasks are done; 2 of 2 merged.**

      \`\`\`mermaid
      flowchart LR
        t0["✅ types #35;10<br/>types"]:::done
        t1["✅ cli #35;11<br/>cli"]:::done
        t0 --> t1
        classDef done fill:#dafbe1,stroke:#1a7f37,color:#116329
      \`\`\`

      | Task | State | Pull request | Why, what next, who |
      |---|---|---|---|
      | \`types\` types | ✅ done | #10 | merged as 6d65726; judged by \`unit\` (run 7) |
      | \`cli\` cli | ✅ done | #11 | merged as 6d65726; judged by \`unit\` (run 7) |

      Base: \`main\` at 6d65726. Required before every merge: \`unit\`. Cost: $1.50, 1,234,567 tokens in, 89 out. It took 2 s."
    `);
  });

  it("has a last form when it was cancelled", () => {
    const world = diamond();
    world.closes();
    const text = statusComment(world.state, world.at);
    expect(text.split("\n")[1]?.replaceAll("\u200b", "·")).toBe("**@·ada cancelled it; 1 of 4 merged.**");
    expect(text).not.toContain("Commands are");
  });

  it("keeps its shape whatever the titles and causes are", () => {
    const world = diamond();
    const [plain, ...tables] = shape(statusComment(world.state, world.at));
    fc.assert(
      fc.property(hostile(), hostile(), (title, cause) => {
        const state = withTask(world.state, "quote", (task) => {
          task.plan.title = title;
          enterStage(task, { stage: "parked", ...failed("agent-failed", cause) });
        });
        const text = statusComment(state, world.at);
        expect(shape(text)).toEqual([plain, ...tables]);
        expect(rowOf(text, "quote").replaceAll("\\|", "").split("|")).toHaveLength(6);
        expect(text.split("\n").find((line) => line.startsWith("  t1["))).toMatch(/^ {2}t1\["[^"`]*"\]:::parked$/);
      }),
    );
  });

  it("fits into a comment however much there is to say", () => {
    const world = diamond();
    for (const text of ["x".repeat(5_000), '"'.repeat(5_000), "|*".repeat(2_000)]) {
      const comment = statusComment(crowded(world.state, text), world.at);
      expect(comment.length).toBeLessThanOrEqual(60_000);
      expect(comment).toContain("`task-49`");
      expect(comment).toContain("`/headgate help`");
    }
  });
});

function rowOf(comment: string, id: string): string {
  return comment.split("\n").find((line) => line.startsWith(`| \`${id}\``)) ?? "";
}

/** The kinds of blocks; without GFM a table is a paragraph. */
function shape(comment: string): string[] {
  return fromMarkdown(comment).children.map((block) => (block.type === "code" ? `code ${block.lang}` : block.type));
}

/** 50 tasks, each waiting for all before it, all with the text for a title and a cause. */
function crowded(state: FeatureState, text: string): FeatureState {
  const [template] = state.tasks;
  if (template === undefined) throw new Error("no task");
  const ids = Array.from({ length: 50 }, (_, index) => `task-${index}`);
  const tasks = ids.map((id, index) => {
    const plan = { ...template.plan, id, title: text, dependsOn: ids.slice(0, index) };
    const task = { ...structuredClone(template), plan, head: sha(id) };
    enterStage(task, { stage: "parked", ...failed("agent-failed", text) });
    return task;
  });
  return { ...state, tasks };
}
