/** Stores runs and jobs, and announces each change as GitHub does. */
import type { HeadCommit } from "../../git/store.ts";
import type { CheckRun, Conclusion, Job, Repository, User, WorkflowRun } from "../../store/entities.ts";
import { actionsApp, actionsBot } from "../../store/github-actions.ts";
import type { ActionsHost } from "../host/port.ts";
import { Remembered } from "../host/remembered.ts";

/** A run before it has a number. */
export type RunDraft = Omit<
  WorkflowRun,
  "id" | "runNumber" | "runAttempt" | "status" | "conclusion" | "checkSuiteId" | "createdAt" | "startedAt" | "updatedAt"
>;

/** The end of a job. */
interface JobResult {
  conclusion: Conclusion;
  outputs: Record<string, string>;
  /** The text of its check run; left out: none. */
  output?: Pick<CheckRun["output"], "title" | "summary"> | null;
}

export class Records {
  readonly #host: ActionsHost;
  readonly #commits = new Remembered<Promise<HeadCommit>>();

  constructor(host: ActionsHost) {
    this.#host = host;
  }

  headCommit(repository: Repository, sha: string): Promise<HeadCommit> {
    const read = () => this.#host.headCommit(repository, sha);
    return this.#commits.get(`${repository.id}:${sha}`, read);
  }

  /** Records a new run. `titleOf` gets the run with its numbers, because `run-name` may use them. */
  async create(repository: Repository, draft: RunDraft, titleOf: (run: WorkflowRun) => string): Promise<WorkflowRun> {
    const { store } = this.#host;
    const head = await this.headCommit(repository, draft.headSha);
    const earlier = store.table("runs").filter((run) => run.workflowId === draft.workflowId).length;
    const now = store.now();
    const { headSha, headBranch } = draft;
    const run = store.transaction(() => {
      const id = store.nextId();
      const suite = store.table("checkSuites").put({
        id: store.nextId(),
        repositoryId: repository.id,
        headSha,
        headBranch,
        appId: actionsApp(store).id,
        workflowRunId: id,
        createdAt: now,
        updatedAt: now,
      });
      const created: WorkflowRun = {
        ...draft,
        id,
        runNumber: earlier + 1,
        runAttempt: 1,
        status: "queued",
        conclusion: null,
        checkSuiteId: suite.id,
        createdAt: now,
        startedAt: now,
        updatedAt: now,
      };
      return store.table("runs").put({ ...created, displayTitle: titleOf(created) });
    });
    this.#announceRun(repository, run, "requested", head);
    return run;
  }

  /**
   * Records the next attempt of a completed run. Stores the change before the first `await`, so that of two re-runs at once the
   * second is refused.
   */
  async startAgain(repository: Repository, run: WorkflowRun, actor: User): Promise<WorkflowRun> {
    this.#host.store.table("runAttempts").put({ id: `${run.id}:${run.runAttempt}`, run });
    const change = { status: "queued", conclusion: null, failure: null, runAttempt: run.runAttempt + 1 } as const;
    const again = this.#change(run.id, { ...change, triggeringActorId: actor.id, startedAt: this.#host.store.now() });
    this.#announceRun(repository, again, "requested", await this.headCommit(repository, run.headSha));
    return again;
  }

  /** Marks a pending run as queued: its concurrency group has let it in. */
  queue(runId: number): void {
    this.#change(runId, { status: "queued" });
  }

  async begin(repository: Repository, runId: number): Promise<void> {
    const run = this.#change(runId, { status: "in_progress" });
    this.#announceRun(repository, run, "in_progress", await this.headCommit(repository, run.headSha));
  }

  async complete(repository: Repository, runId: number, conclusion: Conclusion): Promise<void> {
    const { store, announce } = this.#host;
    const known = store.table("runs").get(runId);
    const head = await this.headCommit(repository, known?.headSha ?? "");
    const run = this.#change(runId, { status: "completed", conclusion });
    const suite = store.table("checkSuites").get(run.checkSuiteId);
    if (suite !== undefined) {
      const updated = store.table("checkSuites").put({ ...suite, updatedAt: run.updatedAt });
      // Suites and check runs of Actions start no workflows, so that none can start itself for ever.
      const initiator = { user: actionsBot(store), byJobToken: true };
      announce({
        repository,
        initiator,
        event: "check_suite",
        action: "completed",
        suite: updated,
        headCommit: head,
      });
    }
    this.#announceRun(repository, run, "completed", head);
  }

  createJob(repository: Repository, run: WorkflowRun, draft: Pick<Job, "name" | "key" | "labels">): Job {
    const { store, serverUrl } = this.#host;
    const now = store.now();
    const job = store.transaction(() => {
      // On GitHub a job and its check run have one id, as its public addresses show.
      const id = store.nextId();
      store.table("checkRuns").put({
        id,
        repositoryId: repository.id,
        suiteId: run.checkSuiteId,
        headSha: run.headSha,
        name: draft.name,
        externalId: String(id),
        detailsUrl: `${serverUrl()}/${repository.owner}/${repository.name}/actions/runs/${run.id}/job/${id}`,
        status: "queued",
        conclusion: null,
        appId: actionsApp(store).id,
        startedAt: now,
        completedAt: null,
        output: { title: null, summary: null, text: null },
      });
      return store.table("jobs").put({
        ...draft,
        id,
        repositoryId: repository.id,
        runId: run.id,
        runAttempt: run.runAttempt,
        status: "queued",
        conclusion: null,
        checkRunId: id,
        createdAt: now,
        startedAt: null,
        completedAt: null,
        steps: [],
        outputs: {},
        process: null,
      });
    });
    this.#announceCheck(repository, job, "created");
    this.#announceJob(repository, job, "queued");
    return job;
  }

  changeJob(jobId: number, change: Partial<Job>): Job {
    const jobs = this.#host.store.table("jobs");
    const job = jobs.get(jobId);
    if (job === undefined) throw new Error(`There is no job ${jobId}`);
    return jobs.put({ ...job, ...change });
  }

  startJob(repository: Repository, jobId: number): void {
    const { store } = this.#host;
    const now = store.now();
    const job = this.changeJob(jobId, { status: "in_progress", startedAt: now });
    this.#changeCheck(job, { status: "in_progress", startedAt: now });
    this.#announceJob(repository, job, "in_progress");
  }

  completeJob(repository: Repository, jobId: number, { conclusion, outputs, output }: JobResult): void {
    const { store } = this.#host;
    const now = store.now();
    const job = store.transaction(() => {
      const change = { status: "completed", conclusion, completedAt: now, outputs, process: null } as const;
      const completed = this.changeJob(jobId, change);
      const text = output == null ? {} : { output: { ...output, text: null } };
      this.#changeCheck(completed, { status: "completed", conclusion, completedAt: now, ...text });
      return completed;
    });
    this.#announceCheck(repository, job, "completed");
    this.#announceJob(repository, job, "completed");
  }

  #change(runId: number, change: Partial<WorkflowRun>): WorkflowRun {
    const { store } = this.#host;
    const run = store.table("runs").get(runId);
    if (run === undefined) throw new Error(`There is no run ${runId}`);
    return store.table("runs").put({ ...run, ...change, updatedAt: store.now() });
  }

  #changeCheck(job: Job, change: Partial<CheckRun>): void {
    const checks = this.#host.store.table("checkRuns");
    const check = checks.get(job.checkRunId);
    if (check !== undefined) checks.put({ ...check, ...change });
  }

  #announceRun(
    repository: Repository,
    run: WorkflowRun,
    action: "requested" | "in_progress" | "completed",
    headCommit: HeadCommit,
  ): void {
    const { store, announce } = this.#host;
    const workflow = store.table("workflows").get(run.workflowId);
    if (workflow === undefined) return;
    const user = store.table("users").get(run.actorId) ?? actionsBot(store);
    const initiator = { user, byJobToken: false };
    announce({ repository, initiator, event: "workflow_run", action, run, workflow, headCommit });
  }

  #announceJob(repository: Repository, job: Job, action: "queued" | "in_progress" | "completed"): void {
    const { store, announce } = this.#host;
    const run = store.table("runs").get(job.runId);
    if (run === undefined) return;
    const user = store.table("users").get(run.actorId) ?? actionsBot(store);
    announce({ repository, initiator: { user, byJobToken: true }, event: "workflow_job", action, job, run });
  }

  #announceCheck(repository: Repository, job: Job, action: "created" | "completed"): void {
    const { store, announce } = this.#host;
    const check = store.table("checkRuns").get(job.checkRunId);
    const suite = check === undefined ? undefined : store.table("checkSuites").get(check.suiteId);
    if (check === undefined || suite === undefined) return;
    const initiator = { user: actionsBot(store), byJobToken: true };
    announce({ repository, initiator, event: "check_run", action, run: check, suite });
  }
}
