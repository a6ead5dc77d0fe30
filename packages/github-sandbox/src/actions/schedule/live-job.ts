/** One job of a run: from the moment it may start, through its waiting, to its end. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { faultsOf } from "../../faults/faults.ts";
import type { Permissions, Repository, WorkflowRun } from "../../store/entities.ts";
import { clearJobFolders, jobLogs, jobRoot } from "../execute/machine/folders.ts";
import { openStepLog } from "../execute/machine/log.ts";
import { newMasks } from "../execute/machine/masks.ts";
import type { JobEnd } from "../execute/request.ts";
import { runJob } from "../execute/run-job.ts";
import { evaluate, type Scope } from "../parse/expressions.ts";
import type { Combination } from "../parse/matrix.ts";
import type { StepsJob } from "../parse/model.ts";
import { cacheAccess, jobName, type Level } from "./level.ts";
import type { Runner } from "./runner.ts";
import { deadlock, type Group, groupOf } from "./turns/concurrency.ts";

interface Details {
  runner: Runner;
  repository: Repository;
  run: WorkflowRun;
  level: Level;
  spec: StepsJob;
  key: string;
  combination: Combination;
  strategy: Record<string, unknown>;
  github: Record<string, unknown>;
  /** What the job's keys see. */
  scope(): Scope;
  /** Why it can only fail, if so. */
  problem: string | null;
  permissions: Permissions;
  survives(): boolean;
  /** Aborts when the other jobs of its matrix, or its caller, were stopped. */
  matrix: AbortSignal;
  kill: AbortSignal;
  /** Called when a slot is found. */
  begins(): Promise<void>;
}

/** `runs-on`: a label, several, or `{ group, labels }`. */
export function runnerLabels(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "object" && value !== null && "labels" in value ? runnerLabels(value.labels) : [];
}

/** GitHub's words: https://github.com/actions/runner-images/issues/6680 */
const runnerLost =
  "The hosted runner lost communication with the server. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.";

export class LiveJob {
  readonly #details: Details;
  readonly #stop = new AbortController();

  constructor(details: Details) {
    this.#details = details;
    const follow = () => this.stop();
    for (const signal of [details.matrix, details.kill]) {
      if (signal.aborted) follow();
      else signal.addEventListener("abort", follow, { once: true });
    }
  }

  /** Writes why a job failed without having run. */
  static explain(runner: Runner, jobId: number, message: string): void {
    const folder = jobLogs(runner.options.dataDir, jobId);
    mkdirSync(folder, { recursive: true });
    const log = openStepLog(join(folder, "1.txt"), newMasks([]), () => runner.host.store.date());
    log.error(message);
    log.close();
  }

  stop(): void {
    this.#stop.abort();
  }

  survivesCancel(): boolean {
    try {
      return this.#details.survives();
    } catch {
      return false;
    }
  }

  async finish(): Promise<{ result: "success" | "failure" | "cancelled"; outputs: Record<string, string> }> {
    const { runner, repository, run, level, spec, key, combination } = this.#details;
    let { problem } = this.#details;
    let name = `${level.namePrefix}${spec.id}`;
    let labels: string[] = [];
    let forgiven = false;
    let group: Group | null = null;
    try {
      name = jobName(level, spec, combination, this.#details.scope());
      labels = runnerLabels(evaluate(spec.runsOn, this.#details.scope()));
      forgiven = evaluate(spec.continueOnError, this.#details.scope()) === true;
      group = groupOf(spec.concurrency, this.#details.scope());
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
    }
    const job = runner.records.createJob(repository, run, { name, key, labels });
    const end = await this.#inTurn(job.id, name, group, () => this.#onRunner(job.id, labels, problem));
    runner.records.completeJob(repository, job.id, end.conclusion, end.outputs);
    runner.inBackground(clearJobFolders(jobRoot(runner.options.dataDir, job.id)));
    const result = forgiven && end.conclusion === "failure" ? "success" : end.conclusion;
    return { result, outputs: end.outputs };
  }

  /** Waits for its concurrency group and for a slot. */
  async #inTurn(jobId: number, name: string, group: Group | null, work: () => Promise<JobEnd>): Promise<JobEnd> {
    const { runner, repository, level } = this.#details;
    const cancelled: JobEnd = { conclusion: "cancelled", outputs: {} };
    const rival = group === null ? null : runner.groups.holder(repository.id, group, level.held);
    if (group !== null && rival !== null) {
      LiveJob.explain(runner, jobId, deadlock(group, rival, name));
      return cancelled;
    }
    const turn = group === null ? null : runner.groups.enter(repository.id, group, () => this.stop());
    try {
      if (turn !== null && !turn.atOnce) {
        runner.records.changeJob(jobId, { status: "pending" });
        await this.#untilStopped(turn.ready);
      }
      if (this.#stop.signal.aborted) return cancelled;
      if (turn !== null && !turn.atOnce) runner.records.changeJob(jobId, { status: "queued" });
      const release = await runner.slotsOf(repository).take(this.#stop.signal);
      if (release === null) return cancelled;
      try {
        return await work();
      } finally {
        release();
      }
    } finally {
      turn?.leave();
    }
  }

  #untilStopped(ready: Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    return signal.aborted ? Promise.resolve() : Promise.race([ready, stopped]);
  }

  /** Runs the job, unless its runner is lost: GitHub fails it then, and none of its later steps runs. */
  async #onRunner(jobId: number, labels: readonly string[], problem: string | null): Promise<JobEnd> {
    const { runner, run, key, kill } = this.#details;
    const { lost, end } = faultsOf(runner.host.store).runner(`${run.workflowPath} ${key}`);
    try {
      const ended = await this.#run(jobId, labels, problem, AbortSignal.any([kill, lost]));
      if (!lost.aborted || kill.aborted) return ended;
      LiveJob.explain(runner, jobId, runnerLost);
      return { conclusion: "failure", outputs: {} };
    } finally {
      end();
    }
  }

  async #run(jobId: number, labels: readonly string[], problem: string | null, kill: AbortSignal): Promise<JobEnd> {
    const { runner, repository, run, level, spec, github, combination, strategy, permissions } = this.#details;
    await this.#details.begins();
    runner.records.startJob(repository, jobId);
    const { needs, inputs } = this.#details.scope().contexts as Record<string, Record<string, unknown>>;
    return runJob(
      {
        host: runner.host,
        options: runner.options,
        artifacts: runner.artifacts,
        caches: runner.caches,
        repository,
        run,
        jobId,
        workflow: level.workflow,
        spec,
        contexts: {
          github,
          inputs: inputs ?? {},
          vars: repository.variables,
          secrets: level.secrets,
          needs: needs ?? {},
          matrix: combination,
          strategy,
        },
        permissions,
        cacheAccess: cacheAccess(level, spec),
        changed: (change) => void runner.records.changeJob(jobId, change),
        cancel: this.#stop.signal,
        kill,
      },
      labels,
      problem,
    );
  }
}
