/** What Headgate asks of whoever plans. The answer is a candidate: the core judges it. */
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
  /** What people want of the plan beyond the issue's text; "": nothing. */
  guidance: string;
  /** What the planner asked the last time; the discussion may hold the answers. */
  asked: string[];
  /** Read only what people wrote down as tasks: a feature under way takes in what is new. */
  extends: boolean;
}

/** `usage` is kept also when no plan came of it: it was paid for. null: no model was asked. */
export type PlanAnswer =
  | { plan: unknown; source: PlanSource; model: string | null; usage: Usage | null }
  /** It can't be planned before somebody has answered these. */
  | { questions: string[]; model: string | null; usage: Usage | null }
  | { failure: Failure; model: string | null; usage: Usage | null };

export interface Planner {
  plan(request: PlanRequest): Promise<PlanAnswer>;
}
