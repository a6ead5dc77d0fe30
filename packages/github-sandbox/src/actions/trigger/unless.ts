/**
 * Names the reasons why a check of a pull judges nothing, or may stay away. `why` is what the job's log would say, such as `it uses
 * acme/tool@v1, which is not here`.
 */
export type Unless =
  | { kind: "cannot-run"; why: string }
  /** It needs a job that cannot run here: green or red, it would say nothing of the change. */
  | { kind: "needs"; job: string; why: string }
  | { kind: "always-skipped" }
  /** `continue-on-error` */
  | { kind: "may-fail" }
  /** `prints`: its steps only print. `no-code`: it neither checks out the code nor sums up a job that judges. */
  | { kind: "inert"; how: "prints" | "no-code" }
  | { kind: "name-depends-on-run" }
  | { kind: "path-filter" }
  /** It starts when a pull is opened and not when its head moves. */
  | { kind: "first-head-only" }
  /** `error`: the first line of GitHub's own words. */
  | { kind: "invalid"; error: string };

export interface ForeseenJob {
  /** The check run's name. */
  name: string;
  /** null: it judges every head of every pull. */
  unless: Unless | null;
}
