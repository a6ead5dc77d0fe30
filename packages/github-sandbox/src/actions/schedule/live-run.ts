/** A workflow run under way: its graph of jobs, at every depth of called workflows. */

import { newSlots } from "../../slots.ts";
import type { Conclusion, Job, Repository, WorkflowRun } from "../../store/entities.ts";
import { defaultCacheAccess } from "../parse/cache-mode.ts";
import { evaluate, evaluateTexts, holds, type Scope } from "../parse/expressions.ts";
import { type Combination, combinationKey, type Strategy, strategyOf } from "../parse/matrix.ts";
import type { CallJob, JobSpec, StepsJob, WorkflowSpec } from "../parse/model.ts";
import { defaultPermissions } from "../parse/permissions.ts";
import { type Calls, calleeInputs, calleeSecrets, jobPermissions } from "./calls.ts";
import { githubContext } from "./github-context.ts";
import { cacheAccess, combined, jobName, jobScope, type Level, type Needs, type Outcome, outcomeOf } from "./level.ts";
import { LiveJob } from "./live-job.ts";
import type { Runner } from "./runner.ts";
import { aborted, CallTurns } from "./turns/call-turns.ts";
import { type ConcurrencyTurn, type Group, groupOf } from "./turns/concurrency.ts";

type Ended = Pick<Outcome, "result" | "outputs" | "reused">;

/** A job's spec with everything its place in the run gives it. */
interface Placed<Spec extends JobSpec> {
  level: Level;
  spec: Spec;
  needs: Needs;
  combination: Combination;
  strategy: Record<string, unknown>;
  /** Aborts when the matrix gives up. */
  cancel: AbortSignal;
  /** What made its keys impossible to evaluate; it runs only to fail with this. */
  problem: string | null;
}

export class LiveRun {
  readonly run: WorkflowRun;
  readonly repository: Repository;
  readonly #runner: Runner;
  readonly #workflow: WorkflowSpec;
  readonly #calls: Calls;
  readonly #github: Record<string, unknown>;
  readonly #inputs: Record<string, unknown>;
  /** Jobs of the last attempt that this one takes over, by key. */
  readonly #previous: Map<string, Job>;
  readonly #jobs = new Set<LiveJob>();
  readonly #cancel = new AbortController();
  readonly #kill = new AbortController();
  #begun = false;

  constructor(
    runner: Runner,
    repository: Repository,
    run: WorkflowRun,
    workflow: WorkflowSpec,
    calls: Calls,
    inputs: Record<string, unknown>,
    previous: readonly Job[],
  ) {
    this.#runner = runner;
    this.repository = repository;
    this.run = run;
    this.#workflow = workflow;
    this.#calls = calls;
    this.#inputs = inputs;
    this.#github = githubContext(runner.host, repository, run);
    this.#previous = new Map(previous.map((job) => [job.key, job]));
  }

  /** Jobs whose `if` still holds go on. `force` ends everything at once. */
  cancel(force = false): void {
    this.#cancel.abort();
    if (force) this.#kill.abort();
    for (const job of this.#jobs) if (force || !job.survivesCancel()) job.stop();
  }

  /** Runs to the end. `turn` is the run's place in its concurrency group. */
  async finish(turn: ConcurrencyTurn | null): Promise<void> {
    const { records } = this.#runner;
    if (turn !== null && !turn.atOnce) {
      await Promise.race([turn.ready, aborted(this.#cancel.signal)]);
      if (!this.#cancel.signal.aborted) records.queue(this.run.id);
    }
    const level: Level = {
      workflow: this.#workflow,
      namePrefix: "",
      keyPrefix: "",
      inputs: this.#inputs,
      secrets: this.repository.secrets,
      permissions: defaultPermissions,
      cacheAccess: defaultCacheAccess(this.run.event),
      isCalled: false,
      cancel: null,
      held: turn === null ? [] : [{ turn, name: "top level workflow" }],
    };
    const outcomes = await this.#runLevel(level).finally(() => turn?.leave());
    const results = [...outcomes.values()].map((outcome) => outcome.result);
    const conclusion: Conclusion = this.#cancel.signal.aborted ? "cancelled" : combined(results);
    await records.complete(this.repository, this.run.id, conclusion);
  }

  async #runLevel(level: Level): Promise<Needs> {
    const pending = new Map<string, Promise<Outcome>>();
    const specs = new Map(level.workflow.jobs.map((spec) => [spec.id, spec]));
    const start = (spec: JobSpec): Promise<Outcome> => {
      const known = pending.get(spec.id);
      if (known !== undefined) return known;
      const needed = spec.needs.flatMap((id) => specs.get(id) ?? []);
      const outcome = Promise.all(needed.map(async (each) => [each.id, await start(each)] as const)).then((entries) =>
        this.#runJob(level, spec, new Map(entries)),
      );
      pending.set(spec.id, outcome);
      return outcome;
    };
    const entries = level.workflow.jobs.map(async (spec) => [spec.id, await start(spec)] as const);
    return new Map(await Promise.all(entries));
  }

  #scope(
    level: Level,
    needs: Needs,
    more: Record<string, unknown> = {},
    cancelled = this.#cancel.signal.aborted,
  ): Scope {
    return jobScope(level, this.#github, this.repository.variables, needs, cancelled, more);
  }

  async #runJob(level: Level, spec: JobSpec, needs: Needs): Promise<Outcome> {
    const scope = this.#scope(level, needs);
    let strategy: Strategy = { combinations: [{}], failFast: true, maxParallel: 1 };
    let problem: string | null = null;
    try {
      if (this.#kill.signal.aborted || level.cancel?.aborted === true || !holds(spec.if, scope)) {
        this.#skip(level, spec, scope);
        return outcomeOf(needs, { result: "skipped", outputs: {}, reused: false });
      }
      strategy = strategyOf(evaluate(spec.strategy, scope));
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    return outcomeOf(needs, await this.#runMatrix(level, spec, needs, strategy, problem));
  }

  /** A skipped job is listed, and its check run counts as passed. */
  #skip(level: Level, spec: JobSpec, scope: Scope): void {
    const { records } = this.#runner;
    let name = `${level.namePrefix}${spec.id}`;
    try {
      name = jobName(level, spec, {}, scope);
    } catch {
      // A name that needs the matrix cannot be evaluated without one; GitHub shows the id then.
    }
    const job = records.createJob(this.repository, this.run, { name, key: `${level.keyPrefix}${spec.id}`, labels: [] });
    records.completeJob(this.repository, job.id, "skipped", {});
  }

  async #runMatrix(
    level: Level,
    spec: JobSpec,
    needs: Needs,
    { combinations, failFast, maxParallel }: Strategy,
    problem: string | null,
  ): Promise<Ended> {
    const stop = new AbortController();
    const lanes = newSlots(maxParallel);
    const signals = level.cancel === null ? [stop.signal] : [stop.signal, level.cancel];
    const cancel = AbortSignal.any(signals);
    const ended = await Promise.all(
      combinations.map(async (combination, index): Promise<Ended> => {
        const release = await lanes.take(cancel);
        const total = combinations.length;
        const strategy = { "fail-fast": failFast, "job-index": index, "job-total": total, "max-parallel": maxParallel };
        const placed = { level, needs, combination, strategy, cancel, problem };
        const one =
          spec.kind === "steps" ? await this.#runSteps({ ...placed, spec }) : await this.#runCall({ ...placed, spec });
        release?.();
        if (one.result === "failure" && failFast) stop.abort();
        return one;
      }),
    );
    return {
      result: combined(ended.map((one) => one.result)),
      outputs: Object.assign({}, ...ended.map((one) => one.outputs)) as Record<string, string>,
      reused: ended.every((one) => one.reused),
    };
  }

  async #runSteps(placed: Placed<StepsJob>): Promise<Ended> {
    const { level, spec, needs, combination, strategy } = placed;
    const key = `${level.keyPrefix}${spec.id}${combinationKey(combination)}`;
    const previous = this.#previous.get(key);
    if (previous !== undefined && [...needs.values()].every((need) => need.reused)) {
      return { result: resultOf(previous), outputs: previous.outputs, reused: true };
    }
    const scope = () => this.#scope(level, needs, { matrix: combination, strategy });
    const job = new LiveJob({
      runner: this.#runner,
      repository: this.repository,
      run: this.run,
      level,
      spec,
      key,
      combination,
      strategy,
      github: this.#github,
      scope,
      problem: placed.problem,
      permissions: jobPermissions(spec, level.workflow, level.permissions),
      // An `if` that also holds when the run is cancelled keeps its job going.
      survives: () => holds(spec.if, this.#scope(level, needs, {}, true)),
      matrix: placed.cancel,
      kill: this.#kill.signal,
      begins: () => this.#begin(),
    });
    this.#jobs.add(job);
    const ended = await job.finish();
    this.#jobs.delete(job);
    return { ...ended, reused: false };
  }

  async #runCall(placed: Placed<CallJob>): Promise<Ended> {
    const { level, spec, needs, combination, strategy, cancel } = placed;
    const callee = this.#calls.get(spec);
    const scope = this.#scope(level, needs, { matrix: combination, strategy });
    try {
      if (placed.problem !== null) throw new Error(placed.problem);
      if (callee === undefined) throw new Error(`The workflow ${spec.uses} was not found.`);
      const name = jobName(level, spec, combination, scope);
      const inputs = calleeInputs(callee, spec, scope);
      const calleeScope = { contexts: { ...scope.contexts, inputs }, functions: [] };
      const groups = [groupOf(spec.concurrency, scope), groupOf(callee.concurrency, calleeScope)];
      const stop = new AbortController();
      const inner: Level = {
        workflow: callee,
        namePrefix: `${name} / `,
        keyPrefix: `${level.keyPrefix}${spec.id}${combinationKey(combination)} / `,
        inputs,
        secrets: calleeSecrets(callee, spec, level.secrets, scope),
        permissions: jobPermissions(spec, level.workflow, level.permissions),
        cacheAccess: cacheAccess(level, spec),
        isCalled: true,
        cancel: AbortSignal.any([cancel, stop.signal]),
        held: level.held,
      };
      const turns = new CallTurns(this.#runner.groups, this.repository.id, () => stop.abort());
      const wanted = groups.filter((group): group is Group => group !== null);
      try {
        const signal = AbortSignal.any([cancel, stop.signal, this.#cancel.signal]);
        const problem = await turns.enter(wanted, name, level.held, signal);
        if (problem !== null) return this.#endCall(placed, name, problem, "cancelled");
        return await this.#runCallee({ ...inner, held: [...level.held, ...turns.held] });
      } finally {
        turns.leave();
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#endCall(placed, `${level.namePrefix}${spec.id}`, message, "failure");
    }
  }

  async #runCallee(inner: Level): Promise<Ended> {
    const outcomes = await this.#runLevel(inner);
    const jobs = Object.fromEntries([...outcomes].map(([id, { result, outputs }]) => [id, { result, outputs }]));
    const results = [...outcomes.values()];
    return {
      result: combined(results.map((outcome) => outcome.result)),
      outputs: evaluateTexts(inner.workflow.call.outputs, this.#scope(inner, new Map(), { jobs })),
      reused: results.every((outcome) => outcome.reused),
    };
  }

  /** The caller has no job of its own; why it ended without having called is shown as one. */
  #endCall({ level, spec }: Placed<CallJob>, name: string, message: string, result: "failure" | "cancelled"): Ended {
    const { records } = this.#runner;
    const job = records.createJob(this.repository, this.run, {
      name,
      key: `${level.keyPrefix}${spec.id}`,
      labels: [],
    });
    LiveJob.explain(this.#runner, job.id, message);
    records.completeJob(this.repository, job.id, result, {});
    return { result, outputs: {}, reused: false };
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#runner.records.begin(this.repository, this.run.id);
  }

  /** The run's group, evaluated when it starts. */
  group() {
    const scope = {
      contexts: { github: this.#github, inputs: this.#inputs, vars: this.repository.variables },
      functions: [],
    };
    return groupOf(this.#workflow.concurrency, scope);
  }
}

function resultOf({ conclusion }: Job): Outcome["result"] {
  return conclusion === "success" || conclusion === "cancelled" || conclusion === "skipped" ? conclusion : "failure";
}
