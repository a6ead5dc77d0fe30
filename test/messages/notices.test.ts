import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, it } from "vitest";
import type { Notice } from "../../src/core/effect.ts";
import { noticeMarker } from "../../src/messages/markers.ts";
import { noticeComment } from "../../src/messages/notices.ts";
import { hostile } from "./hostile.ts";

describe("a notice", () => {
  it.each<[string, Notice]>([
    ["says why a label starts nothing", { about: "unauthorised-label", by: "mallory" }],
    ["says why a command does nothing", { about: "unauthorised-command", by: "mallory", comment: 7 }],
    [
      "refuses a command with the reason",
      {
        about: "refused-command",
        comment: 7,
        refusal: { kind: "no-such-task", named: "x", tasks: ["a", "b"], rows: false },
      },
    ],
    [
      "lists everything that is missing, with names as code",
      {
        about: "not-ready",
        round: 1,
        problems: [
          { kind: "no-required-checks", branch: "main" },
          { kind: "workflow-missing", path: "x.yml", branch: "main" },
        ],
      },
    ],
    [
      "lists every error of a plan",
      {
        about: "plan-errors",
        version: 1,
        problems: [{ kind: "unknown-dependency", id: "a|b", dependency: "<b>bad</b>" }, { kind: "no-tasks" }],
        added: false,
      },
    ],
    ["says that a defect of Headgate stopped the work", { about: "stopped", issue: 12, event: "0197a-b" }],
  ])("%s", (_, notice) => {
    expect(noticeComment(notice)).toMatchSnapshot();
  });

  it("answers a malformed command with what was typed, why not, and what there is", () => {
    const notice: Notice = {
      about: "malformed-command",
      comment: 7,
      text: "/headgate retyr @ada | `x`",
      fault: { kind: "unknown-verb", typed: "retyr", near: "retry" },
    };
    expect(noticeComment(notice)).toMatchInlineSnapshot(`
      "<!-- headgate:notice:answer:7 -->
      I did not understand “/headgate retyr @​ada &#124; \\\`x\\\`”: there is no command 'retyr'. Did you mean 'retry'?

      | Comment | What it does |
      |---|---|
      | \`/headgate approve\` | approve the plan and start; add a number to name its version |
      | \`/headgate approve <task>\` | approve what a task's pull request changes that its checks cannot vouch for |
      | \`/headgate plan <words>\` | make a new plan from the issue's current text; the words are for the planner |
      | \`/headgate plan drop <task>\` | leave a task out of the plan; give its id or the number of its row |
      | \`/headgate plan after <task> <other>\` | make a task wait for another |
      | \`/headgate status\` | refresh the status comment |
      | \`/headgate retry <task>\` | try a task again that waits or needs attention; its pull request is read first |
      | \`/headgate retry all\` | try all tasks again that wait or need attention |
      | \`/headgate skip <task>\` | leave a task out while the plan is carried out; what depends on it goes on without it |
      | \`/headgate done <task>\` | end a task that you did yourself, or of which nothing is to be done |
      | \`/headgate budget +5\` | let the feature spend that many dollars more |
      | \`/headgate hold\` | start nothing new and merge nothing; removing the label does the same |
      | \`/headgate resume\` | continue after a hold, a halt or a problem that you fixed, with the tasks that it stopped |
      | \`/headgate cancel\` | end the feature for good; what is merged stays; closing the issue does the same |
      | \`/headgate help\` | show this list |"
    `);
  });

  it("helps with every command there is", () => {
    const help = noticeComment({ about: "help", comment: 7 });
    for (const verb of [
      "status",
      "approve",
      "plan",
      "plan drop",
      "plan after",
      "retry",
      "hold",
      "resume",
      "cancel",
      "help",
    ])
      expect(help).toContain(`/headgate ${verb}`);
  });

  it("of a later life is a comment of its own, and says that the feature begins anew", () => {
    const notice: Notice = { about: "begun-anew", life: 2, by: "ada", former: "cancelled" };
    expect(noticeComment(notice, 2)).toBe(
      "<!-- headgate:life-2:notice:begun-anew -->\n@ada labelled this issue again after its feature was cancelled, so it begins anew, with a new plan, new pull requests and branches of its own; what was merged before stays.",
    );
  });

  it("mentions the person that it answers, and nobody else", () => {
    expect(noticeComment({ about: "unauthorised-label", by: "renovate[bot]" })).toContain("\n@renovate[bot] added");
    expect(noticeComment({ about: "unauthorised-label", by: "x @all" })).toContain("\n`x @all` added");
  });

  it("names no more than a hundred problems", () => {
    const problems = Array.from({ length: 130 }, (_, index) => ({ kind: "duplicate-id" as const, id: `t${index}` }));
    expect(noticeComment({ about: "plan-errors", version: 1, problems, added: false })).toContain("- and 30 more");
  });

  it("of what was added to a feature under way says that the feature continues", () => {
    const cause = {
      kind: "written-plan" as const,
      where: { kind: "sub-issues" as const },
      problems: [{ kind: "blocked-from-outside" as const, issue: 9, blocker: 4, feature: 1 }],
      more: 0,
    };
    const problems = [{ kind: "not-planned" as const, cause }];
    const text = noticeComment({ about: "plan-errors", version: 2, problems, added: true });
    expect(text).toContain("continues without them");
    expect(text).not.toMatch(/nothing was started|resume/);
    expect(text).not.toContain("#4");
  });

  it("fits into a comment however many problems there are, and cuts no name in two", () => {
    const long = "@ada #1 ".repeat(15);
    const problems = Array.from({ length: 100 }, () => {
      return { kind: "check-never-runs" as const, check: long, workflow: long, base: long };
    });
    const text = noticeComment({ about: "not-ready", round: 1, problems });
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/^- and \d+ more$/m);
    for (const line of text.split("\n").filter((one) => one.startsWith("- The")))
      expect(line).toMatch(/that start that workflow\.$/);
  });

  it("begins with its marker, which nothing in it can end early", () => {
    fc.assert(
      fc.property(
        // A name with half a surrogate pair in it is no name.
        hostile().map((text) => text.toWellFormed()),
        (by) => {
          const notice: Notice = { about: "unauthorised-label", by };
          const [first, ...others] = noticeComment(notice).split("\n");
          expect(first).toBe(noticeMarker(notice));
          expect(first?.indexOf("-->")).toBe((first?.length ?? 0) - 3);
          expect(fromMarkdown(others.join("\n")).children.map((block) => block.type)).toEqual(["paragraph"]);
        },
      ),
    );
  });
});
