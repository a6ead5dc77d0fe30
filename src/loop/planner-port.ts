/** What Headgate asks of whoever plans. The answer is a candidate: the core judges it. */
import type { Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import type { Repo } from "../core/github.ts";

export interface PlanRequest {
  repo: Repo;
  issue: { number: number; title: string; body: string };
  base: { branch: string; sha: string };
  model: string;
}

/** `usage` is kept also when no plan came of it: it was paid for. null: no model was asked. */
export type PlanAnswer =
  | { plan: unknown; model: string | null; usage: Usage | null }
  | { failure: Failure; model: string | null; usage: Usage | null };

export interface Planner {
  plan(request: PlanRequest): Promise<PlanAnswer>;
}
