/** Writes the problems of a plan, in the same words for people and for the model that has to fix it. */
import type { PlanProblem } from "../../core/plan/problem.ts";
import { causeText } from "../explain/cause.ts";

export function planProblemText(problem: PlanProblem): string {
  switch (problem.kind) {
    case "no-tasks":
      return "a plan has at least one task";
    case "too-many-tasks":
      return `a plan has at most ${problem.most} tasks`;
    case "bad-id":
      return `${taskName(problem.task)}: an id is 1 to 40 of a-z, 0-9 and '-'`;
    case "reserved-id":
      return `task '${problem.id}': that id is reserved for Headgate's own tasks`;
    case "path-outside":
      return `${taskName(problem.task)}, ${problem.field}: a path must stay inside the repository`;
    case "invalid-field": {
      const { task, field, quoted } = problem;
      if (task === null) return `${field === "" ? "plan" : field}: ${quoted}`;
      return `${taskName(task)}${field === "" ? "" : `, ${field}`}: ${quoted}`;
    }
    case "duplicate-id":
      return `task '${problem.id}' is listed more than once`;
    case "depends-on-itself":
      return `task '${problem.id}' depends on itself`;
    case "unknown-dependency":
      return `task '${problem.id}' depends on '${problem.dependency}', which is not in the plan`;
    case "cycle":
      return `these tasks depend on each other in a cycle: ${problem.ids.join(", ")}`;
    case "too-late":
      return "everything is being merged into the base branch together already; it is too late to add tasks";
    case "not-planned":
      return causeText(problem.cause);
  }
}

function taskName(task: string | number): string {
  return typeof task === "string" ? `task '${task}'` : `task number ${task}`;
}
