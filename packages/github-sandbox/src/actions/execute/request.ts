/** What a job needs to run, and what it ends with. */
import type { Job, Permissions, Repository, WorkflowRun } from "../../store/entities.ts";
import type { Artifacts } from "../built-in/artifacts/store.ts";
import type { Caches } from "../built-in/caches/store.ts";
import type { ActionsHost, ActionsOptions } from "../host/port.ts";
import type { CacheAccess } from "../parse/cache-mode.ts";
import type { StepsJob, WorkflowSpec } from "../parse/model.ts";

export interface JobRequest {
  host: ActionsHost;
  options: ActionsOptions;
  artifacts: Artifacts;
  caches: Caches;
  repository: Repository;
  run: WorkflowRun;
  jobId: number;
  /** The file the job stands in: the run's, or a called one. */
  workflow: WorkflowSpec;
  spec: StepsJob;
  /** `github` comes without what only the job knows: token, workspace, action. */
  contexts: {
    github: Record<string, unknown>;
    inputs: Record<string, unknown>;
    vars: Record<string, string>;
    secrets: Record<string, string>;
    needs: Record<string, unknown>;
    matrix: Record<string, unknown>;
    strategy: Record<string, unknown>;
  };
  permissions: Permissions;
  cacheAccess: CacheAccess;
  /** Remembers how far the job is. */
  changed(change: Partial<Pick<Job, "steps" | "process">>): void;
  /** Aborts when the run is cancelled: the step under way stops, steps that ask for it still run. */
  cancel: AbortSignal;
  /** Aborts when nothing more may run. */
  kill: AbortSignal;
}

export interface JobEnd {
  conclusion: "success" | "failure" | "cancelled";
  outputs: Record<string, string>;
}
