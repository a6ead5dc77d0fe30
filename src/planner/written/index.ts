/** Reads plans that people wrote. The first wins: sub-issues, the issue's own task list, a linked `tasks.md`, and then a model's. */
import type { Cause } from "../../core/cause.ts";
import type { WrittenPlace, WrittenProblem } from "../../core/plan/written.ts";
import type { PlanSource } from "../../core/plan.ts";
import type { GitHub } from "../../loop/github-port.ts";
import type { PlanAnswer, PlanRequest } from "../../loop/planner-port.ts";
import { ReaderStopped } from "../../loop/readers-port.ts";
import { failure } from "../trouble.ts";
import { type PlannerReaders, plannerReadersInProcess } from "./readers.ts";
import { readSubIssues } from "./sub-issues.ts";

export type WrittenPort = Pick<GitHub, "subIssues" | "issue" | "readFile">;

/** null: nobody wrote one. Throws what the port throws. */
export async function writtenPlan(
  github: WrittenPort,
  request: PlanRequest,
  readers: PlannerReaders = plannerReadersInProcess,
): Promise<PlanAnswer | null> {
  try {
    return await planOf(github, request, readers);
  } catch (error) {
    if (error instanceof ReaderStopped) return refused({ kind: "outside", text: error.message });
    throw error;
  }
}

async function planOf(github: WrittenPort, request: PlanRequest, readers: PlannerReaders): Promise<PlanAnswer | null> {
  const { repo, issue, base } = request;
  const children = await github.subIssues(repo, issue.number);
  if (request.extends || children.some((child) => child.state === "open")) {
    return answer("sub-issues", { kind: "sub-issues" }, await readSubIssues(github, request, children));
  }
  const own = await readers.readTaskList(issue.body);
  if (own !== null) return answer("task-list", { kind: "issue" }, own);
  const path = await readers.linkedTaskList(request);
  if (path === null) return null;
  const text = await github.readFile(repo, base.sha, path);
  if (text === null) return refused({ kind: "linked-list-missing", path, branch: base.branch });
  const linked = await readers.readTaskList(text);
  return linked === null ? null : answer("task-list", { kind: "file", path }, linked);
}

const MAX_PROBLEMS = 8;

function answer(
  source: PlanSource,
  where: WrittenPlace,
  reading: { plan: object; subIssues?: { task: string; issue: number }[] } | { problems: readonly WrittenProblem[] },
): PlanAnswer {
  if ("plan" in reading) return { ...reading, source, model: null, usage: null };
  const problems = reading.problems.slice(0, MAX_PROBLEMS);
  return refused({ kind: "written-plan", where, problems, more: reading.problems.length - problems.length });
}

function refused(cause: Cause): PlanAnswer {
  return { failure: failure("policy-blocked", cause), model: null, usage: null };
}
