/** A workflow file as the runner uses it. Each `if` is an expression that already calls a status function. */
import type { Permissions } from "../../store/entities.ts";
import type { CacheAccess } from "./cache-mode.ts";
import type { Template, TemplateMap } from "./template.ts";

export interface RunDefaults {
  shell: Template | undefined;
  workingDirectory: Template | undefined;
}

export interface InputSpec {
  type: "string" | "boolean" | "number" | "choice" | "environment";
  required: boolean;
  /** May hold expressions only for `workflow_call`. */
  default: Template | undefined;
  options: string[];
}

export interface EventFilter {
  types: string[] | null;
  branches: string[] | null;
  branchesIgnore: string[] | null;
  tags: string[] | null;
  tagsIgnore: string[] | null;
  paths: string[] | null;
  pathsIgnore: string[] | null;
  workflows: string[];
}

export interface WorkflowSpec {
  path: string;
  /** `name`, or the path when there is none, as GitHub shows it. */
  name: string;
  runName: Template | undefined;
  /** The filters by event name. */
  on: Map<string, EventFilter>;
  dispatchInputs: Map<string, InputSpec>;
  call: { inputs: Map<string, InputSpec>; secrets: Map<string, { required: boolean }>; outputs: TemplateMap };
  permissions: Permissions | null;
  cacheAccess: CacheAccess | null;
  env: Template | undefined;
  defaults: RunDefaults;
  concurrency: Template | undefined;
  jobs: JobSpec[];
}

interface AnyJob {
  id: string;
  name: Template | undefined;
  needs: string[];
  if: string;
  strategy: Template | undefined;
  permissions: Permissions | null;
  cacheAccess: CacheAccess | null;
  concurrency: Template | undefined;
}

export interface StepsJob extends AnyJob {
  kind: "steps";
  runsOn: Template | undefined;
  env: Template | undefined;
  defaults: RunDefaults;
  timeoutMinutes: Template | undefined;
  continueOnError: Template | undefined;
  outputs: TemplateMap;
  steps: StepSpec[];
  /** The first key that this runner cannot honour, such as `services`; null when there is none. */
  unsupported: string | null;
}

export interface CallJob extends AnyJob {
  kind: "call";
  uses: string;
  with: TemplateMap;
  secrets: TemplateMap | "inherit";
}

export type JobSpec = StepsJob | CallJob;

interface AnyStep {
  id: string | null;
  name: Template | undefined;
  if: string;
  env: Template | undefined;
  continueOnError: Template | undefined;
  timeoutMinutes: Template | undefined;
}

export interface RunStep extends AnyStep {
  kind: "run";
  run: Template;
  shell: Template | undefined;
  workingDirectory: Template | undefined;
}

export interface UsesStep extends AnyStep {
  kind: "uses";
  uses: string;
  with: TemplateMap;
}

/** A step of a form that this runner cannot run, such as `wait` or `parallel`. */
export interface OtherStep extends AnyStep {
  kind: "other";
  key: string;
}

export type StepSpec = RunStep | UsesStep | OtherStep;
