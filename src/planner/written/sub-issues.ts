/** Reads sub-issues and what blocks them as a plan. A closed one is done already. */

import type { WrittenProblem } from "../../core/plan/written.ts";
import { MAX_DESCRIPTION, PlannedTask } from "../../core/plan.ts";
import type { GitHub, SubIssue } from "../../loop/github-port.ts";
import type { PlanRequest } from "../../loop/planner-port.ts";
import { visibleMarkdown } from "../../messages/agent/untrusted.ts";
import { taskOfIssue } from "../../messages/markers.ts";
import { readLine } from "./item.ts";

const { shape } = PlannedTask;
/** Limits the issues outside the feature that are read. */
const MAX_STRANGERS = 50;

export async function readSubIssues(
  github: Pick<GitHub, "issue">,
  { repo, issue }: Pick<PlanRequest, "repo" | "issue">,
  children: readonly SubIssue[],
): Promise<
  { plan: { tasks: object[] }; subIssues: { task: string; issue: number }[] } | { problems: WrittenProblem[] }
> {
  const open = children.filter((child) => child.state === "open");
  const closed = new Set(children.filter((child) => child.state === "closed").map(({ number }) => number));
  const ids = idsOf(open);
  const strangers = new Set(
    open.flatMap(({ blockedBy }) => blockedBy).filter((one) => !ids.has(one) && !closed.has(one)),
  );
  for (const number of [...strangers].slice(0, MAX_STRANGERS)) {
    if ((await github.issue(repo, number)).state === "closed") closed.add(number);
  }
  const problems: WrittenProblem[] = [];
  const tasks = open.map((child) => {
    for (const blocker of child.blockedBy) {
      if (ids.has(blocker) || closed.has(blocker)) continue;
      problems.push({ kind: "blocked-from-outside", issue: child.number, blocker, feature: issue.number });
    }
    return taskOf(child, ids);
  });
  const subIssues = [...ids].map(([issue, task]) => ({ task, issue }));
  return problems.length > 0 ? { problems } : { plan: { tasks }, subIssues };
}

/**
 * Names tasks by their issue's number, since titles change while a feature runs. The first issue that bears Headgate's
 * marker keeps its task's id; anybody can copy the marker into a second one.
 */
function idsOf(open: readonly SubIssue[]): Map<number, string> {
  const ids = new Map<number, string>();
  const taken = new Set<string>();
  for (const { number, body } of open.toSorted((left, right) => left.number - right.number)) {
    const named = taskOfIssue(body);
    const mayHave = named !== null && !taken.has(named) && shape.id.safeParse(named).success;
    const id = mayHave ? named : `issue-${number}`;
    taken.add(id);
    ids.set(number, id);
  }
  return ids;
}

/** The title may hold what a line of a task list may. Dependencies come from GitHub. */
function taskOf({ number, title, body, blockedBy }: SubIssue, ids: ReadonlyMap<number, string>): object {
  const said = readLine(title);
  const text = taskOfIssue(body) === null ? body : body.slice(body.indexOf("\n") + 1);
  return {
    id: ids.get(number),
    title: (said.title || title).slice(0, 200).toWellFormed(),
    description: visibleMarkdown(text).trim().slice(0, MAX_DESCRIPTION).toWellFormed(),
    dependsOn: blockedBy.flatMap((blocker) => ids.get(blocker) ?? []),
    files: said.files,
    ...(said.size !== null && { size: said.size }),
    ...(said.role !== null && { role: said.role }),
  };
}
