/** Sums a feature up in a few numbers, which stay when everything else of it is deleted. */
import type { Estimate } from "../analysis/estimate.ts";
import type { FailureClass } from "../failure.ts";
import { analysisOf } from "../feature/planning/approval.ts";
import type { FeatureStage, TaskStage } from "../feature/stages.ts";
import { endedAt, type FeatureState } from "../feature/state.ts";
import { failureOf, landingOf, type Task } from "../feature/task.ts";
import type { Role, Size } from "../plan.ts";
import type { Spend } from "./budget.ts";
import { spent, spentOn } from "./spending.ts";

/** Dollars and Actions minutes that were expected. `usd` null: the model's price was not known. */
type Expected = Pick<Estimate, "usd" | "actionsMinutes">;

type Used = Spend & { attempts: number };

export interface FeatureSummary {
  of: "feature";
  stage: FeatureStage;
  /** Milliseconds since 1970, as all times here. */
  startedAt: number;
  endedAt: number | null;
  tasks: number;
  landed: number;
  /** null: it never had a plan. */
  estimate: (Expected & { minutes: number }) | null;
  actual: Used;
  /** Of the first task that failed and is not done. null: none. */
  class: FailureClass | null;
}

export interface TaskSummary {
  of: "task";
  id: string;
  stage: TaskStage;
  size: Size;
  role: Role;
  landedAt: number | null;
  /** null: Headgate added it to the plan. */
  estimate: (Expected & { agentMinutes: number }) | null;
  actual: Used & { gateMs: number };
  /** Of its last failure. null: it had none, or it is done all the same. */
  class: FailureClass | null;
}

export function summaryOf(state: FeatureState): { feature: FeatureSummary; tasks: TaskSummary[] } {
  const analysis = analysisOf(state);
  const tasks = state.tasks.map((task) => {
    const expected = analysis?.tasks.find(({ id }) => id === task.plan.id);
    return taskSummary(task, expected ?? null);
  });
  const attempts = tasks.reduce((sum, { actual }) => sum + actual.attempts, 0);
  const feature: FeatureSummary = {
    of: "feature",
    stage: state.stage,
    startedAt: state.startedAt,
    endedAt: endedAt(state),
    tasks: tasks.length,
    landed: tasks.filter(({ landedAt }) => landedAt !== null).length,
    estimate:
      analysis === null
        ? null
        : { usd: analysis.usd.expected, actionsMinutes: analysis.actionsMinutes, minutes: analysis.minutes },
    actual: { ...spent(state), attempts },
    class: tasks.find((task) => task.class !== null)?.class ?? null,
  };
  return { feature, tasks };
}

function taskSummary(task: Task, expected: Estimate | null): TaskSummary {
  const { id, size, role } = task.plan;
  return {
    of: "task",
    id,
    stage: task.stage,
    size,
    role,
    landedAt: landingOf(task)?.mergedAt ?? null,
    estimate:
      expected === null
        ? null
        : { usd: expected.usd, actionsMinutes: expected.actionsMinutes, agentMinutes: expected.agentMinutes },
    actual: { ...spentOn(task), attempts: task.attempts.length, gateMs: task.gateMs },
    class: failedAs(task),
  };
}

/** An attempt that was cancelled with the feature has no class, so that the one before it counts. */
function failedAs(task: Task): FailureClass | null {
  if (task.stage === "done" || landingOf(task) !== null) return null;
  return failureOf(task)?.class ?? task.attempts.findLast((attempt) => attempt.class !== null)?.class ?? null;
}
