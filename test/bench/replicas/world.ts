/** What every process of the benchmark knows: the repositories' settings and the plan of each feature. */
import type { FeatureSpec, Scenario, TaskSpec } from "../../simulation/scenario/scenario.ts";

export const LABEL = "headgate";

export const WORLD: Scenario["world"] = {
  protection: "loose",
  checks: ["test"],
  method: "squash",
  mode: "auto",
  maxParallel: 5,
  actionsSlots: null,
  ciJobs: 1,
  overlap: "optimistic",
  holdSeconds: 0,
  budgetUsd: null,
  approve: "never",
  replicas: 1,
  webhooks: "all",
  mergeability: "fast",
  skews: [],
};

export const FEATURE: FeatureSpec = {
  labelledAt: 0,
  land: "each",
  onFailure: "keep",
  tasks: ["t0", "t1", "t2"].map(taskNamed),
};

function taskNamed(id: string): TaskSpec {
  const plain = { dependsOn: [], size: "M", role: "build", broken: 0, hot: null, clash: null, guarded: null } as const;
  return { ...plain, id, dependsOn: [], worksMs: 20 };
}

/** What the modelled GitHub counted. */
export interface Tallies {
  /** Runs, pulls, merges and comments that were made twice. */
  doubled: string[];
  /** Repositories whose feature has not ended. */
  open: string[];
  merged: number;
}
