/** Takes one job of a run from its concurrency group through its slot to its end. The header of `live-run.ts` names the races. */
import type { CheckRun } from "../../store/entities.ts";
import { type Lack, lackText } from "../execute/lack.ts";
import { clearJobFolders, jobRoot } from "../execute/machine/folders.ts";
import type { JobEnd } from "../execute/request.ts";
import { runJob } from "../execute/run-job.ts";
import { evaluate, holds, type Scope } from "../parse/expressions.ts";
import type { StepsJob } from "../parse/model.ts";
import { runnerLabels } from "../parse/runs-on.ts";
import { explain } from "./explain.ts";
import { cacheAccess, jobName, jobPermissions, jobScope, type Placed, placedKey } from "./level.ts";
import type { Ended } from "./outcome.ts";
import type { RunScope } from "./scheduler.ts";
import { deadlock, type Group, groupOf } from "./turns/concurrency.ts";

/** The run around a job, as far as the job needs it. */
interface Ties {
  isCancelled(): boolean;
  /** Aborts when nothing of the run may go on. */
  kill: AbortSignal;
  /** Called when the job has a slot. */
  begins(): Promise<void>;
}

/** The values of a job's keys, evaluated when it may start. */
interface Keys {
  name: string;
  labels: string[];
  isForgiven: boolean;
  group: Group | null;
  problem: string | null;
}

/** GitHub's words: https://github.com/actions/runner-images/issues/6680 */
const runnerLost =
  "The hosted runner lost communication with the server. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.";

function notRun(lack: Lack): Pick<CheckRun["output"], "title" | "summary"> {
  return { title: "Not run here", summary: `This job did not run: ${lackText(lack)}.` };
}

const cancelled: JobEnd = { conclusion: "cancelled", outputs: {}, lack: null };

export class LiveJob {
  readonly #of: RunScope;
  readonly #placed: Placed<StepsJob>;
  readonly #ties: Ties;
  readonly #stop = new AbortController();

  constructor(of: RunScope, placed: Placed<StepsJob>, ties: Ties) {
    this.#of = of;
    this.#placed = placed;
    this.#ties = ties;
    const follow = () => this.stop();
    for (const signal of [placed.cancel, ties.kill]) {
      if (signal.aborted) follow();
      else signal.addEventListener("abort", follow, { once: true });
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** True when its `if` still holds once the run is cancelled, as `always()` does. */
  survivesCancel(): boolean {
    const { level, spec, needs } = this.#placed;
    try {
      return holds(spec.if, jobScope(level, needs, true));
    } catch {
      return false;
    }
  }

  async finish(): Promise<Omit<Ended, "reused">> {
    const { scheduler, repository, run } = this.#of;
    const keys = this.#keys();
    const { name, labels } = keys;
    const job = scheduler.records.createJob(repository, run, { name, key: placedKey(this.#placed), labels });
    const end = await this.#inTurn(job.id, keys);
    scheduler.records.completeJob(repository, job.id, { ...end, output: end.lack === null ? null : notRun(end.lack) });
    scheduler.inBackground(clearJobFolders(jobRoot(scheduler.options.dataDir, job.id)));
    const { conclusion, outputs } = end;
    // The file lets such a job fail, so it takes nothing from those that need it.
    if (conclusion === "neutral")
      return { result: keys.isForgiven ? "success" : "skipped", outputs, isAbsent: !keys.isForgiven };
    const result = keys.isForgiven && conclusion === "failure" ? "success" : conclusion;
    return { result, outputs, isAbsent: false };
  }

  /** Evaluates the keys. If one fails, the rest keep their defaults, and the job fails with the reason. */
  #keys(): Keys {
    const { level, spec, combination, problem } = this.#placed;
    const keys: Keys = { name: `${level.namePrefix}${spec.id}`, labels: [], isForgiven: false, group: null, problem };
    try {
      keys.name = jobName(level, spec, combination, this.#scope());
      keys.labels = runnerLabels(evaluate(spec.runsOn, this.#scope()));
      keys.isForgiven = evaluate(spec.continueOnError, this.#scope()) === true;
      keys.group = groupOf(spec.concurrency, this.#scope());
    } catch (error) {
      keys.problem ??= error instanceof Error ? error.message : String(error);
    }
    return keys;
  }

  #scope(): Scope {
    const { level, needs, combination, strategy } = this.#placed;
    return jobScope(level, needs, this.#ties.isCancelled(), { matrix: combination, strategy });
  }

  /** Waits for its concurrency group and for a slot, then runs. */
  async #inTurn(jobId: number, keys: Keys): Promise<JobEnd> {
    const { scheduler, repository } = this.#of;
    const { group, name } = keys;
    const rival = group === null ? null : scheduler.groups.holder(repository.id, group, this.#placed.level.held);
    if (group !== null && rival !== null) {
      explain(scheduler, jobId, deadlock(group, rival, name));
      return cancelled;
    }
    const turn = group === null ? null : scheduler.groups.enter(repository.id, group, () => this.stop());
    try {
      if (turn !== null && !turn.atOnce) {
        scheduler.records.changeJob(jobId, { status: "pending" });
        await this.#untilStopped(turn.ready);
      }
      if (this.#stop.signal.aborted) return cancelled;
      if (turn !== null && !turn.atOnce) scheduler.records.changeJob(jobId, { status: "queued" });
      const release = await scheduler.slotsOf(repository).take(this.#stop.signal);
      if (release === null) return cancelled;
      try {
        return await this.#onRunner(jobId, keys);
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

  /** Runs the job. When its runner is lost it fails, and none of its later steps runs, as on GitHub. */
  async #onRunner(jobId: number, keys: Keys): Promise<JobEnd> {
    const { scheduler, run } = this.#of;
    const { kill } = this.#ties;
    const { lost, end } = scheduler.host.runnerLoss(`${run.workflowPath} ${placedKey(this.#placed)}`);
    try {
      const ended = await this.#run(jobId, keys, AbortSignal.any([kill, lost]));
      if (!lost.aborted || kill.aborted) return ended;
      explain(scheduler, jobId, runnerLost);
      return { conclusion: "failure", outputs: {}, lack: null };
    } finally {
      end();
    }
  }

  async #run(jobId: number, { labels, problem }: Keys, kill: AbortSignal): Promise<JobEnd> {
    const { scheduler, repository, run } = this.#of;
    const { level, spec, combination, strategy } = this.#placed;
    await this.#ties.begins();
    scheduler.records.startJob(repository, jobId);
    const { needs, inputs } = this.#scope().contexts as Record<string, Record<string, unknown>>;
    return runJob(
      {
        host: scheduler.host,
        options: scheduler.options,
        repository,
        run,
        jobId,
        workflow: level.workflow,
        spec,
        labels,
        problem,
        contexts: {
          github: level.github,
          inputs: inputs ?? {},
          vars: repository.variables,
          secrets: level.secrets,
          needs: needs ?? {},
          matrix: combination,
          strategy,
        },
        permissions: jobPermissions(spec, level.workflow, level.permissions),
        cacheAccess: cacheAccess(level, spec),
        changed: (change) => void scheduler.records.changeJob(jobId, change),
        cancel: this.#stop.signal,
        kill,
      },
      scheduler.builtIn,
    );
  }
}
