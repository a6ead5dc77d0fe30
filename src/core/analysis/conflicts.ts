/**
 * Which tasks may change the same files at the same time, and what to do about it. That they declare the same files rarely
 * means a conflict: measured on thousands of pairs of agents' pulls, one in four that shared a file did conflict, and none
 * that did not. So the default is to run apart and resolve, and to keep apart only files known to be hot.
 */

import type { PlannedTask } from "../plan.ts";
import type { Policy } from "../policy.ts";
import { changedBy, overlaps, parseGlob, shareHotFiles } from "../rules/overlap.ts";
import { forecast, type Job } from "./forecast.ts";

/** Of pairs that share a file. */
const CONFLICT_SHARE = 0.25;
/** Of pairs that share a hot one. */
const HOT_CONFLICT_SHARE = 0.5;
/** The cost of resolving one, as a share of a task's work, and the share that succeeds. Otherwise the task is done again. */
export const RESOLVE_WORK = 0.3;
export const RESOLVES = 0.6;

export interface Overlap {
  left: string;
  right: string;
  /** Declared globs of the left one that could name a file of the right one. Empty: one of them declares nothing. */
  globs: string[];
  hot: boolean;
}

type Planned = Pick<PlannedTask, "id" | "dependsOn" | "files" | "role">;
type Edges = { id: string; dependsOn: readonly string[] };

/** Pairs of which neither has to wait for the other. */
export function overlapsOf(tasks: readonly Planned[], hotFiles: readonly string[]): Overlap[] {
  const before = ancestors(tasks);
  const hotGlobs = hotFiles.map(parseGlob);
  const changing = tasks.map((task) => ({ task, globs: changedBy(task.files) }));
  const found: Overlap[] = [];
  changing.forEach(({ task: left, globs: mine }, index) => {
    for (const { task: right, globs: theirs } of changing.slice(index + 1)) {
      if (left.role === "research" || right.role === "research") continue;
      if (before.get(left.id)?.has(right.id) || before.get(right.id)?.has(left.id)) continue;
      const globs = mine.filter((glob) => theirs.some((other) => overlaps(glob, other))).map(({ text }) => text);
      if (globs.length === 0) continue;
      const declared = left.files.length > 0 && right.files.length > 0;
      const hot = shareHotFiles(mine, theirs, hotGlobs);
      found.push({ left: left.id, right: right.id, globs: declared ? globs : [], hot });
    }
  });
  return found;
}

/** All that each task waits for. */
export function ancestors(tasks: readonly Edges[]): Map<string, Set<string>> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const known = new Map<string, Set<string>>();
  const of = (id: string): Set<string> => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const all = new Set<string>();
    known.set(id, all);
    for (const dependency of byId.get(id)?.dependsOn ?? []) {
      all.add(dependency);
      for (const one of of(dependency)) all.add(one);
    }
    return all;
  };
  for (const { id } of tasks) of(id);
  return known;
}

export interface OverlapChoice {
  overlap: Policy["overlap"];
  /** Minutes until everything has landed. */
  minutes: number;
  /** Agent's work, against every task done once. */
  work: number;
}

/** Forecasts what each way of handling the overlaps would take, on so many slots. */
export function overlapChoices(jobs: readonly Job[], found: readonly Overlap[], slots: number): OverlapChoice[] {
  const works = jobs.reduce((sum, job) => sum + job.works, 0);
  const priced = (overlap: Policy["overlap"], apart: (overlap: Overlap) => boolean): OverlapChoice => {
    const kept = found.filter((overlap) => !apart(overlap));
    const ordered = withEdges(jobs, found.filter(apart));
    const extra = new Map<string, number>();
    for (const { right, hot } of kept) {
      const again = (hot ? HOT_CONFLICT_SHARE : CONFLICT_SHARE) * (RESOLVE_WORK + (1 - RESOLVES));
      extra.set(right, (extra.get(right) ?? 0) + again);
    }
    const spent = ordered.map((job) => ({ ...job, works: job.works * (1 + Math.min(1, extra.get(job.id) ?? 0)) }));
    const total = spent.reduce((sum, job) => sum + job.works, 0);
    return { overlap, minutes: forecast(spent, slots), work: works === 0 ? 1 : total / works };
  };
  return [
    priced("optimistic", () => false),
    priced("serialise-hot", (overlap) => overlap.hot),
    priced("serialise-overlap", () => true),
  ];
}

/** Serialises overlapping tasks in the plan's order, which contradicts no edge of the plan. */
function withEdges(jobs: readonly Job[], apart: readonly Overlap[]): Job[] {
  let edged = [...jobs];
  for (const { left, right } of apart) {
    const before = ancestors(edged);
    if (before.get(left)?.has(right)) continue;
    edged = edged.map((job) => (job.id === right ? { ...job, dependsOn: [...job.dependsOn, left] } : job));
  }
  return edged;
}
