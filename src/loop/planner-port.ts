/** Asks for a plan, of a model or a file. The answer is a candidate: the core judges it. */
import type { Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import type { Repo } from "../core/github.ts";
import type { PlanSource } from "../core/plan.ts";
import type { Policy } from "../core/policy.ts";

export interface PlanRequest {
  repo: Repo;
  issue: { number: number; title: string; body: string };
  base: { branch: string; sha: string };
  policy: Policy;
  model: string;
  /** Wishes of people beyond the issue's text. "": none. */
  guidance: string;
  /** The planner's last questions. The discussion may hold the answers. */
  asked: string[];
  /** Reads only tasks that people wrote down, for a feature under way. */
  extends: boolean;
}

/** `usage` is there even without a plan, since it was paid for. null: no model was asked. */
export type PlanAnswer =
  | {
      plan: unknown;
      source: PlanSource;
      /** The sub-issues that people wrote its tasks as. */
      subIssues?: { task: string; issue: number }[];
      model: string | null;
      usage: Usage | null;
      /** Required checks that no longer count: while the plan was made, they judged nothing on the base itself. */
      unrequired?: string[];
    }
  /** Questions that a person must answer before there can be a plan. */
  | { questions: string[]; model: string | null; usage: Usage | null }
  | { failure: Failure; model: string | null; usage: Usage | null };

export interface Planner {
  plan(request: PlanRequest): Promise<PlanAnswer>;
}
