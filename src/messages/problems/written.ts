/** Writes the problems of tasks that people wrote down: the line, and what to do there. */

import type { WrittenPlace, WrittenProblem } from "../../core/plan/written.ts";
import { Role, Size } from "../../core/plan.ts";

/** `more`: problems that are not among those given. */
export function writtenPlanText(where: WrittenPlace, problems: readonly WrittenProblem[], more: number): string {
  const texts = problems.map(writtenProblemText);
  if (more > 0) texts.push(`and ${more} more`);
  return `The tasks in ${place(where)} cannot be used: ${texts.join("; ")}`;
}

function place(where: WrittenPlace): string {
  switch (where.kind) {
    case "sub-issues":
      return "the sub-issues";
    case "issue":
      return "the issue's text";
    case "file":
      return where.path;
  }
}

export function writtenProblemText(problem: WrittenProblem): string {
  const text = words(problem);
  return "line" in problem ? `line ${problem.line}: ${text}` : text;
}

function words(problem: WrittenProblem): string {
  switch (problem.kind) {
    case "blocked-from-outside":
      return `#${problem.issue} is blocked by #${problem.blocker}, which is open and no sub-issue of #${problem.feature}; close it, make it a sub-issue, or remove the dependency`;
    case "list-too-far-down":
      return `a list is read up to line ${problem.most}; move it further up`;
    case "too-many-boxes":
      return `${problem.boxes} boxes are open, and a plan has at most ${problem.most} tasks; split the feature`;
    case "duplicate-id":
      return `line ${problem.first} already has the id '${problem.id}'; give this one another`;
    case "cycle": {
      const where = problem.tasks.map(({ id, line }) => `'${id}' (line ${line})`).join(", ");
      return `these depend on each other in a cycle: ${where}; remove an 'after'`;
    }
    case "no-title":
      return "it has no title; say what to do";
    case "reserved-id":
      return `the id '${problem.id}' is reserved for Headgate's own tasks; give it another`;
    case "unknown-size":
      return `there is no size '${problem.size}'; sizes are ${Size.options.join(", ")}`;
    case "unknown-role":
      return `there is no role '${problem.role}'; roles are ${Role.options.join(", ")}`;
    case "path-outside":
      return `'${problem.path}' may name files outside the repository; write it from the root, without '..'`;
    case "too-many-files":
      return `it names more than ${problem.most} files; use globs`;
    case "description-too-long":
      return `its description is longer than ${problem.most.toLocaleString("en-US")} characters; shorten it`;
    case "after-itself":
      return `'${problem.id}' comes after itself; remove that`;
    case "unknown-task":
      return `'after: ${problem.after}' names no task of the list; there are ${problem.known.join(", ") || "no others"}`;
  }
}
