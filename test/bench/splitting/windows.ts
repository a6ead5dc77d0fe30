/** Windows of a trace as plans whose conflicts are known, and what they take under each overlap policy. */
import { overlapsOf, RESOLVE_WORK, RESOLVES } from "../../../src/core/analysis/conflicts.ts";
import { CHECK_MINUTES, OVERHEAD_MINUTES } from "../../../src/core/analysis/estimate.ts";
import { forecast, type Job } from "../../../src/core/analysis/forecast.ts";
import type { Policy } from "../../../src/core/policy.ts";
import type { Chance } from "../../simulation/chance.ts";
import { idOf, labelsOf, minutesOf, type Pull, type Trace } from "../scheduling/trace.ts";

export type OverlapPolicy = Policy["overlap"];
export const overlapPolicies: readonly OverlapPolicy[] = ["optimistic", "serialise-hot", "serialise-overlap"];

/** Files that so many of the trace's pulls change are hot. */
const HOT_SHARE = 0.05;

interface Pair {
  left: string;
  right: string;
}

export class Windows {
  readonly #pulls: Pull[];
  readonly #chance: Chance;
  readonly #labelOf: ReturnType<typeof labelsOf>;
  readonly #minutesOf: ReturnType<typeof minutesOf>;
  readonly #hot: string[];

  constructor(trace: Trace, chance: Chance) {
    this.#pulls = trace.tasks.toSorted((left, right) => left.firstAuthored - right.firstAuthored);
    this.#chance = chance;
    this.#labelOf = labelsOf(trace);
    this.#minutesOf = minutesOf(trace);
    const counts = new Map<string, number>();
    for (const file of trace.tasks.flatMap((pull) => pull.files)) counts.set(file, (counts.get(file) ?? 0) + 1);
    this.#hot = [...counts].flatMap(([file, count]) => (count >= HOT_SHARE * trace.tasks.length ? [file] : []));
  }

  draw(foresee: (files: readonly string[]) => string[]): Window {
    const length = Math.min(this.#pulls.length, this.#chance.between(6, 20));
    const first = this.#chance.between(0, this.#pulls.length - length);
    const pulls = this.#pulls.slice(first, first + length);
    const among = (label: string): Pair[] =>
      pulls.flatMap((right, index) =>
        pulls
          .slice(0, index)
          .filter((left) => this.#labelOf(left, right) === label)
          .map((left) => ({ left: idOf(left), right: idOf(right) })),
      );
    const entangled = among("entangled");
    const jobs = pulls.map((pull) => ({
      id: idOf(pull),
      dependsOn: entangled.filter((pair) => pair.right === idOf(pull)).map((pair) => pair.left),
      works: this.#minutesOf(pull) + OVERHEAD_MINUTES,
      lands: CHECK_MINUTES,
    }));
    const planned = jobs.map((job, index) => ({
      ...job,
      files: foresee(pulls[index]?.files ?? []),
      role: "build" as const,
    }));
    return new Window(jobs, among("conflict"), overlapsOf(planned, this.#hot));
  }
}

export class Window {
  readonly #jobs: readonly Job[];
  readonly #conflicts: readonly Pair[];
  readonly #foreseen: ReturnType<typeof overlapsOf>;

  constructor(jobs: readonly Job[], conflicts: readonly Pair[], foreseen: ReturnType<typeof overlapsOf>) {
    this.#jobs = jobs;
    this.#conflicts = conflicts;
    this.#foreseen = foreseen;
  }

  /** Minutes, if nothing conflicted. */
  ideal(slots: number): number {
    return forecast(this.#jobs, slots);
  }

  /** `work`: of agents, against every task done once. */
  under(overlap: OverlapPolicy, slots: number): { minutes: number; work: number } {
    const apart = this.#foreseen.filter(
      ({ hot }) => overlap !== "optimistic" && (hot || overlap === "serialise-overlap"),
    );
    const ordered = new Set(apart.map(({ left, right }) => `${left} ${right}`));
    // The one that lands later resolves; written one after another, there is nothing to resolve.
    const resolves = new Map<string, number>();
    for (const { left, right } of this.#conflicts) {
      if (ordered.has(`${left} ${right}`) || ordered.has(`${right} ${left}`)) continue;
      resolves.set(right, (resolves.get(right) ?? 0) + RESOLVE_WORK + (1 - RESOLVES));
    }
    const jobs = this.#jobs.map((job) => ({
      ...job,
      dependsOn: [...job.dependsOn, ...apart.filter(({ right }) => right === job.id).map(({ left }) => left)],
      works: job.works * (1 + (resolves.get(job.id) ?? 0)),
    }));
    const sum = (all: readonly Job[]) => all.reduce((total, job) => total + job.works, 0);
    return { minutes: forecast(jobs, slots), work: sum(jobs) / sum(this.#jobs) };
  }
}
