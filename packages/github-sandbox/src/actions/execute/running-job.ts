/** A job while it runs: where it lives, what its steps have said so far, and what its expressions see. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../store/entities.ts";
import { evaluateTexts, hashFilesFunction, type Scope, statusFunctions } from "../parse/expressions.ts";
import type { UsesStep } from "../parse/model.ts";
import { ActionSources } from "./action-sources.ts";
import { basePath, jobEnvironment, runnerContext } from "./machine/environment.ts";
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

/** A list of steps under way: the job's own, or those of a composite action. */
export interface Frame {
  /** How many composite actions are around these steps. */
  depth: number;
  failed: boolean;
  steps: Record<string, StepOutcome>;
  inputs: Record<string, unknown>;
  /** Laid over the job's environment: a composite action's step may set `env`. */
  env: Record<string, string>;
  /** The action the steps stand in. */
  action: { path: string; repository: string; ref: string } | null;
}

/** Work that an action leaves for the end of the job. */
export interface Post {
  name: string;
  condition: string;
  run(log: StepLog, signal: AbortSignal): Promise<void>;
}

type StepRecord = Job["steps"][number];

/** How long a job that was cancelled may still clean up: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation */
const cancelTimeoutMs = 5 * 60_000;
const defaultGraceMs = 7_500;

export class RunningJob {
  readonly request: JobRequest;
  readonly folders: JobFolders;
  readonly masks: Masks;
  readonly actions: ActionSources;
  readonly processes: Processes;
  readonly token: string;
  /** `env` of the workflow and the job, then what steps wrote to GITHUB_ENV. */
  env: Record<string, string> = {};
  /** What steps wrote to GITHUB_PATH, latest first. */
  readonly paths: string[] = [];
  readonly frame: Frame;
  /** Run in reverse order after the last step. */
  readonly posts: Post[] = [];
  /** What a JavaScript action saved in its pre and main for its post, by its step. */
  readonly states = new Map<UsesStep, Record<string, string>>();
  cancelled = false;
  /** Minutes, when the job was cancelled for taking longer. */
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
    this.masks = newMasks([...Object.values(contexts.secrets), token]);
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
    this.#baseEnvironment = jobEnvironment(options.environment, this.folders, this.#github);
    this.frame = { depth: 0, failed: false, steps: {}, inputs: contexts.inputs, env: {}, action: null };
    request.cancel.addEventListener("abort", () => this.stop(), { once: true });
    request.kill.addEventListener("abort", () => this.kill(), { once: true });
  }

  /** `env` of the workflow and the job. Throws when one of its expressions cannot be evaluated. */
  readEnv(): void {
    const { workflow, spec } = this.request;
    this.env = evaluateTexts(workflow.env, this.scope(this.frame));
    this.env = { ...this.env, ...evaluateTexts(spec.env, this.scope(this.frame)) };
  }

  /** The step under way stops; steps that ask for it (`if: always()`) still run, for a while. */
  stop(): void {
    this.cancelled = true;
    this.#current?.abort();
    this.#lastCall ??= setTimeout(() => this.kill(), cancelTimeoutMs).unref();
  }

  kill(): void {
    this.#killed = true;
    this.cancelled = true;
    this.#current?.abort();
    this.processes.end();
  }

  /** Nothing more may run. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Ends what is left of the job's processes. */
  close(): void {
    clearTimeout(this.#lastCall);
    this.processes.end();
  }

  /** Runs `work` with a signal that aborts when the job is cancelled or the minutes have passed, and says if it did. */
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
      // A command that was stopped fails with an exit code that says nothing.
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      if (outer === null) this.#current = null;
    }
    if (timedOut) return "timed-out";
    return signal.aborted ? "cancelled" : "done";
  }

  /** What expressions see in a frame; `stepEnv` is the step's own `env`, seen by all of the step but its `if`. */
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

  /** The whole environment of a process of this job. */
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

  /** Runs one listed step: its log file, its times, its conclusion. */
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
