/** One workflow file of a run under way: the run's own, or one that a job calls. */
import type { Permissions } from "../../store/entities.ts";
import { type CacheAccess, within } from "../parse/cache-mode.ts";
import { evaluateText, type Scope, statusFunctions } from "../parse/expressions.ts";
import { type Combination, combinationSuffix } from "../parse/matrix.ts";
import type { JobSpec, WorkflowSpec } from "../parse/model.ts";
import { Expression } from "../parse/template.ts";
import type { Held } from "./turns/concurrency.ts";

export interface Level {
  workflow: WorkflowSpec;
  /** `caller / ` before the names of its jobs; "" for the run's own file. */
  namePrefix: string;
  keyPrefix: string;
  inputs: Record<string, unknown>;
  secrets: Record<string, string>;
  /** What its jobs get when nothing is written, and for a called file the most they may get. */
  permissions: Permissions;
  /** As for permissions. */
  cacheAccess: CacheAccess;
  isCalled: boolean;
  /** Aborts when the calling job is stopped. */
  cancel: AbortSignal | null;
  /** The turns in concurrency groups that the run and the calling jobs have. */
  held: readonly Held[];
}

/** What a job may do with the cache: what is written at it or at its file, and in a called file no more than its caller. */
export function cacheAccess(level: Level, spec: JobSpec): CacheAccess {
  const asked = spec.cacheAccess ?? level.workflow.cacheAccess;
  return level.isCalled ? within(asked, level.cacheAccess) : (asked ?? level.cacheAccess);
}

export interface Outcome {
  result: "success" | "failure" | "cancelled" | "skipped";
  outputs: Record<string, string>;
  /** It and everything it depends on succeeded. */
  allWell: boolean;
  /** It or something it depends on failed. */
  someFailed: boolean;
  /** Taken over from the run's last attempt. */
  reused: boolean;
}

export type Needs = Map<string, Outcome>;

/** GitHub's summary of several jobs as one. */
export function combined(results: readonly Outcome["result"][]): Outcome["result"] {
  for (const result of ["failure", "cancelled", "success"] as const) if (results.includes(result)) return result;
  return "skipped";
}

export function outcomeOf(needs: Needs, own: Pick<Outcome, "result" | "outputs" | "reused">): Outcome {
  const before = [...needs.values()];
  return {
    ...own,
    allWell: own.result === "success" && before.every((need) => need.allWell),
    someFailed: own.result === "failure" || before.some((need) => need.someFailed),
  };
}

/** What the keys of a job see before it runs. */
export function jobScope(
  level: Level,
  github: Record<string, unknown>,
  vars: Record<string, string>,
  needs: Needs,
  cancelled: boolean,
  more: Record<string, unknown> = {},
): Scope {
  const before = [...needs.values()];
  return {
    contexts: {
      github,
      vars,
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
