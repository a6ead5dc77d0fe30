/**
 * GitHub Actions on this machine: real workflow files of real repositories, and jobs as real processes. Events start runs, and each
 * change of a run is announced as an event in turn. This file puts the levels together; each imports only levels above it here:
 *
 * - `host`: the port to the rest of the sandbox.
 * - `parse`: workflow and action files, expressions, matrix, inputs.
 * - `execute`: one job on its machine, with its steps, processes, command files, masks and logs.
 * - `built-in`: the actions that this package does itself, with the stores of artifacts and caches. `execute` gets them as a table.
 * - `schedule`: runs, the order of their jobs, calls, concurrency, slots, records, recovery.
 * - `trigger`: which workflows start for an event or a dispatch, and which checks a pull would get.
 */
import type { Repository, User, Workflow, WorkflowRun } from "../store/entities.ts";
import type { PendingAnnouncement } from "../store/tables.ts";
import type { WebhookEvent } from "../store/webhook-event.ts";
import { type Artifacts, openArtifacts } from "./built-in/artifacts/store.ts";
import { type Caches, openCaches } from "./built-in/caches/store.ts";
import { builtInActions } from "./built-in/table.ts";
import { startProcessGuard } from "./execute/machine/guard.ts";
import { trackingPrefixOf } from "./execute/machine/tracking.ts";
import type { ActionsHost, ActionsOptions } from "./host/port.ts";
import { WorkflowFiles } from "./parse/workflow-files.ts";
import { forgetRun } from "./schedule/forget.ts";
import { Records } from "./schedule/records.ts";
import { cancelUnfinished, endEarlierLife } from "./schedule/recover.ts";
import type { Scheduler } from "./schedule/scheduler.ts";
import { type Again, startAgain } from "./schedule/start.ts";
import { ConcurrencyGroups } from "./schedule/turns/concurrency.ts";
import { slotsByOwner } from "./schedule/turns/owner-slots.ts";
import { recordWorkflow } from "./schedule/workflows.ts";
import { type Dispatch, dispatch } from "./trigger/dispatch.ts";
import { startRunsFor } from "./trigger/events.ts";
import { type Foreseen, type ForeseenPull, foreseePullChecks } from "./trigger/foreseen.ts";

export interface Actions {
  readonly artifacts: Artifacts;
  readonly caches: Caches;
  /** The folder of the logs of jobs. */
  readonly dataDir: string;
  /** Starts the runs of an event; call it with every event. Returns at once. Runs start in the order of the events. */
  announced(event: WebhookEvent): void;
  /** Starts a run by hand. Throws ApiError when GitHub would refuse. */
  dispatch(repository: Repository, workflow: Workflow, dispatch: Dispatch): Promise<WorkflowRun>;
  /** Returns the repository's workflows: those on its default branch and those that have run. */
  workflows(repository: Repository): Promise<Workflow[]>;
  /** Returns the check runs that a pull would get. */
  foresee(repository: Repository, pull: ForeseenPull): Promise<Foreseen[]>;
  /** Returns the commit of a run's head, as payloads show it. */
  headCommit: Records["headCommit"];
  /** Cancels a run; `force` gives its jobs no time to clean up. Returns false when the run has completed. */
  cancel(runId: number, force: boolean): boolean;
  /** Starts the next attempt of a completed run. */
  rerun(repository: Repository, run: WorkflowRun, again: Again, actor: User): Promise<WorkflowRun>;
  /** Removes a completed run with its jobs, checks, logs and artifacts. */
  forget(run: WorkflowRun): void;
  /** Cancels the unfinished runs of an earlier life. Call it once, when announcements have listeners. */
  recover(): Promise<void>;
  /** Cancels every run, ends every process and waits for both. */
  close(): Promise<void>;
  /** Resolves when no run is under way or about to start. */
  idle(): Promise<void>;
}

/** Reports a fault of this engine as a warning, so that it ends neither the sandbox nor the other runs. */
function report(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

/** Starts the engine. Before it returns it ends the processes that an earlier life left on this folder. */
export function startActions(host: ActionsHost, options: ActionsOptions): Actions {
  const background = new Set<Promise<unknown>>();
  const artifacts = openArtifacts(host.store, options.dataDir);
  const caches = openCaches(host.store, options.dataDir);
  const files = new WorkflowFiles(host);
  const scheduler: Scheduler = {
    host,
    options,
    builtIn: builtInActions(artifacts, caches),
    files,
    records: new Records(host),
    slotsOf: slotsByOwner(options.slots),
    groups: new ConcurrencyGroups(),
    live: new Map(),
    closing: false,
    inBackground(work) {
      const tracked = work.catch(report).finally(() => background.delete(tracked));
      background.add(tracked);
    },
  };
  const unfinished = endEarlierLife(scheduler);
  const guard = startProcessGuard(trackingPrefixOf(options.dataDir));
  /** The last start of each repository. The next one waits for it, so that runs start in the order of the events. */
  const queues = new Map<number, Promise<void>>();

  const pending = host.store.table("pendingAnnouncements");
  const leftOver = [...pending.all()];

  /** Forgets an event only when its runs are recorded. A crash in between would leave a pull whose checks never start. */
  function startFor({ id, announcement }: PendingAnnouncement): void {
    const repository = announcement.repository.id;
    const before = queues.get(repository) ?? Promise.resolve();
    const starting = before
      .then(() => startRunsFor(scheduler, announcement))
      .then(() => {
        if (!scheduler.closing) pending.remove(id);
      })
      .catch(report);
    queues.set(repository, starting);
    scheduler.inBackground(starting);
  }

  async function idle(): Promise<void> {
    while (background.size > 0) await Promise.all(background);
  }

  return {
    artifacts,
    caches,
    dataDir: options.dataDir,
    announced(announcement) {
      if (announcement.byJobToken || announcement.event === "workflow_dispatch") return;
      const remembered = pending.put({ id: host.store.nextId(), announcement });
      if (!scheduler.closing) startFor(remembered);
    },
    dispatch: (repository, workflow, order) => dispatch(scheduler, repository, workflow, order),
    async workflows(repository) {
      const tip = await host.resolve(repository, `refs/heads/${repository.defaultBranch}`);
      const onDefault = tip === null ? [] : await files.at(repository, tip);
      for (const file of onDefault) recordWorkflow(host.store, repository, file);
      return host.store.table("workflows").filter((workflow) => workflow.repositoryId === repository.id);
    },
    foresee: (repository, pull) => foreseePullChecks(scheduler, repository, pull),
    headCommit: (repository, sha) => scheduler.records.headCommit(repository, sha),
    cancel(runId, force) {
      const live = scheduler.live.get(runId);
      live?.cancel(force);
      return live !== undefined;
    },
    rerun: (repository, run, again, actor) => startAgain({ scheduler, repository, run }, again, actor),
    forget(run) {
      for (const artifact of artifacts.ofRun(run.id)) artifacts.remove(artifact);
      forgetRun(scheduler, run);
    },
    async recover() {
      await cancelUnfinished(scheduler, unfinished);
      for (const announcement of leftOver) startFor(announcement);
    },
    async close() {
      scheduler.closing = true;
      for (const live of scheduler.live.values()) live.cancel(true);
      await idle();
      guard.dismiss();
    },
    idle,
  };
}
