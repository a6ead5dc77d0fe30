/** Everything that a job needs to run, and the value that it ends with. */
import type { Job, Permissions, Repository, WorkflowRun } from "../../store/entities.ts";
import type { ActionsHost, ActionsOptions } from "../host/port.ts";
import type { CacheAccess } from "../parse/cache-mode.ts";
import type { StepsJob, WorkflowSpec } from "../parse/model.ts";
import type { Lack } from "./lack.ts";

export interface JobRequest {
  host: ActionsHost;
  options: ActionsOptions;
  repository: Repository;
  run: WorkflowRun;
  jobId: number;
  /** The file the job stands in: the run's, or a called one. */
  workflow: WorkflowSpec;
  spec: StepsJob;
  /** The evaluated `runs-on`. */
  labels: readonly string[];
  /** The reason, found before the job began, why it can only fail; null when it may pass. */
  problem: string | null;
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
  /** Stores how far the job is. */
  changed(change: Partial<Pick<Job, "steps" | "process">>): void;
  /** Aborts when the run is cancelled: the step under way stops, and steps with `if: always()` still run. */
  cancel: AbortSignal;
  /** Aborts when nothing more may run. */
  kill: AbortSignal;
}

export interface JobEnd {
  /** neutral: it did not run, because this machine lacks something. */
  conclusion: "success" | "failure" | "cancelled" | "neutral";
  outputs: Record<string, string>;
  /** Names what the job needs and this machine lacks; null: it can run. */
  lack: Lack | null;
}
