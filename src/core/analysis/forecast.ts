/**
 * How long a plan would take: agents on so many slots, started by critical path as the schedule does it, and merges one after
 * another, each with checks of its own on the base as it then is.
 */

export interface Job {
  id: string;
  dependsOn: readonly string[];
  /** Minutes of its agent. */
  works: number;
  /** Minutes that its merge keeps the lane; 0: nothing to land. */
  lands: number;
}

/** Minutes until the last task has landed. Ids and edges must be those of a judged plan. */
export function forecast(jobs: readonly Job[], slots: number): number {
  const rank = ranks(jobs);
  const done = new Map<string, number>();
  const waiting = new Map(jobs.map((job) => [job.id, job]));
  const working: { job: Job; until: number }[] = [];
  const ready: { job: Job; since: number }[] = [];
  let now = 0;
  let laneFree = 0;
  while (waiting.size > 0 || working.length > 0 || ready.length > 0) {
    const startable = [...waiting.values()]
      .filter((job) => job.dependsOn.every((id) => (done.get(id) ?? Number.POSITIVE_INFINITY) <= now))
      .sort((left, right) => (rank.get(right.id) ?? 0) - (rank.get(left.id) ?? 0));
    for (const job of startable.slice(0, Math.max(0, slots - working.length))) {
      waiting.delete(job.id);
      working.push({ job, until: now + job.works });
    }
    // The lane takes first what was ready first.
    const next = ready[0];
    if (next !== undefined && laneFree <= now) {
      ready.shift();
      laneFree = now + next.job.lands;
      done.set(next.job.id, laneFree);
      continue;
    }
    const times = [
      ...working.map(({ until }) => until),
      ...(next === undefined ? [] : [laneFree]),
      ...[...done.values()].filter((time) => time > now),
    ];
    const soonest = Math.min(...times);
    if (!Number.isFinite(soonest)) break;
    now = soonest;
    for (const one of working.filter(({ until }) => until <= now)) {
      working.splice(working.indexOf(one), 1);
      if (one.job.lands === 0) done.set(one.job.id, now);
      else ready.push({ job: one.job, since: now });
    }
  }
  return Math.max(0, ...done.values());
}

/** The longest chain from each job to the end, its own part included. */
function ranks(jobs: readonly Job[]): Map<string, number> {
  const dependents = new Map<string, Job[]>();
  for (const job of jobs) for (const id of job.dependsOn) dependents.set(id, [...(dependents.get(id) ?? []), job]);
  const lengths = new Map<string, number>();
  const lengthOf = (job: Job): number => {
    const known = lengths.get(job.id);
    if (known !== undefined) return known;
    const length = job.works + job.lands + Math.max(0, ...(dependents.get(job.id) ?? []).map(lengthOf));
    lengths.set(job.id, length);
    return length;
  };
  for (const job of jobs) lengthOf(job);
  return lengths;
}

/** The longest chain, and what it takes in minutes. */
export function criticalPath(jobs: readonly Job[]): { ids: string[]; minutes: number } {
  const lengths = ranks(jobs);
  const longest = (among: readonly Job[]) =>
    among.reduce<Job | undefined>(
      (best, job) => (best === undefined || lengths.get(job.id)! > lengths.get(best.id)! ? job : best),
      undefined,
    );
  const ids: string[] = [];
  let job = longest(jobs);
  const minutes = job === undefined ? 0 : (lengths.get(job.id) ?? 0);
  while (job !== undefined) {
    const { id } = job;
    ids.push(id);
    job = longest(jobs.filter((one) => one.dependsOn.includes(id)));
  }
  return { ids, minutes };
}

/** The fewest slots with which it takes no longer than with one for each. */
export function usefulSlots(jobs: readonly Job[]): number {
  const best = forecast(jobs, jobs.length);
  let slots = 1;
  while (slots < jobs.length && forecast(jobs, slots) > best * 1.02) slots += 1;
  return slots;
}
