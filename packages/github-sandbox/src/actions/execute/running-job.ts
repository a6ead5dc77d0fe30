/**
 * A job while it runs: its folders, its processes, what its steps have set so far, and what its expressions see. `run-job.ts` takes
 * it through its steps one after another; `steps/` does the work of one step.
 *
 * # Properties
 *
 * - No process outlives its job. `close` kills every process group of the job, and every process with its tracking id.
 * - A step's record is stored before the step starts, and each running group's leader as well, so that a sandbox that starts after
 *   a crash knows what to end.
 * - No secret is written to a log, to a step's name or to an output: all three pass through `masks`.
 * - An expression sees the state of its own moment. `scope` is made anew for each evaluation.
 * - A stopped job ends within five minutes. A killed job starts nothing more, and so does one that lacks something here.
 *
 * # Two ways to end
 *
 * - `stop`, when a person cancels, the matrix fails fast, or the job takes too long. The step under way gets SIGINT and, after the
 *   grace, SIGKILL. Later steps run if their `if` holds for a cancelled job. After five minutes the job is killed.
 * - `kill`, when a person forces it, the sandbox closes, or the runner is lost. Every process gets SIGKILL, and no step runs.
 *
 * # Sources of events
 *
 * - A. The run: `request.cancel` stops the job, `request.kill` kills it.
 * - B. Timers: of the job (`timeout-minutes`, in `run-job.ts`), of a step (in `within`), and after a stop.
 * - C. Processes: their output, their exit, and the command files they leave. Steps never overlap, so a file has one writer.
 *
 * # Races handled
 *
 * - The job is stopped between two steps. There is no step to abort; the next `if` sees the cancelled status.
 * - The job is stopped inside a composite action. `#current` is the controller of the outermost step, and the signals of inner steps
 *   follow it, so no level goes on.
 * - A step runs out of time while the job is stopped. It counts as timed out, and the job as cancelled.
 * - A stopped command fails with an exit code that means nothing. `within` ignores errors after an abort.
 * - A command ends while a process that it started holds its output open. `processes.ts` reads on for 200 ms, then closes the pipe.
 *
 * # Races accepted
 *
 * - The run is cancelled in the moment between the job's slot and this constructor. An abort that came before has no listener, so
 *   the job runs to its end, and only the run counts as cancelled.
 * - A process that leaves its group and clears its environment is not found, on GitHub neither. Where there is no /proc, leaving the
 *   group is enough.
 * - A process writes to its closed pipe after its step. The output is lost.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../store/entities.ts";
import { evaluateTexts, hashFilesFunction, type Scope, statusFunctions } from "../parse/expressions.ts";
import type { UsesStep } from "../parse/model.ts";
import { ActionSources } from "./action-sources.ts";
import { type Lack, lackText } from "./lack.ts";
import { basePath, jobEnvironment, proxySecrets, runnerContext } from "./machine/environment.ts";
import { type JobFolders, makeJobFolders } from "./machine/folders.ts";
import { openStepLog, type StepLog } from "./machine/log.ts";
import { type Masks, newMasks } from "./machine/masks.ts";
import { hashFiles } from "./machine/match-files.ts";
import { type Leader, Processes } from "./machine/processes.ts";
import { trackingIdOf } from "./machine/tracking.ts";
import type { JobRequest } from "./request.ts";

export interface StepOutcome {
  outputs: Record<string, string>;
  outcome: "success" | "failure" | "cancelled" | "skipped";
  conclusion: "success" | "failure" | "cancelled" | "skipped";
}

/** A list of steps that runs: the job's own, or that of a composite action. */
export interface Frame {
  /** The number of composite actions around these steps. */
  depth: number;
  failed: boolean;
  steps: Record<string, StepOutcome>;
  inputs: Record<string, unknown>;
  /** The `env` of the composite action's step, laid over the job's environment. */
  env: Record<string, string>;
  /** The action that the steps belong to. */
  action: { path: string; repository: string; ref: string } | null;
}

/** A pre or post step: work of an action before the first or after the last step of the job. */
export interface Post {
  name: string;
  condition: string;
  run(log: StepLog, signal: AbortSignal): Promise<void>;
}

type StepRecord = Job["steps"][number];

/** The time that a stopped job has to clean up: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation */
const cancelTimeoutMs = 5 * 60_000;
const defaultGraceMs = 7_500;

/** Values so short stand in every log, such as `1` or `true`. */
function isHidden(value: string): boolean {
  return value.length >= 8;
}

export class RunningJob {
  readonly request: JobRequest;
  readonly folders: JobFolders;
  readonly masks: Masks;
  readonly actions: ActionSources;
  readonly processes: Processes;
  readonly token: string;
  /** The `env` of the workflow and the job, and what steps wrote to GITHUB_ENV. */
  env: Record<string, string> = {};
  /** The folders that steps wrote to GITHUB_PATH, latest first. */
  readonly paths: string[] = [];
  readonly frame: Frame;
  /** The post steps. They run in reverse order after the last step. */
  readonly posts: Post[] = [];
  /** The state that a JavaScript action saved in `pre` and `main` for its `post`, by step. */
  readonly states = new Map<UsesStep, Record<string, string>>();
  cancelled = false;
  /** The first thing that a step needed and that is not here; null while there is none. */
  lack: Lack | null = null;
  /** The limit in minutes of a job that exceeded it. */
  timedOutAfter: number | null = null;
  readonly #github: Record<string, unknown>;
  readonly #baseEnvironment: Record<string, string>;
  readonly #steps: StepRecord[] = [];
  #current: AbortController | null = null;
  #killed = false;
  #lastCall: NodeJS.Timeout | undefined;

  constructor(request: JobRequest, token: string) {
    const { host, options, contexts, repository, jobId } = request;
    this.request = request;
    this.token = token;
    this.folders = makeJobFolders(options.dataDir, jobId, repository.name);
    this.actions = new ActionSources(host, repository, this.folders);
    const { values, notFor } = options.secretEnvironment;
    const secretEnv = notFor.includes(request.run.workflowPath) ? {} : values;
    this.masks = newMasks([...Object.values(contexts.secrets), ...Object.values(secretEnv).filter(isHidden), token]);
    const remember = (leader: Leader | null) => request.changed({ process: leader });
    const trackingId = trackingIdOf(options.dataDir, jobId);
    this.processes = new Processes(trackingId, options.graceMs ?? defaultGraceMs, remember);
    const eventPath = join(this.folders.temp, "event.json");
    writeFileSync(eventPath, JSON.stringify(contexts.github.event ?? {}));
    this.#github = {
      ...contexts.github,
      token,
      job: request.spec.id,
      workspace: this.folders.workspace,
      event_path: eventPath,
    };
    const given = { ...options.environment, ...secretEnv };
    this.#baseEnvironment = jobEnvironment(given, this.folders, this.#github);
    for (const secret of proxySecrets(this.#baseEnvironment)) this.masks.add(secret);
    if (options.npmrc !== "") writeFileSync(join(this.folders.home, ".npmrc"), options.npmrc);
    this.frame = { depth: 0, failed: false, steps: {}, inputs: contexts.inputs, env: {}, action: null };
    request.cancel.addEventListener("abort", () => this.stop(), { once: true });
    request.kill.addEventListener("abort", () => this.kill(), { once: true });
  }

  /** Evaluates `env` of the workflow and the job. Throws when an expression cannot be evaluated. */
  readEnv(): void {
    const { workflow, spec } = this.request;
    this.env = evaluateTexts(workflow.env, this.scope(this.frame));
    this.env = { ...this.env, ...evaluateTexts(spec.env, this.scope(this.frame)) };
  }

  /** Stops the step under way. Steps with `if: always()` still run, for at most five minutes. */
  stop(): void {
    this.cancelled = true;
    this.#current?.abort();
    this.#lastCall ??= setTimeout(() => this.kill(), cancelTimeoutMs).unref();
  }

  /** Ends everything at once. */
  kill(): void {
    this.#killed = true;
    this.cancelled = true;
    this.#current?.abort();
    this.processes.end();
  }

  /** True when nothing more may run. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Ends the job as not run here. None of its later steps runs; post steps clean up. */
  lacks(lack: Lack, log: StepLog): void {
    this.frame.failed = true;
    if (this.lack === null) log.warning(`Not run here: ${lackText(lack)}.`);
    this.lack ??= lack;
  }

  /** Ends the processes that the job left in the background. */
  close(): void {
    clearTimeout(this.#lastCall);
    this.processes.end();
  }

  /** Runs `work` with a signal that aborts when the job is stopped or the minutes have passed. Returns which of these happened. */
  async within(
    minutes: number | null,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<"done" | "timed-out" | "cancelled"> {
    const outer = this.#current;
    const controller = new AbortController();
    const signal = outer === null ? controller.signal : AbortSignal.any([outer.signal, controller.signal]);
    if (outer === null) this.#current = controller;
    let timedOut = false;
    const expire = () => {
      timedOut = true;
      controller.abort();
    };
    const timer = minutes === null ? undefined : setTimeout(expire, minutes * 60_000);
    try {
      await work(signal);
    } catch (error) {
      // A stopped command fails with an exit code that means nothing.
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      if (outer === null) this.#current = null;
    }
    if (timedOut) return "timed-out";
    return signal.aborted ? "cancelled" : "done";
  }

  /** Makes what expressions see in a frame. `stepEnv` is the step's own `env`, which its `if` does not see. */
  scope(frame: Frame, stepEnv: Record<string, string> = {}): Scope {
    const { contexts } = this.request;
    const status = this.cancelled ? "cancelled" : frame.failed ? "failure" : "success";
    return {
      contexts: {
        ...contexts,
        github: this.github(frame),
        inputs: frame.inputs,
        secrets: { ...contexts.secrets, github_token: this.token },
        env: { ...this.env, ...frame.env, ...stepEnv },
        steps: frame.steps,
        runner: runnerContext(this.folders),
        job: { status },
      },
      functions: [
        ...statusFunctions({
          success: () => status === "success",
          failure: () => status === "failure",
          cancelled: () => status === "cancelled",
        }),
        hashFilesFunction((patterns) => hashFiles(this.folders.workspace, patterns)),
      ],
    };
  }

  /** The `github` context in a frame. */
  github(frame: Frame): Record<string, unknown> {
    const { action } = frame;
    if (action === null) return this.#github;
    return {
      ...this.#github,
      action_path: action.path,
      action_repository: action.repository,
      action_ref: action.ref,
    };
  }

  /** Returns the whole environment of a process of this job. */
  processEnv(frame: Frame, more: Record<string, string> = {}): Record<string, string> {
    const path = [...this.paths, ...basePath(this.request.options.nodePath)].join(":");
    const env = { ...this.#baseEnvironment, PATH: path, ...this.env, ...frame.env, ...more };
    if (frame.action === null) return env;
    return {
      ...env,
      GITHUB_ACTION_PATH: frame.action.path,
      GITHUB_ACTION_REPOSITORY: frame.action.repository,
      GITHUB_ACTION_REF: frame.action.ref,
    };
  }

  debug(text: string): void {
    const { host, run } = this.request;
    host.debugged({ workflow: run.workflowPath, text });
  }

  /** Runs one listed step, with its log file, its times and its conclusion. */
  async record(name: string, work: (log: StepLog) => Promise<StepOutcome["conclusion"]>): Promise<void> {
    const { store } = this.request.host;
    const number = this.#steps.length + 1;
    const record: StepRecord = {
      name: this.masks.apply(name),
      number,
      status: "in_progress",
      conclusion: null,
      startedAt: store.now(),
      completedAt: null,
    };
    this.#put(record);
    const log = openStepLog(join(this.folders.logs, `${number}.txt`), this.masks, () => store.date());
    try {
      const conclusion = await work(log);
      this.#put({ ...record, status: "completed", conclusion, completedAt: store.now() });
    } finally {
      log.close();
    }
  }

  #put(record: StepRecord): void {
    this.#steps[record.number - 1] = record;
    this.request.changed({ steps: [...this.#steps] });
  }
}
