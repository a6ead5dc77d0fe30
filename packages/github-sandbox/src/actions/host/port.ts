/** The port of the Actions engine: everything that it needs of the GitHub around it. `sandbox.ts` provides it. */
import type { Announce } from "../../events/event.ts";
import type { HeadCommit } from "../../git/store.ts";
import type { Permissions, Repository, WorkflowRun } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";

export interface ActionsHost {
  store: Store;
  announce: Announce;
  /** Returns the base URL of the REST API, such as `http://127.0.0.1:4000/api/v3`. Call it only once the server listens. */
  apiUrl(): string;
  /** Returns the base URL of git and the pages, such as `http://127.0.0.1:4000`. */
  serverUrl(): string;
  /** Returns the path of the repository's bare git directory. */
  gitDir(repository: Repository): string;
  /** Returns the commit SHA of a branch or tag, or null. `ref` is full: `refs/heads/main`. */
  resolve(repository: Repository, ref: string): Promise<string | null>;
  /** Returns the text of a file at a commit, or null when there is none. */
  readFile(repository: Repository, commit: string, path: string): Promise<string | null>;
  /** Returns the names of the files directly in a folder at a commit; none for a missing folder. */
  listFolder(repository: Repository, commit: string, path: string): Promise<string[]>;
  headCommit(repository: Repository, commit: string): Promise<HeadCommit>;
  /** Makes a token for one job. It acts as github-actions[bot], and starts no workflow except by dispatch. */
  issueJobToken(repository: Repository, run: WorkflowRun, permissions: Permissions): string;
  revokeToken(token: string): void;
  /**
   * Injects the loss of a job's runner. Called once for each execution of a job, which `job` names by workflow file and key.
   * `lost` aborts when the runner is lost. Call `end` when the job has ended, or its timer stays.
   */
  runnerLoss(job: string): { lost: AbortSignal; end(): void };
  /** Called with the debug message of a job, which its log leaves out. */
  debugged(message: DebugMessage): void;
  /**
   * Returns the pull's test merge commit, `refs/pull/N/merge`, and computes it if need be. "conflict" when head and base do not
   * merge; null when the pull is closed or deleted.
   */
  testMerge(repository: Repository, pullNumber: number): Promise<{ sha: string } | "conflict" | null>;
}

/** A message of the workflow command `::debug::`. */
export interface DebugMessage {
  /** The workflow file of the run, such as `.github/workflows/ci.yml`. */
  workflow: string;
  text: string;
}

export interface SecretEnvironment {
  values: Record<string, string>;
  /** Paths of workflow files. */
  notFor: string[];
}

/** Settings of jobs on this machine. */
export interface ActionsOptions {
  /** The most jobs of one account at the same time, which depends on the plan on GitHub. */
  slots: number;
  /** The folder of jobs, logs, artifacts and caches. */
  dataDir: string;
  /** The Node.js that JavaScript actions and `setup-node` give to jobs. */
  nodePath: string;
  /** The folder of versions of Node.js that jobs asked for and that were installed for them. */
  toolsDir: string;
  /** True: setup actions use the version that is here, whatever a workflow asks for. */
  anyVersion: boolean;
  /**
   * Environment for every job beside GitHub's own. Of this process's environment a job gets only PATH (with the folder of
   * `nodePath` first), the locale, and the names of proxies and certificates.
   */
  environment: Record<string, string>;
  /** Environment for jobs except those of runs of the workflow files `notFor`. Logs hide its values. */
  secretEnvironment: SecretEnvironment;
  /** The `.npmrc` in the home folder of each job: registries, proxies and certificates. */
  npmrc: string;
  /** Milliseconds between SIGINT and SIGKILL when a step is stopped; 7,500 by default, as on GitHub. */
  graceMs?: number;
}
