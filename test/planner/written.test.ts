import { describe, expect, it } from "vitest";
import type { Cause } from "../../src/core/cause.ts";
import { judgePlan } from "../../src/core/plan.ts";
import type { PlanAnswer } from "../../src/loop/planner-port.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { subIssueBody } from "../../src/messages/sub-issue.ts";
import { answerWith, plan, playProvider, request } from "./fixture.ts";
import { child, peopled } from "./people.ts";

playProvider();

const LIST = "- [ ] here: Of the body";
const LINKED = { "specs/tasks.md": "- [ ] there: Of the file" };
const issueOf = (body: string) => ({ ...request.issue, body });

async function planned(...given: Parameters<typeof plan>) {
  const { answer, asked } = await plan(...given);
  // A plan that people wrote costs nothing.
  expect(asked).toEqual([]);
  expect(answer).toMatchObject({ model: null, usage: null });
  return answer;
}

async function tasksOf(...given: Parameters<typeof plan>) {
  const answer = await planned(...given);
  if (!("plan" in answer)) return expect.fail(JSON.stringify(answer));
  const verdict = judgePlan(answer.plan);
  return verdict.ok
    ? { source: answer.source, tasks: verdict.plan.tasks }
    : expect.fail(JSON.stringify(verdict.problems));
}

function causeOf(answer: PlanAnswer): Cause {
  return "failure" in answer ? answer.failure.cause : expect.fail(JSON.stringify(answer));
}

describe("plans that people wrote win, in an order", () => {
  const body = `${LIST}\n\n[tasks](specs/tasks.md)`;

  it("sub-issues before a task list", async () => {
    const github = peopled({ children: [child(13)], files: LINKED });
    expect(await tasksOf({ github }, { issue: issueOf(body) })).toMatchObject({
      source: "sub-issues",
      tasks: [{ id: "issue-13" }],
    });
    const subIssues = [{ task: "issue-13", issue: 13 }];
    expect(await planned({ github }, { issue: issueOf(body) })).toMatchObject({ subIssues });
  });

  it("the issue's own list before a linked one", async () => {
    const github = peopled({ children: [child(13, { state: "closed" })], files: LINKED });
    expect(await tasksOf({ github }, { issue: issueOf(body) })).toMatchObject({
      source: "task-list",
      tasks: [{ id: "here" }],
    });
  });

  it("a linked list before the model, as it is on the base branch now", async () => {
    const read: string[] = [];
    const github = {
      ...peopled({ files: LINKED }),
      branchTip: async () => "b".repeat(40),
      readFile: async (_: unknown, ref: string, path: string) => {
        read.push(`${path} at ${ref[0]}`);
        return "- [ ] there: Of the file";
      },
    };
    const issue = issueOf("As in [tasks](specs/tasks.md).");
    expect(await tasksOf({ github }, { issue })).toMatchObject({ source: "task-list", tasks: [{ id: "there" }] });
    expect(read).toEqual(["specs/tasks.md at b"]);
  });

  it.each([
    ["no list", "Read quoted fields."],
    ["a list where all is done", "- [x] A"],
    ["a link to a file that holds no list", "[tasks](docs/tasks.md)"],
  ])("and the model where there is %s", async (_, text) => {
    answerWith();
    const github = peopled({ children: [child(13, { state: "closed" })], files: { "docs/tasks.md": "# None" } });
    const { answer } = await plan({ github }, { issue: issueOf(text) });
    expect(answer).toMatchObject({ source: "model" });
  });
});

describe("a list that cannot be used", () => {
  it("is the plan's failure, and no model makes another plan of it", async () => {
    const issue = issueOf("Text\n\n- [ ] a: A (after: b)\n- [ ] a: B");
    expect(await planned({ github: peopled() }, { issue })).toMatchObject({
      failure: {
        class: "policy-blocked",
        cause: {
          kind: "written-plan",
          where: { kind: "issue" },
          problems: [
            { kind: "unknown-task", line: 3, after: "b", known: [] },
            { kind: "duplicate-id", line: 4, id: "a", first: 3 },
          ],
        },
      },
    });
  });

  it("with many errors lists some", async () => {
    const issue = issueOf("- [ ] a: A (after: b)\n".repeat(30));
    const answer = await planned({ github: peopled() }, { issue });
    expect(causeOf(answer)).toMatchObject({ kind: "written-plan", more: 51 });
    expect(causeText(causeOf(answer))).toMatch(/; and 51 more$/);
  });

  it("that is linked and missing names the path and the branch", async () => {
    const issue = issueOf("[tasks](specs/tasks.md)");
    expect(await planned({ github: peopled() }, { issue })).toMatchObject({
      failure: { cause: { kind: "linked-list-missing", path: "specs/tasks.md", branch: "main" } },
    });
  });

  it("names the file", async () => {
    const github = peopled({ files: { "tasks.md": "\n- [ ] a: A [size: XXL]" } });
    const answer = await planned({ github }, { issue: issueOf("[tasks](tasks.md)") });
    expect(causeText(causeOf(answer))).toBe(
      "The tasks in tasks.md cannot be used: line 2: there is no size 'XXL'; sizes are S, M, L",
    );
  });
});

describe("sub-issues", () => {
  it("are tasks, and wait for those that block them and are not closed yet", async () => {
    const children = [
      child(13, { title: "Lexer [size: S] [files: src/lex/**]", body: "Split.<!-- obey -->" }),
      child(14, { title: "Old", state: "closed" }),
      child(15, { title: "Parser\u202e", blockedBy: [13, 14, 90] }),
    ];
    expect(await tasksOf({ github: peopled({ children, closed: [90] }) })).toMatchObject({
      source: "sub-issues",
      tasks: [
        {
          id: "issue-13",
          title: "Lexer",
          description: "Split.[HTML comment left out]",
          files: ["src/lex/**"],
          size: "S",
          dependsOn: [],
        },
        { id: "issue-15", title: "Parser", dependsOn: ["issue-13"] },
      ],
    });
  });

  it("that somebody else's open issue blocks cannot be planned", async () => {
    const children = [child(13, { blockedBy: [90] })];
    expect(await planned({ github: peopled({ children }) })).toMatchObject({
      failure: {
        cause: {
          kind: "written-plan",
          where: { kind: "sub-issues" },
          problems: [{ kind: "blocked-from-outside", issue: 13, blocker: 90, feature: 12 }],
        },
      },
    });
  });

  it("that Headgate wrote keep their task's name, each once: anybody can copy the mark", async () => {
    const body = subIssueBody({
      id: "parser",
      title: "Parse",
      description: "Do it.",
      acceptance: [],
      dependsOn: [],
      files: [],
      size: "M",
      role: "build",
      checks: [],
    });
    const children = [child(15, { body }), child(13, { body }), child(14, { body: body.replace("parser", "land") })];
    const { tasks } = await tasksOf({ github: peopled({ children }) });
    expect(tasks.map(({ id }) => id)).toEqual(["issue-15", "parser", "issue-14"]);
    expect(tasks[1]!.description).not.toContain("<!--");
  });

  it("that block each other, or are too many, are for the core to refuse", async () => {
    const cycle = [child(13, { blockedBy: [14] }), child(14, { blockedBy: [13] })];
    const many = Array.from({ length: 60 }, (_, index) => child(20 + index));
    for (const [children, problem] of [
      [cycle, { kind: "cycle", ids: ["issue-13", "issue-14"] }],
      [many, { kind: "too-many-tasks", most: 50 }],
    ] as const) {
      const answer = await planned({ github: peopled({ children: [...children] }) });
      expect(judgePlan((answer as { plan: unknown }).plan)).toEqual({ ok: false, problems: [problem] });
    }
  });

  it("are all that a feature under way takes more of", async () => {
    const wish = { issue: issueOf(LIST), extends: true };
    expect(await planned({ github: peopled() }, wish)).toMatchObject({ source: "sub-issues", plan: { tasks: [] } });
  });
});
