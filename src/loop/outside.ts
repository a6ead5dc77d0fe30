/** Names everything outside that the loop reaches. The composition root gives it. */
import type { Price } from "../core/attempt.ts";
import type { Command } from "../core/command.ts";
import type { Pace } from "../core/effect.ts";
import type { Repo } from "../core/github.ts";
import type { Policy } from "../core/policy.ts";
import type { Problem, WorkflowReading } from "../core/preflight/index.ts";
import type { GitHub } from "./github-port.ts";
import type { Planner } from "./planner-port.ts";
import type { SecretScanner } from "./scanner-port.ts";
import type { Leaving, Store } from "./store-port.ts";

/** Takes static sentences. Values that vary go into the fields, so that logs can be searched. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface Settings extends Pace {
  /** The label that sweeps search for. A repository's own config is read only once a feature exists. */
  label: string;
  /** The branch that features land on; null: each repository's default branch. */
  baseBranch: string | null;
  /** Milliseconds between two sweeps. */
  sweepEveryMs: number;
  /** True: `headgate run` checks the base itself. The plan then says nothing about results on the base. */
  baseIsCheckedApart?: boolean;
  /** True: agents are a command whose price is not known, so that plans show no dollars. */
  engineIsUnpriced?: boolean;
}

/** Deletes rows that are this many days old. */
export interface Retention {
  days: number;
  /** Exports rows before they are deleted; null: exports nothing. Rows stay where it rejects. */
  exportTo: ((leaving: Leaving) => Promise<void>) | null;
}

export interface Outside {
  store: Store;
  github: GitHub;
  planner: Planner;
  scanner: SecretScanner;
  settings: Settings;
  /** Reads `.github/headgate.yml`; null: there is none. `namesMethod`: the file itself names the merge method. */
  readPolicy(
    text: string | null,
  ): { ok: true; policy: Policy; namesMethod?: boolean } | { ok: false; problems: Problem[] };
  /** Reads a workflow file for the preflight. */
  readWorkflow(path: string, text: string): WorkflowReading | Promise<WorkflowReading>;
  /** Returns what a model costs; null: unknown, which refuses the model. */
  priceOf(model: string): Price | null;
  /** Returns the command in a comment; null: there is none. */
  readCommand(body: string): Command | null;
  /** Lists the repositories that Headgate is installed on. */
  repositories(): Promise<Repo[]>;
  /** Returns milliseconds since 1970 on the store's clock, as far as this process has read it (`shared-clock.ts`). */
  now(): number;
  /** Takes over the time that the store gave. */
  follow(time: string): void;
  /** Returns a number from 0 to below 1. */
  random(): number;
  newId(): string;
  log: Log;
  /** Left out: everything is kept. */
  retention?: Retention;
}
