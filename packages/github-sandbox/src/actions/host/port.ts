/**
 * What the Actions runner needs of the GitHub around it. The sandbox's composition (`sandbox/index.ts`) gives it; the
 * runner's own tests may give a smaller one.
 */

import type { Announce } from "../../events/event.ts";
import type { HeadCommit } from "../../git/store.ts";
import type { Permissions, Repository, WorkflowRun } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";

export interface ActionsHost {
  store: Store;
  announce: Announce;
  /** Base URL of the REST API, such as `http://127.0.0.1:4000/api/v3`; known once the server listens. */
  apiUrl(): string;
  /** Base URL of the web side and of git, such as `http://127.0.0.1:4000`. */
  serverUrl(): string;
  /** Path of the repository's bare git directory on this machine. */
  gitDir(repository: Repository): string;
  /** A branch's or tag's commit SHA, or null. `ref` is full: `refs/heads/main`. */
  resolve(repository: Repository, ref: string): Promise<string | null>;
  /** A file's text at a commit, or null when there is none. */
  readFile(repository: Repository, commit: string, path: string): Promise<string | null>;
  /** Names of the files directly in a folder at a commit; empty when there is none. */
  listFolder(repository: Repository, commit: string, path: string): Promise<string[]>;
  headCommit(repository: Repository, commit: string): Promise<HeadCommit>;
  /** A token for one job: it acts as github-actions[bot] and starts no workflows except by dispatch. */
  issueJobToken(repository: Repository, run: WorkflowRun, permissions: Permissions): string;
  revokeToken(token: string): void;
  /**
   * Asked once for each execution of a job, named by its workflow file and key. `lost` aborts when the runner of the job is
   * lost, which only fault injection does; `end` must be called when the job has ended.
   */
  runnerLoss(job: string): { lost: AbortSignal; end(): void };
  /**
   * The pull's test merge commit, computed now if need be: what `refs/pull/N/merge` names. "conflict" when head and base
   * do not merge; null when the pull is closed or gone.
   */
  testMerge(repository: Repository, pullNumber: number): Promise<{ sha: string } | "conflict" | null>;
}

/** How jobs run, and where they live on this machine. */
export interface ActionsOptions {
  /** How many jobs of one account run at the same time, as a plan limits them. */
  slots: number;
  /** Job folders, logs and artifacts live below it. */
  dataDir: string;
  /** The Node.js that JavaScript actions and `setup-node` give to jobs. */
  nodePath: string;
  /**
   * Environment given to every job beside GitHub's own: nothing of this process's environment reaches a job otherwise,
   * except PATH (with the folder of `nodePath` first) and the locale.
   */
  environment: Record<string, string>;
  /** Milliseconds between SIGINT and SIGKILL when a step is stopped; 7,500 as on GitHub when not given. */
  graceMs?: number;
}
