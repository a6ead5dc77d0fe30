/** Changes a proposed plan by commands. Each change makes a new version, which is judged like any other plan. */

import { judgePlan, type Plan, type PlannedTask } from "../../plan.ts";
import type { Draft } from "../draft.ts";
import { unpark } from "../landing/targets.ts";
import type { Refusal } from "../refusal.ts";
import { type FeatureState, plannedTasks } from "../state.ts";
import { takeEditedText } from "./approval.ts";
import { askForPlan, propose } from "./making.ts";

/** Asks for a new plan of the issue's current text, which the person who asks has seen. Returns null, or why not. */
export function planAgain(draft: Draft, guidance: string): Refusal | null {
  const { state } = draft;
  if (state.stage !== "planning" && state.stage !== "proposed") return underWay(state);
  if (state.base === null) return { kind: "not-ready" };
  takeEditedText(state);
  unpark(draft);
  askForPlan(draft, guidance);
  return null;
}

export function dropTask(draft: Draft, named: string): Refusal | null {
  return edit(draft, [named], (plan, [dropped]) => ({
    ...plan,
    tasks: plan.tasks
      .filter((task) => task !== dropped)
      .map((task) => ({ ...task, dependsOn: withoutTask(task.dependsOn, dropped) })),
  }));
}

/** Replaces the dropped task by its own dependencies. */
function withoutTask(dependsOn: readonly string[], dropped: PlannedTask): string[] {
  const replaced = dependsOn.flatMap((id) => (id === dropped.id ? dropped.dependsOn : [id]));
  return [...new Set(replaced)];
}

export function putAfter(draft: Draft, named: string, needs: string): Refusal | null {
  return edit(draft, [named, needs], (plan, [later, earlier]) => ({
    ...plan,
    tasks: plan.tasks.map((task) =>
      task === later ? { ...task, dependsOn: [...new Set([...task.dependsOn, earlier.id])] } : task,
    ),
  }));
}

type Named<Names> = { [Key in keyof Names]: PlannedTask };

function edit<const Names extends readonly string[]>(
  draft: Draft,
  names: Names,
  change: (plan: Plan, named: Named<Names>) => Plan,
): Refusal | null {
  const { state } = draft;
  const plan = planOf(state);
  if (state.stage !== "proposed" || plan === null) return underWay(state);
  const found: PlannedTask[] = [];
  for (const name of names) {
    // A person names a task by its id, or by its row in the plan comment.
    const task = plan.tasks.find((one) => one.id === name) ?? plan.tasks[Number(name) - 1];
    if (task === undefined) {
      return { kind: "no-such-task", named: name, tasks: plan.tasks.map((one) => one.id), rows: true };
    }
    found.push(task);
  }
  const verdict = judgePlan(change(plan, found as Named<Names>));
  if (!verdict.ok) return { kind: "plan-invalid", problems: verdict.problems.slice(0, 5) };
  state.planVersion += 1;
  const subIssues = new Map(state.tasks.flatMap((task) => (task.subIssue ? [[task.plan.id, task.subIssue]] : [])));
  propose(draft, verdict.plan, { version: state.planVersion, source: state.plan.source, subIssues });
  return null;
}

function planOf(state: FeatureState): Plan | null {
  if (state.plan === null) return null;
  const { land, onFailure, why } = state.plan;
  return { land, onFailure, why, tasks: plannedTasks(state) };
}

function underWay({ stage }: FeatureState): Refusal {
  return stage === "planning"
    ? { kind: "no-plan", wanted: "change" }
    : { kind: "plan-settled", wanted: "change", stage };
}
