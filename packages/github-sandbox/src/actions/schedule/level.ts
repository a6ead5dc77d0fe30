/** One workflow file of a run under way: the run's own, or one that a job calls. And the place of a job in it. */
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
  /** Stands before the names of its jobs: `caller / `, or "" for the run's own file. */
  namePrefix: string;
  keyPrefix: string;
  inputs: Record<string, unknown>;
  secrets: Record<string, string>;
  /** The permissions of its jobs when the file sets none. In a called file also the most that they can get. */
  permissions: Permissions;
  /** As for permissions. */
  cacheAccess: CacheAccess;
  isCalled: boolean;
  /** Aborts when the calling job is stopped. */
  cancel: AbortSignal | null;
  /** The turns that the run and the calling jobs have in concurrency groups. */
  held: readonly Held[];
}

/** A job of a level whose needed jobs have ended. */
export interface Ready<Spec extends JobSpec = JobSpec> {
  level: Level;
  spec: Spec;
  needs: Needs;
  /** The error of evaluating its keys, or null. Such a job starts only to fail with this error. */
  problem: string | null;
}

/** One execution of a job: of a matrix, one combination. */
export interface Placed<Spec extends JobSpec = JobSpec> extends Ready<Spec> {
  combination: Combination;
  strategy: Record<string, unknown>;
  /** Aborts when its matrix fails fast or its caller is stopped. */
  cancel: AbortSignal;
}

/** Returns a key that is unique in the run and the same in its next attempt. */
export function placedKey({ level, spec, combination }: Placed): string {
  return `${level.keyPrefix}${spec.id}${combinationKey(combination)}`;
}

/** Returns the permissions of a job's token: those of the job, else of its file, else of the calling job. */
export function jobPermissions(spec: JobSpec, workflow: WorkflowSpec, given: Permissions): Permissions {
  return spec.permissions ?? workflow.permissions ?? given;
}

/** Returns what a job may do with the cache: as the job or its file sets it, in a called file no more than the caller may. */
export function cacheAccess(level: Level, spec: JobSpec): CacheAccess {
  const asked = spec.cacheAccess ?? level.workflow.cacheAccess;
  return level.isCalled ? within(asked, level.cacheAccess) : (asked ?? level.cacheAccess);
}

/** Makes the scope of a job's keys before it runs. `more` are contexts beside those that every job has. */
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

/** GitHub cuts a job's own name at this length (JobDisplayNameBuilder in its runner). */
const maxName = 100;

/**
 * Returns the name of a skipped job. Such a job has no combination: one check run stands for its whole matrix. Its name is the
 * file's, unexpanded.
 */
export function skippedName(level: Level, spec: JobSpec, scope: Scope): string {
  const { name } = spec;
  const ofMatrix = name instanceof Expression && /\bmatrix\b/.test(name.text);
  return ofMatrix ? `${level.namePrefix}${name.source}` : jobName(level, spec, {}, scope);
}

/** Returns the name of a job. It ends with the matrix combination unless the file's `name` is an expression. */
export function jobName(level: Level, spec: JobSpec, combination: Combination, scope: Scope): string {
  const name = evaluateText(spec.name, scope);
  const suffix = spec.name instanceof Expression ? "" : combinationSuffix(combination);
  const whole = `${name === "" ? spec.id : name}${suffix}`;
  return `${level.namePrefix}${whole.length > maxName ? `${whole.slice(0, maxName - 3)}...` : whole}`;
}
