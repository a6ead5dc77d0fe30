/** One workflow file of a run under way, the run's own or one that a job calls, and the place of a job in it. */
import type { Permissions } from "../../store/entities.ts";
import { type CacheAccess, within } from "../parse/cache-mode.ts";
import { evaluateText, type Scope, statusFunctions } from "../parse/expressions.ts";
import { type Combination, combinationKey, combinationSuffix } from "../parse/matrix.ts";
import type { JobSpec, WorkflowSpec } from "../parse/model.ts";
import { Expression } from "../parse/template.ts";
import type { Needs } from "./outcome.ts";
import type { Held } from "./turns/concurrency.ts";

export interface Level {
  workflow: WorkflowSpec;
  /** The run's `github` and `vars`, the same at every level. */
  github: Record<string, unknown>;
  vars: Record<string, string>;
  /** `caller / ` before the names of its jobs; "" for the run's own file. */
  namePrefix: string;
  keyPrefix: string;
  inputs: Record<string, unknown>;
  secrets: Record<string, string>;
  /** What its jobs get when the file does not say; for a called file also the most that they may get. */
  permissions: Permissions;
  /** As for permissions. */
  cacheAccess: CacheAccess;
  isCalled: boolean;
  /** Aborts when the calling job is stopped. */
  cancel: AbortSignal | null;
  /** The turns in concurrency groups that the run and the calling jobs have. */
  held: readonly Held[];
}

/** A job of a level that may start: the jobs that it needs have ended. */
export interface Ready<Spec extends JobSpec = JobSpec> {
  level: Level;
  spec: Spec;
  needs: Needs;
  /** Why its keys cannot be evaluated; it runs only to fail with this. */
  problem: string | null;
}

/** One execution of a job: of a matrix, one combination. */
export interface Placed<Spec extends JobSpec = JobSpec> extends Ready<Spec> {
  combination: Combination;
  strategy: Record<string, unknown>;
  /** Aborts when the matrix gives up or the caller is stopped. */
  cancel: AbortSignal;
}

/** Tells an execution from the others of its run, and finds it again in the run's next attempt. */
export function placedKey({ level, spec, combination }: Placed): string {
  return `${level.keyPrefix}${spec.id}${combinationKey(combination)}`;
}

/** The token's permissions: as the job says, else its file, else as much as the calling job has. */
export function jobPermissions(spec: JobSpec, workflow: WorkflowSpec, given: Permissions): Permissions {
  return spec.permissions ?? workflow.permissions ?? given;
}

/** What a job may do with the cache: as the job or its file says, and in a called file no more than the caller may. */
export function cacheAccess(level: Level, spec: JobSpec): CacheAccess {
  const asked = spec.cacheAccess ?? level.workflow.cacheAccess;
  return level.isCalled ? within(asked, level.cacheAccess) : (asked ?? level.cacheAccess);
}

/** What the keys of a job see before it runs. `more` are contexts beside those that every job has. */
export function jobScope(level: Level, needs: Needs, cancelled: boolean, more: Record<string, unknown> = {}): Scope {
  const before = [...needs.values()];
  return {
    contexts: {
      github: level.github,
      vars: level.vars,
      inputs: level.inputs,
      secrets: level.secrets,
      needs: Object.fromEntries([...needs].map(([id, { result, outputs }]) => [id, { result, outputs }])),
      ...more,
    },
    functions: statusFunctions({
      success: () => !cancelled && before.every((need) => need.allWell),
      failure: () => !cancelled && before.some((need) => need.someFailed),
      cancelled: () => cancelled,
    }),
  };
}

/** GitHub cuts a job's own name here, as its runner's JobDisplayNameBuilder does. */
const maxName = 100;

/** A matrix job's name ends with its combination unless the file's own `name` is an expression. */
export function jobName(level: Level, spec: JobSpec, combination: Combination, scope: Scope): string {
  const name = evaluateText(spec.name, scope);
  const suffix = spec.name instanceof Expression ? "" : combinationSuffix(combination);
  const whole = `${name === "" ? spec.id : name}${suffix}`;
  return `${level.namePrefix}${whole.length > maxName ? `${whole.slice(0, maxName - 3)}...` : whole}`;
}
