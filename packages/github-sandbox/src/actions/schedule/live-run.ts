/**
 * A workflow run under way: its graph of jobs, at every depth of called workflows. `start.ts` makes one LiveRun for each attempt of
 * a run. It lives in memory only; the records of run and jobs are in the store, and `recover.ts` ends what a crash left of them.
 *
 * A job waits for, in this order: the run's concurrency group, the jobs that it needs, `max-parallel` of its matrix, its own
 * concurrency group, and a slot of the account. Each wait is a promise in the function that needs it; there is no loop that looks
 * for jobs to start. `level.ts` holds what one workflow file knows, `live-job.ts` takes a job from its group on, and `live-call.ts`
 * a job that calls a workflow.
 *
 * # Properties
 *
 * - A job starts once, when all jobs that it needs have ended, however those ended. Its `if` decides whether it runs.
 * - Every job gets a record in the store, a skipped one too: branch protection counts its check run as passed. A job that calls a
 *   workflow gets one only if it is skipped or the call fails. Otherwise the jobs of the callee stand for it.
 * - The run completes once, after all of its jobs. When this code throws, `start.ts` completes it as failed.
 * - A job leaves its concurrency group and releases its slot in a `finally`, and so does a run its group.
 * - A job sees its level, the run's `github` and the outcomes of the jobs it needs; never a job of another level.
 * - An attempt takes over a job of the last attempt only if it also takes over all jobs that this one needs.
 *
 * # Sources of events
 *
 * - A. `cancel`: from a person, from another run of the group, or forced by a person or a closing sandbox.
 * - B. Ends of jobs, which let the jobs that need them start, and make a matrix with `fail-fast` stop.
 * - C. Turns in concurrency groups, and slots.
 * - D. The loss of a runner, which only fault injection causes. It ends one job as failed.
 *
 * # Races handled
 *
 * - Two runs of a group start at once. `start.ts` registers a run and enters its group without an `await` in between, so that one
 *   of them is first and `cancel` finds both.
 * - The sandbox closes while a run starts. The run is cancelled by force as soon as it is registered.
 * - The run is cancelled while it waits for its group. It goes on without its turn, skips what `success()` guards, completes, and
 *   leaves the group, also if the turn came at the same moment.
 * - A job is cancelled while it waits. `live-job.ts` checks after the wait for the group, and a stopped job gets no slot.
 * - Two jobs get their slots at once. The first one marks the run as in progress before it awaits anything.
 * - A runner is lost while the run is killed. The job counts as cancelled.
 * - A job waits for a group that its own run or caller holds. It would wait for itself, so it is cancelled with GitHub's message.
 *
 * # Races accepted
 *
 * - A run that is cancelled while it is pending runs its jobs with `if: always()` beside the run that holds the group.
 * - A matrix job that waits for `max-parallel` when the run is cancelled still runs. `cancel` reaches only jobs that exist.
 * - Two runs that each hold the group that a job of the other waits for wait until a person cancels one. Only a wait for a group
 *   of one's own run or caller is found.
 */
import { newSlots } from "../../slots.ts";
import type { Conclusion, Job } from "../../store/entities.ts";
import { defaultCacheAccess } from "../parse/cache-mode.ts";
import { evaluate, holds, type Scope } from "../parse/expressions.ts";
import { type Strategy, strategyOf } from "../parse/matrix.ts";
import type { JobSpec, StepsJob } from "../parse/model.ts";
import { defaultPermissions } from "../parse/permissions.ts";
import type { ReadyWorkflow } from "./calls.ts";
import { githubContext } from "./github-context.ts";
import { jobScope, type Level, type Placed, placedKey, type Ready, skippedName } from "./level.ts";
import { runCall } from "./live-call.ts";
import { LiveJob } from "./live-job.ts";
import { combined, combinedEnd, type Ended, type Needs, type Outcome, outcomeOf, reused } from "./outcome.ts";
import type { Cancellable, RunScope } from "./scheduler.ts";
import { aborted } from "./turns/call-turns.ts";
import { type ConcurrencyTurn, type Group, groupOf } from "./turns/concurrency.ts";

export class LiveRun implements Cancellable {
  readonly #of: RunScope;
  readonly #ready: ReadyWorkflow;
  readonly #github: Record<string, unknown>;
  readonly #inputs: Record<string, unknown>;
  /** The jobs of the last attempt that this one takes over, by key. */
  readonly #previous: Map<string, Job>;
  readonly #jobs = new Set<LiveJob>();
  readonly #cancel = new AbortController();
  readonly #kill = new AbortController();
  #begun = false;

  /** `inputs` have the types that the file declares. `previous` are the jobs that this attempt takes over. */
  constructor(of: RunScope, ready: ReadyWorkflow, inputs: Record<string, unknown>, previous: readonly Job[]) {
    this.#of = of;
    this.#ready = ready;
    this.#inputs = inputs;
    this.#github = githubContext(of);
    this.#previous = new Map(previous.map((job) => [job.key, job]));
  }

  cancel(force = false): void {
    this.#cancel.abort();
    if (force) this.#kill.abort();
    for (const job of this.#jobs) if (force || !job.survivesCancel()) job.stop();
  }

  /** Evaluates the run's concurrency group; null when it has none. */
  group(): Group | null {
    const contexts = { github: this.#github, inputs: this.#inputs, vars: this.#of.repository.variables };
    return groupOf(this.#ready.workflow.concurrency, { contexts, functions: [] });
  }

  /** Takes the run to its end. `turn` is its place in its concurrency group. */
  async finish(turn: ConcurrencyTurn | null): Promise<void> {
    const { scheduler, repository, run } = this.#of;
    if (turn !== null && !turn.atOnce) {
      await Promise.race([turn.ready, aborted(this.#cancel.signal)]);
      if (!this.#cancel.signal.aborted) scheduler.records.queue(run.id);
    }
    const level: Level = {
      workflow: this.#ready.workflow,
      github: this.#github,
      vars: repository.variables,
      namePrefix: "",
      keyPrefix: "",
      inputs: this.#inputs,
      secrets: repository.secrets,
      permissions: defaultPermissions,
      cacheAccess: defaultCacheAccess(run.event),
      isCalled: false,
      cancel: null,
      held: turn === null ? [] : [{ turn, name: "top level workflow" }],
    };
    const outcomes = await this.#runLevel(level).finally(() => turn?.leave());
    const conclusion = this.#cancel.signal.aborted ? "cancelled" : conclusionOf([...outcomes.values()]);
    await scheduler.records.complete(repository, run.id, conclusion);
  }

  /** Starts each job when the jobs that it needs have ended. */
  async #runLevel(level: Level): Promise<Needs> {
    const pending = new Map<string, Promise<Outcome>>();
    const specs = new Map(level.workflow.jobs.map((spec) => [spec.id, spec]));
    const start = (spec: JobSpec): Promise<Outcome> => {
      const known = pending.get(spec.id);
      if (known !== undefined) return known;
      const needed = spec.needs.flatMap((id) => specs.get(id) ?? []);
      const outcome = Promise.all(needed.map(async (each) => [each.id, await start(each)] as const)).then((entries) =>
        this.#runJob({ level, spec, needs: new Map(entries), problem: null }),
      );
      pending.set(spec.id, outcome);
      return outcome;
    };
    const entries = level.workflow.jobs.map(async (spec) => [spec.id, await start(spec)] as const);
    return new Map(await Promise.all(entries));
  }

  async #runJob(ready: Ready): Promise<Outcome> {
    const { level, spec, needs } = ready;
    const scope = jobScope(level, needs, this.#cancel.signal.aborted);
    let strategy: Strategy = { combinations: [{}], failFast: true, maxParallel: 1 };
    let problem: string | null = null;
    try {
      if (this.#kill.signal.aborted || level.cancel?.aborted === true || !holds(spec.if, scope)) {
        this.#skip(ready, scope);
        return outcomeOf(needs, { result: "skipped", outputs: {}, isAbsent: false, reused: false });
      }
      strategy = strategyOf(evaluate(spec.strategy, scope));
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    return outcomeOf(needs, await this.#runMatrix({ ...ready, problem }, strategy));
  }

  /** Lists a skipped job. Its check run counts as passed. */
  #skip({ level, spec }: Ready, scope: Scope): void {
    const { scheduler, repository, run } = this.#of;
    let name = `${level.namePrefix}${spec.id}`;
    try {
      name = skippedName(level, spec, scope);
    } catch {
      // GitHub shows the id when the name needs what a skipped job has not.
    }
    const key = `${level.keyPrefix}${spec.id}`;
    const job = scheduler.records.createJob(repository, run, { name, key, labels: [] });
    scheduler.records.completeJob(repository, job.id, { conclusion: "skipped", outputs: {} });
  }

  async #runMatrix(ready: Ready, { combinations, failFast, maxParallel }: Strategy): Promise<Ended> {
    const { level } = ready;
    const stop = new AbortController();
    const slots = newSlots(maxParallel);
    const signals = level.cancel === null ? [stop.signal] : [stop.signal, level.cancel];
    const cancel = AbortSignal.any(signals);
    const ended = await Promise.all(
      combinations.map(async (combination, index): Promise<Ended> => {
        const release = await slots.take(cancel);
        const total = combinations.length;
        const strategy = { "fail-fast": failFast, "job-index": index, "job-total": total, "max-parallel": maxParallel };
        const one = await this.#runOne({ ...ready, combination, strategy, cancel });
        release?.();
        if (one.result === "failure" && failFast) stop.abort();
        return one;
      }),
    );
    return {
      ...combinedEnd(ended),
      outputs: Object.assign({}, ...ended.map((one) => one.outputs)) as Record<string, string>,
    };
  }

  #runOne(placed: Placed): Promise<Ended> {
    const { spec } = placed;
    if (spec.kind === "steps") return this.#runSteps({ ...placed, spec });
    return runCall(
      this.#of,
      { ...placed, spec },
      {
        callee: this.#ready.calls.get(spec),
        cancelled: this.#cancel.signal,
        runLevel: (level) => this.#runLevel(level),
      },
    );
  }

  async #runSteps(placed: Placed<StepsJob>): Promise<Ended> {
    const previous = this.#previous.get(placedKey(placed));
    if (previous !== undefined && [...placed.needs.values()].every((need) => need.reused)) return reused(previous);
    const job = new LiveJob(this.#of, placed, {
      isCancelled: () => this.#cancel.signal.aborted,
      kill: this.#kill.signal,
      begins: () => this.#begin(),
    });
    this.#jobs.add(job);
    const ended = await job.finish();
    this.#jobs.delete(job);
    return { ...ended, reused: false };
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const { scheduler, repository, run } = this.#of;
    await scheduler.records.begin(repository, run.id);
  }
}

/** A run is neutral when nothing of it ran because this machine lacks something. */
function conclusionOf(outcomes: readonly Outcome[]): Conclusion {
  const result = combined(outcomes.map((outcome) => outcome.result));
  return result === "skipped" && outcomes.some((outcome) => outcome.isAbsent) ? "neutral" : result;
}
