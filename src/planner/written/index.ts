/** Plans that people wrote. They win over a model's, in this order: sub-issues, the issue's own task list, a linked `tasks.md`. */
import type { PlanSource } from "../../core/plan.ts";
import type { GitHub } from "../../loop/github-port.ts";
import type { PlanAnswer, PlanRequest } from "../../loop/planner-port.ts";
import { failure } from "../trouble.ts";
import { linkedTaskList } from "./link.ts";
import { readSubIssues } from "./sub-issues.ts";
import { readTaskList } from "./task-list.ts";

export type WrittenPort = Pick<GitHub, "subIssues" | "issue" | "readFile">;

/** null: nobody wrote one. Throws what the port throws. */
export async function writtenPlan(github: WrittenPort, request: PlanRequest): Promise<PlanAnswer | null> {
  const { repo, issue, base } = request;
  const children = await github.subIssues(repo, issue.number);
  if (request.extends || children.some((child) => child.state === "open")) {
    return answer("sub-issues", "the sub-issues", await readSubIssues(github, request, children));
  }
  const own = readTaskList(issue.body);
  if (own !== null) return answer("task-list", "the task list in the issue's text", own);
  const path = linkedTaskList(request);
  if (path === null) return null;
  const text = await github.readFile(repo, base.sha, path);
  if (text === null) return refused(`the issue links \`${path}\`, and there is no such file on \`${base.branch}\``);
  const linked = readTaskList(text);
  return linked === null ? null : answer("task-list", `the task list in \`${path}\``, linked);
}

const MAX_PROBLEMS = 8;

function answer(
  source: PlanSource,
  where: string,
  reading: { plan: object } | { problems: readonly string[] },
): PlanAnswer {
  if ("plan" in reading) return { plan: reading.plan, source, model: null, usage: null };
  const shown = reading.problems.slice(0, MAX_PROBLEMS);
  const more = reading.problems.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return refused(`${where} cannot be used: ${shown.join("; ")}`);
}

function refused(text: string): PlanAnswer {
  return { failure: failure("policy-blocked", { kind: "plan-unusable", text }), model: null, usage: null };
}
