/**
 * The run as one JSON document. Times are ISO-8601 UTC; durations are seconds; money is US dollars, null where the price is unknown.
 * `merges[].judgedBy` names what judged each required check: a job of a workflow run, a check run of an App, or the creator of a
 * commit status.
 */

import { type Usage, unpricedTokens } from "../../core/attempt.ts";
import { endedAt, type FeatureState } from "../../core/feature/state.ts";
import { landingOf, type Task } from "../../core/feature/task.ts";
import { makespan } from "../../core/rules/measure.ts";
import { causeText } from "../../messages/explain/cause.ts";
import { titleText } from "../../messages/task.ts";

export interface ReportContext {
  baseSha: string;
  result: { branch: string } | { folder: string } | null;
  /** True: it was stopped while it was under way. */
  interrupted: boolean;
  engine: "builtin" | "command";
  model: { kind: "scripted" | "real" | "none"; name: string | null };
  apiCalls: { reads: number; writes: number };
  now: number;
}

export function report(state: FeatureState, context: ReportContext) {
  const landed = state.tasks
    .flatMap((task) => {
      const landing = landingOf(task);
      return landing === null ? [] : [{ task, landing }];
    })
    .sort((left, right) => left.landing.order - right.landing.order);
  const { seconds, criticalPathSeconds } = makespan(state, context.now);
  return {
    feature: {
      issue: state.issue.number,
      title: state.issue.title,
      status: state.hold !== null ? "held" : state.parked !== null ? "parked" : state.stage,
      startedAt: iso(state.startedAt),
      endedAt: iso(endedAt(state)),
    },
    tasks: state.tasks.map(reportTask),
    planner: { usage: pricedUsage(state.planner.usage) },
    merges: landed.map(({ task, landing }) => ({
      pull: task.pull,
      order: landing.order,
      headSha: landing.head,
      testedTree: landing.testedTree,
      landedTree: landing.landedTree,
      judgedBy: landing.judgedBy,
    })),
    base: { branch: state.base?.branch ?? null, sha: context.baseSha },
    result: context.result,
    interrupted: context.interrupted,
    engine: context.engine,
    model: context.model,
    apiCalls: context.apiCalls,
    makespan: { seconds: round(seconds), criticalPathSeconds: round(criticalPathSeconds) },
  };
}

function reportTask(task: Task) {
  return {
    id: task.plan.id,
    title: titleText(task.plan.title),
    dependsOn: task.plan.dependsOn,
    status: task.stage,
    pull: task.pull,
    headSha: task.head,
    mergeSha: landingOf(task)?.mergeSha ?? null,
    mergedAt: iso(landingOf(task)?.mergedAt ?? null),
    attempts: task.attempts.map((attempt) => ({
      number: attempt.number,
      kind: attempt.kind,
      runId: attempt.run,
      startedAt: iso(attempt.startedAt),
      endedAt: iso(attempt.endedAt),
      conclusion: attempt.conclusion,
      class: attempt.class,
      cause: attempt.cause === null ? null : causeText(attempt.cause),
    })),
    usage: pricedUsage(task.usage),
  };
}

/** A zero, or the sum of the attempts that have a price, would be added up as the cost of all. */
function pricedUsage(usage: Usage | null): (Omit<Usage, "usd"> & { usd: number | null }) | null {
  if (usage === null) return null;
  return { ...usage, usd: unpricedTokens(usage) > 0 ? null : usage.usd };
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
