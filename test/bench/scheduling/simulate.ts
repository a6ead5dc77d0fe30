/** One plan on so many slots: whenever a slot is free and something is ready, the policy says what starts. */
import { schedule } from "../../../src/core/rules/schedule.ts";
import type { Job } from "./work.ts";

/** Which of the ready tasks start on the free slots. All in the plan's order; `took`: seconds of those that are done. */
export type Policy = (
  jobs: readonly Job[],
  ready: readonly string[],
  free: number,
  took: ReadonlyMap<string, number>,
) => string[];

/** What Headgate does. */
export const criticalPath: Policy = (jobs, ready, free, took) => {
  const plan = jobs.map((job) => ({ ...job, tookMs: 1000 * (took.get(job.id) ?? 0) }));
  return schedule(plan, ready, free);
};

/** The same without learning from the tasks that are done. */
export const sizesAlone: Policy = (jobs, ready, free) => schedule(jobs, ready, free);

export const fifo: Policy = (_, ready, free) => ready.slice(0, free);

/** The longest chain by number of tasks: a critical path without any estimate. */
export const hopCount: Policy = (jobs, ready, free) => {
  const same = jobs.map((job) => ({ ...job, size: "M" as const }));
  return schedule(same, ready, free);
};

/** Seconds from the first start to the last end. */
export function makespan(jobs: readonly Job[], slots: number, policy: Policy): number {
  const takes = new Map(jobs.map((job) => [job.id, job.takes]));
  const waiting = new Set(takes.keys());
  const ends = new Map<string, number>();
  const took = new Map<string, number>();
  let now = 0;
  while (took.size < jobs.length) {
    const ready = jobs.filter((job) => waiting.has(job.id) && job.dependsOn.every((id) => took.has(id)));
    const ids = ready.map((job) => job.id);
    for (const id of policy(jobs, ids, slots - ends.size, took)) {
      waiting.delete(id);
      ends.set(id, now + (takes.get(id) ?? 0));
    }
    const [next] = [...ends].sort((left, right) => left[1] - right[1]);
    if (next === undefined) throw new Error("nothing runs and the policy starts nothing");
    const [id, end] = next;
    now = end;
    ends.delete(id);
    took.set(id, takes.get(id) ?? 0);
  }
  return now;
}

/** No schedule is shorter: neither the longest chain nor the work spread over all slots can be beaten. */
export function lowerBound(jobs: readonly Job[], slots: number): number {
  const chains = new Map<string, number>();
  for (const job of jobs) {
    chains.set(job.id, job.takes + Math.max(0, ...job.dependsOn.map((id) => chains.get(id) ?? 0)));
  }
  const work = jobs.reduce((sum, job) => sum + job.takes, 0);
  return Math.max(...chains.values(), work / slots);
}
