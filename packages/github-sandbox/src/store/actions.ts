/** The entities of Actions: workflows, runs, jobs, artifacts and caches. */
import type { CheckStatus, Conclusion } from "./check-status.ts";

export interface Workflow {
  id: number;
  repositoryId: number;
  path: string;
  name: string;
  /** A disabled workflow starts for no event. */
  state: "active" | "disabled_manually";
  createdAt: string;
  updatedAt: string;
}

export type RunStatus = "queued" | "in_progress" | "completed" | "waiting" | "pending";

export interface WorkflowRun {
  id: number;
  repositoryId: number;
  workflowId: number;
  workflowPath: string;
  /** The workflow's name. */
  name: string;
  /** `run-name`, evaluated; GitHub's `display_title`. */
  displayTitle: string;
  event: string;
  headBranch: string | null;
  headSha: string;
  /** The commit whose tree the jobs check out by default: the test merge for `pull_request`, else the head. */
  checkoutSha: string;
  /** The source of a required workflow's file; null: the repository itself at `checkoutSha`. */
  definition: { repositoryId: number; commit: string } | null;
  /** GITHUB_REF, such as `refs/pull/3/merge`. */
  ref: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  runNumber: number;
  runAttempt: number;
  actorId: number;
  /** The user who started this attempt. */
  triggeringActorId: number;
  checkSuiteId: number;
  pullNumbers: number[];
  inputs: Record<string, string>;
  /** The event's payload as in `github.event`. */
  payload: unknown;
  /** The parser's message about a run that could not start. */
  failure: string | null;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
}

/** A run's earlier attempt. `id` is `<runId>:<attempt>`. */
export interface RunAttempt {
  id: string;
  run: WorkflowRun;
}

/**
 * The dates of a repository's secret or variable; the repository holds its value. `id` is
 * `<repositoryId>:<kind>:<name>`.
 */
export interface SettingDates {
  id: string;
  createdAt: string;
  updatedAt: string;
}

/** The key pair for which clients encrypt a repository's secrets. `id` is the repository's; the keys are base64. */
export interface SecretKey {
  id: number;
  publicKey: string;
  secretKey: string;
}

export interface Job {
  id: number;
  repositoryId: number;
  runId: number;
  runAttempt: number;
  name: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  checkRunId: number;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  steps: {
    name: string;
    number: number;
    status: CheckStatus;
    conclusion: Conclusion | null;
    startedAt: string | null;
    completedAt: string | null;
  }[];
  /**
   * The ids of the calling jobs and its own, with its matrix combination. It is the same in every attempt of the run.
   */
  key: string;
  /** `runs-on`. */
  labels: string[];
  outputs: Record<string, string>;
  /** The running job's process group. After a crash the next start ends it. */
  process: { pid: number; startTime: string } | null;
}

export interface Artifact {
  id: number;
  repositoryId: number;
  runId: number;
  name: string;
  sizeInBytes: number;
  /** `sha256:…` of the zip. */
  digest: string;
  createdAt: string;
  expiresAt: string;
}

/** A cache saved by `actions/cache`. */
export interface Cache {
  id: number;
  repositoryId: number;
  key: string;
  /** A hash of its paths. The same key with other paths is another cache. */
  version: string;
  /** The whole ref of the run that saved it. */
  ref: string;
  sizeInBytes: number;
  createdAt: string;
  lastAccessedAt: string;
}
