/**
 * Foresees the jobs of a pull request's run: their names, and which of them judge nothing. Such are a job that this runner cannot
 * run, a job that needs one (green or red, it would say nothing of the change), one that is always skipped, and one that may fail.
 */
import {
  evaluate,
  holds,
  isNotKnown,
  knownInPart,
  NotKnown,
  type Scope,
  statusFunctions,
} from "../parse/expressions.ts";
import { type Combination, strategyOf } from "../parse/matrix.ts";
import type { CallJob, JobSpec, StepsJob } from "../parse/model.ts";
import { type Calls, calleeInputs } from "../schedule/calls.ts";
import { jobName, type Level, skippedName } from "../schedule/level.ts";

export interface ForeseenJob {
  /** The check run's name. */
  name: string;
  /** The reason why it judges nothing, or may stay away; null: it judges every pull. */
  unless: string | null;
}

/** Returns why this runner can only fail the job; null: it may pass. */
export type Beyond = (spec: StepsJob, scope: Scope) => string | null;

/** How a job ends where the change is good. null: that depends on the run. */
interface Outlook {
  result: "success" | "failure" | "skipped" | null;
  allWell: boolean | null;
  someFailed: boolean;
  /** The job among itself and those that it needs that cannot run here, and why. */
  beyond: { id: string; reason: string } | null;
  checks: ForeseenJob[];
}

type Needed = ReadonlyMap<string, Outlook>;

export function foreseeJobs(level: Level, calls: Calls, beyond: Beyond): ForeseenJob[] {
  return [...new LevelOutlook(level, calls, beyond).all().values()].flatMap(({ checks }) => checks);
}

class LevelOutlook {
  readonly #level: Level;
  readonly #calls: Calls;
  readonly #beyond: Beyond;
  readonly #known = new Map<string, Outlook>();

  constructor(level: Level, calls: Calls, beyond: Beyond) {
    this.#level = level;
    this.#calls = calls;
    this.#beyond = beyond;
  }

  all(): Needed {
    for (const spec of this.#level.workflow.jobs) this.#of(spec);
    return this.#known;
  }

  #of(spec: JobSpec): Outlook {
    const known = this.#known.get(spec.id);
    if (known !== undefined) return known;
    const needed = spec.needs.flatMap((id) => this.#level.workflow.jobs.find((job) => job.id === id) ?? []);
    const needs = new Map(needed.map((each) => [each.id, this.#of(each)]));
    const outlook = this.#foresee(spec, needs);
    this.#known.set(spec.id, outlook);
    return outlook;
  }

  #foresee(spec: JobSpec, needs: Needed): Outlook {
    const lacking = [...needs.values()].find(({ beyond }) => beyond !== null)?.beyond ?? null;
    const waits = lacking === null ? null : `it needs '${lacking.id}': ${lacking.reason}`;
    const scope = this.#scope(needs);
    const runs = decided(() => holds(spec.if, scope));
    if (runs === false) {
      const unless = waits ?? "it is always skipped: its condition does not hold on a pull request here";
      return after(needs, {
        result: "skipped",
        beyond: lacking,
        checks: [{ name: this.#skipped(spec, scope), unless }],
      });
    }
    const own = spec.kind === "steps" ? this.#steps(spec, needs) : this.#call(spec, needs);
    const checks = waits === null ? own.checks : own.checks.map((check) => ({ ...check, unless: waits }));
    return after(needs, { result: runs === null ? null : own.result, beyond: lacking ?? own.beyond, checks });
  }

  #steps(spec: StepsJob, needs: Needed): Pick<Outlook, "result" | "beyond" | "checks"> {
    const ends = this.#combinations(spec, needs, (matrix) => {
      const scope = this.#scope(needs, { matrix });
      const reason = this.#beyond(spec, scope);
      const forgiven = decided(() => evaluate(spec.continueOnError, scope) === true) === true;
      const name = jobName(this.#level, spec, matrix, scope);
      return {
        name,
        unless: reason ?? (forgiven ? "it may fail: it has 'continue-on-error'" : null),
        reason,
        forgiven,
      };
    });
    if (ends === null) return { result: "success", beyond: null, checks: [this.#nameless(spec)] };
    // The file lets such a job fail, so it takes nothing from those that need it.
    const reason = ends.find((end) => end.reason !== null && !end.forgiven)?.reason ?? null;
    const checks = ends.map(({ name, unless }) => ({ name, unless }));
    return reason === null
      ? { result: "success", beyond: null, checks }
      : { result: "failure", beyond: { id: spec.id, reason }, checks };
  }

  #call(spec: CallJob, needs: Needed): Pick<Outlook, "result" | "beyond" | "checks"> {
    const callee = this.#calls.get(spec);
    if (callee === undefined) return { result: "success", beyond: null, checks: [this.#nameless(spec)] };
    const called = this.#combinations(spec, needs, (matrix) => {
      const scope = this.#scope(needs, { matrix });
      const inputs = known(() => calleeInputs(callee, spec, scope)) ?? knownInPart();
      const namePrefix = `${jobName(this.#level, spec, matrix, scope)} / `;
      const inner: Level = { ...this.#level, workflow: callee, namePrefix, inputs, isCalled: true };
      return [...new LevelOutlook(inner, this.#calls, this.#beyond).all().values()];
    })?.flat();
    if (called === undefined) return { result: "success", beyond: null, checks: [this.#nameless(spec)] };
    const { beyond = null } = called.find((job) => job.beyond !== null) ?? {};
    const skipped = called.every(({ result }) => result === "skipped");
    const unsure = called.some(({ result }) => result === null);
    return {
      result: beyond === null ? (skipped ? "skipped" : unsure ? null : "success") : "failure",
      beyond: beyond === null ? null : { ...beyond, id: spec.id },
      checks: called.flatMap(({ checks }) => checks),
    };
  }

  /** null: they, or the names, depend on the run. */
  #combinations<End>(spec: JobSpec, needs: Needed, foresee: (matrix: Combination) => End): End[] | null {
    try {
      return strategyOf(evaluate(spec.strategy, this.#scope(needs))).combinations.map(foresee);
    } catch {
      return null;
    }
  }

  #nameless({ id }: JobSpec): ForeseenJob {
    return { name: `${this.#level.namePrefix}${id}`, unless: "its name depends on the run" };
  }

  #skipped(spec: JobSpec, scope: Scope): string {
    return known(() => skippedName(this.#level, spec, scope)) ?? `${this.#level.namePrefix}${spec.id}`;
  }

  #scope(needs: Needed, contexts: Record<string, unknown> = {}): Scope {
    const { github, vars, inputs, secrets } = this.#level;
    const before = [...needs.values()];
    const ended = ({ result }: Outlook) => (result === null ? knownInPart() : { result, outputs: knownInPart() });
    return {
      contexts: {
        ...{ github, vars, inputs, secrets },
        needs: Object.fromEntries([...needs].map(([id, outlook]) => [id, ended(outlook)])),
        ...contexts,
      },
      functions: statusFunctions({
        success: () => {
          if (before.some(({ allWell }) => allWell === false)) return false;
          if (before.some(({ allWell }) => allWell === null)) throw new NotKnown();
          return true;
        },
        failure: () => before.some(({ someFailed }) => someFailed),
        cancelled: () => false,
      }),
    };
  }
}

function after(needs: Needed, own: Pick<Outlook, "result" | "beyond" | "checks">): Outlook {
  const before = [...needs.values()];
  const all = [own.result === null ? null : own.result === "success", ...before.map(({ allWell }) => allWell)];
  return {
    ...own,
    allWell: all.includes(false) ? false : all.includes(null) ? null : true,
    someFailed: own.result === "failure" || before.some(({ someFailed }) => someFailed),
  };
}

/** null: it depends on the run, or cannot be evaluated, which fails the job when it runs. */
function decided(evaluation: () => boolean): boolean | null {
  try {
    return evaluation();
  } catch {
    return null;
  }
}

function known<Value>(evaluation: () => Value): Value | null {
  try {
    return evaluation();
  } catch (error) {
    if (isNotKnown(error)) return null;
    throw error;
  }
}
