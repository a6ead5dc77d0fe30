/** What exists of Actions: workflows, their runs and jobs, and what these leave. */
import type { CheckStatus, Conclusion } from "./check-status.ts";

export interface Workflow {
  id: number;
  repositoryId: number;
  path: string;
  name: string;
  /** A disabled one starts for nothing. */
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
  /** Where a required workflow's file was read from; null: `checkoutSha` of the repository itself. */
  definition: { repositoryId: number; commit: string } | null;
  /** GITHUB_REF, such as `refs/pull/3/merge`. */
  ref: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  runNumber: number;
  runAttempt: number;
  actorId: number;
  /** Who asked for this attempt. */
  triggeringActorId: number;
  checkSuiteId: number;
  pullNumbers: number[];
  inputs: Record<string, string>;
  /** The event's payload, as `github.event` shows it. */
  payload: unknown;
  /** Why a run that could not start failed, in the parser's words. */
  failure: string | null;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
}

/** A run as its earlier attempt left it. `id` is `<runId>:<attempt>`. */
export interface RunAttempt {
  id: string;
  run: WorkflowRun;
}

/** When a repository's secret or variable was set; its value is with the repository. `id` is `<repositoryId>:<kind>:<name>`. */
export interface SettingDates {
  id: string;
  createdAt: string;
  updatedAt: string;
}

/** What secrets of a repository are encrypted with on their way here. `id` is the repository's; the keys are base64. */
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
  /** The ids of the jobs around it and its own, with its matrix combination: the same in every attempt of its run. */
  key: string;
  /** `runs-on`. */
  labels: string[];
  outputs: Record<string, string>;
  /** The process group that runs it, while it runs; kept so that a later life of the sandbox can end it. */
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

/** What `actions/cache` saved. */
export interface Cache {
  id: number;
  repositoryId: number;
  key: string;
  /** A hash of its paths: the same key with others is another cache. */
  version: string;
  /** Full, of the run that saved it. */
  ref: string;
  sizeInBytes: number;
  createdAt: string;
  lastAccessedAt: string;
}
