/**
 * Foresees the jobs of a pull's run: their names, and which of them judge nothing. Such are a job that this machine cannot run, a
 * job that needs one, one that is always skipped, one that may fail, and one that passes whatever the change is.
 */
import { type Lack, lackText } from "../execute/lack.ts";
import {
  evaluate,
  hashFilesFunction,
  holds,
  isNotKnown,
  knownInPart,
  NotKnown,
  type Scope,
  statusFunctions,
} from "../parse/expressions.ts";
import { type Combination, strategyOf } from "../parse/matrix.ts";
import type { CallJob, JobSpec, StepSpec, StepsJob } from "../parse/model.ts";
import { runnerLabels } from "../parse/runs-on.ts";
import { type Calls, calleeInputs } from "../schedule/calls.ts";
import { jobName, type Level, skippedName } from "../schedule/level.ts";
import { onlyPrints, seesCode } from "./inert.ts";
import type { ForeseenJob, Unless } from "./unless.ts";

/** Returns what a job with these labels and steps asks for and this machine lacks. */
export type Judge = (spec: StepsJob, labels: readonly string[], steps: readonly StepSpec[]) => Lack | null;

/** How a job ends where the change is good. null: that depends on the run. */
interface Outlook {
  result: "success" | "failure" | "skipped" | null;
  allWell: boolean | null;
  someFailed: boolean;
  /** The job among itself and those that it needs that cannot run here, and why. */
  lacking: { id: string; why: Lack } | null;
  /** True where its end, or that of a job that it needs, depends on the change. */
  judges: boolean;
  checks: ForeseenJob[];
}

type Own = Pick<Outlook, "result" | "lacking" | "judges" | "checks">;
type Needed = ReadonlyMap<string, Outlook>;

export function foreseeJobs(level: Level, calls: Calls, judge: Judge): ForeseenJob[] {
  return [...new LevelOutlook(level, calls, judge).all().values()].flatMap(({ checks }) => checks);
}

class LevelOutlook {
  readonly #level: Level;
  readonly #calls: Calls;
  readonly #judge: Judge;
  readonly #known = new Map<string, Outlook>();

  constructor(level: Level, calls: Calls, judge: Judge) {
    this.#level = level;
    this.#calls = calls;
    this.#judge = judge;
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
    const before = [...needs.values()];
    const lacking = before.find((need) => need.lacking !== null)?.lacking ?? null;
    const waits: Unless | null =
      lacking === null ? null : { kind: "needs", job: lacking.id, why: lackText(lacking.why) };
    const scope = this.#scope(needs);
    const runs = decided(() => holds(spec.if, scope));
    if (runs === false) {
      const unless = waits ?? { kind: "always-skipped" };
      const checks = [{ name: this.#skipped(spec, scope), unless }];
      return after(needs, { result: "skipped", lacking, judges: before.some(({ judges }) => judges), checks });
    }
    const own = spec.kind === "steps" ? this.#steps(spec, needs) : this.#call(spec, needs);
    const checks = waits === null ? own.checks : own.checks.map((check) => ({ ...check, unless: waits }));
    return after(needs, { ...own, result: runs === null ? null : own.result, lacking: lacking ?? own.lacking, checks });
  }

  #steps(spec: StepsJob, needs: Needed): Own {
    const inert = this.#inert(spec, needs);
    const ends = this.#combinations(spec, needs, (matrix) => {
      const scope = this.#scope(needs, { matrix });
      const steps = spec.steps.filter(
        (step) => decided(() => holds(step.if, { ...scope, functions: whileWell })) !== false,
      );
      const why = this.#judge(spec, runnerLabels(evaluate(spec.runsOn, scope)), steps);
      const forgiven = decided(() => evaluate(spec.continueOnError, scope) === true) === true;
      const name = jobName(this.#level, spec, matrix, scope);
      return { name, why, forgiven };
    });
    if (ends === null) return { result: "success", lacking: null, judges: true, checks: [this.#nameless(spec)] };
    const checks = ends.map(({ name, why, forgiven }): ForeseenJob => {
      const unless: Unless | null =
        why === null ? (forgiven ? { kind: "may-fail" } : inert) : { kind: "cannot-run", why: lackText(why) };
      return { name, unless };
    });
    const judges = checks.some(({ unless }) => unless === null) || [...needs.values()].some((need) => need.judges);
    // The file lets such a job fail, so it takes nothing from those that need it.
    const why = ends.find((end) => end.why !== null && !end.forgiven)?.why ?? null;
    if (why === null) return { result: "success", lacking: null, judges, checks };
    return { result: "skipped", lacking: { id: spec.id, why }, judges, checks };
  }

  /** A job that only prints still judges where a failure of what it needs skips it. */
  #inert(spec: StepsJob, needs: Needed): Unless | null {
    const sumsUp = [...needs.values()].some(({ judges }) => judges);
    if (onlyPrints(spec)) {
      const afterFailure = sumsUp ? decided(() => holds(spec.if, this.#scope(failed(needs)))) : true;
      return afterFailure === false ? null : { kind: "inert", how: "prints" };
    }
    return sumsUp || seesCode(spec) ? null : { kind: "inert", how: "no-code" };
  }

  #call(spec: CallJob, needs: Needed): Own {
    const callee = this.#calls.get(spec);
    if (callee === undefined) {
      const why: Lack = { kind: "workflow", uses: spec.uses };
      const name =
        known(() => jobName(this.#level, spec, {}, this.#scope(needs))) ?? `${this.#level.namePrefix}${spec.id}`;
      const checks: ForeseenJob[] = [{ name, unless: { kind: "cannot-run", why: lackText(why) } }];
      return { result: "skipped", lacking: { id: spec.id, why }, judges: false, checks };
    }
    const called = this.#combinations(spec, needs, (matrix) => {
      const scope = this.#scope(needs, { matrix });
      const inputs = known(() => calleeInputs(callee, spec, scope)) ?? knownInPart();
      const namePrefix = `${jobName(this.#level, spec, matrix, scope)} / `;
      const inner: Level = { ...this.#level, workflow: callee, namePrefix, inputs, isCalled: true };
      return [...new LevelOutlook(inner, this.#calls, this.#judge).all().values()];
    })?.flat();
    if (called === undefined) return { result: "success", lacking: null, judges: true, checks: [this.#nameless(spec)] };
    const { lacking = null } = called.find((job) => job.lacking !== null) ?? {};
    const skipped = called.every(({ result }) => result === "skipped");
    const unsure = called.some(({ result }) => result === null);
    return {
      result: skipped || lacking !== null ? "skipped" : unsure ? null : "success",
      lacking: lacking === null ? null : { ...lacking, id: spec.id },
      judges: called.some(({ judges }) => judges) || [...needs.values()].some((need) => need.judges),
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
    return { name: `${this.#level.namePrefix}${id}`, unless: { kind: "name-depends-on-run" } };
  }

  #skipped(spec: JobSpec, scope: Scope): string {
    return known(() => skippedName(this.#level, spec, scope)) ?? `${this.#level.namePrefix}${spec.id}`;
  }

  #scope(needs: Needed, contexts: Record<string, unknown> = {}): Scope {
    const { github, vars, inputs, secrets } = this.#level;
    const before = [...needs.values()];
    const ended = ({ result }: Outlook) => (result === null ? knownInPart() : { result, outputs: knownInPart() });
    const unknown = knownInPart();
    return {
      contexts: {
        ...{ github, vars, inputs, secrets },
        // The conditions of steps may read these, which only the run fills in.
        ...{ env: unknown, job: unknown, steps: unknown, runner: knownInPart({ os: "Linux" }), strategy: unknown },
        needs: Object.fromEntries([...needs].map(([id, outlook]) => [id, ended(outlook)])),
        ...contexts,
      },
      functions: [
        ...statusFunctions({
          success: () => {
            if (before.some(({ allWell }) => allWell === false)) return false;
            if (before.some(({ allWell }) => allWell === null)) throw new NotKnown();
            return true;
          },
          failure: () => before.some(({ someFailed }) => someFailed),
          cancelled: () => false,
        }),
        hashFiles,
      ],
    };
  }
}

const hashFiles = hashFilesFunction(() => {
  throw new NotKnown();
});

/** The functions of a step's condition while every step before it has passed. */
const whileWell = [
  ...statusFunctions({ success: () => true, failure: () => false, cancelled: () => false }),
  hashFiles,
];

/** The same jobs as they end where the change breaks one that judges. */
function failed(needs: Needed): Needed {
  return new Map(
    [...needs].map(([id, outlook]) =>
      outlook.judges ? [id, { ...outlook, result: "failure", allWell: false, someFailed: true }] : [id, outlook],
    ),
  );
}

function after(needs: Needed, own: Own): Outlook {
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
