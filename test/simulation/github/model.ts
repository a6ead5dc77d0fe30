/**
 * Holds the state of a modelled GitHub with one repository, and announces its changes. The files beside it implement
 * its behaviour.
 */
import type { Check, NeededJob, Permission, Repo } from "../../../src/core/github.ts";
import type { BaseDemand } from "../../../src/core/preflight/index.ts";
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import type { Commit } from "./objects.ts";
import { Objects } from "./objects.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

/** An error response of GitHub's REST API. */
export class HttpAnswer extends Error {
  readonly status: number;
  /** The requested wait in milliseconds, or null. */
  readonly retryAfterMs: number | null;
  constructor(status: number, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export type Verdict = "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";

export interface Pull {
  number: number;
  title: string;
  body: string;
  by: string;
  head: string;
  base: string;
  /** The base that it was opened with, and since when it has the present one. */
  openedInto: string;
  baseSince: number;
  labels: Map<string, { since: number }>;
  /** The head that the pull request shows. For a moment after a push it is still the previous one. */
  shown: string;
  state: "open" | "closed" | "merged";
  /** null: nobody has. */
  reopenedAt: number | null;
  draft: boolean;
  mergeSha: string | null;
  mergedAt: number | null;
  mergedBy: string | null;
  /** Each person's latest submitted verdict. */
  reviews: Map<string, Verdict>;
  /** The head that each verdict was about. */
  reviewed: Map<string, string>;
  reviewedAt: Map<string, number>;
  /** The head and base of the last computed answer. */
  mergeability: { key: string; mergeable: boolean } | null;
  computing: string | null;
}

export interface Comment {
  id: number;
  by: string;
  body: string;
  createdAt: number;
  updatedAt: number;
  reactions: Set<string>;
}

export interface Issue {
  number: number;
  title: string;
  body: string;
  by: string;
  state: "open" | "closed";
  closedBy: string | null;
  /** Headgate closed it once. A person may have opened it again since. */
  wasClosedByUs: boolean;
  labels: Set<string>;
  labelEvents: { label: string; on: boolean; by: string; at: number }[];
  comments: Comment[];
  updatedAt: number;
  parent: number | null;
  blockedBy: number[];
}

export interface Run {
  id: number;
  attempt: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  path: string;
  runAttempt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** The time from which lists contain the run. */
  listedAt: number;
  artifact: ReadonlyMap<string, Uint8Array> | null;
  /** A cancellation was requested and takes effect soon. */
  cancelling: boolean;
}

export interface CheckRun extends Check {
  id: number;
  sha: string;
}

/** What happened on the server, for the judges that check Headgate's requests. */
export type ServerFact =
  | { kind: "merged"; pull: Pull; by: string; head: string; baseBefore: string; landed: Commit }
  /** Headgate looks at a pull for the last time before it merges it. */
  | { kind: "merge-begun"; pull: Pull }
  /** GitHub did not merge what Headgate asked it to merge. */
  | { kind: "merge-refused"; pull: Pull; words: string }
  | { kind: "dispatched"; run: Run; brief: string }
  | { kind: "pull-opened"; pull: Pull }
  | { kind: "branch"; branch: string; from: string | null; to: string | null; by: string }
  | { kind: "reviewed"; pull: Pull; by: string; verdict: Verdict }
  | { kind: "comment"; issue: Issue; comment: Comment };

export interface Protection {
  checks: string[];
  strict: boolean;
  /** Approving reviews by people with write access that a merge needs. Left out: none. */
  approvals?: number;
  locked?: boolean;
  /** When its rules last changed. Left out: never. */
  changedAt?: number;
}

/** What an attempt's job does. null: the job never starts. */
export interface JobScript {
  startsAfter: number;
  /** In milliseconds; null: the job never ends by itself. */
  lasts: number | null;
  conclusion: string;
  artifact: ReadonlyMap<string, Uint8Array> | null;
  runAttempt?: number;
}

/** What one required check does on a head. `conclusion` null: the check never ends. */
export interface CheckScript {
  startsAfter: number;
  lasts: number;
  conclusion: Check["conclusion"];
  /** Of a skipped check: the jobs that it needs. */
  needs?: NeededJob[];
}

export interface Behaviour {
  job(request: { attempt: string; brief: string }): JobScript;
  /** The names of the checks that CI runs on every pull request. */
  checks: readonly string[];
  /** Returns null for a check that is never reported. */
  check(head: Commit, name: string): CheckScript | null;
  /** Returns the milliseconds that GitHub takes for something it does by itself. */
  lag(what: "head" | "mergeable" | "update" | "listing"): number;
  /** Returns true for an update that GitHub accepts and never carries out. */
  forgetsUpdate(): boolean;
}

export interface GitHubOptions {
  clock: Clock;
  chance: Chance;
  repo: Repo;
  behaviour: Behaviour;
  announce(name: string, payload: Record<string, unknown>): void;
}

export const APP_ID = 4711;
export const APP_SLUG = "headgate";
export const BOT = `${APP_SLUG}[bot]`;
export const CI_APP_ID = 15368;
export const CI_WORKFLOW = ".github/workflows/ci.yml";

export class GitHubModel {
  readonly clock: Clock;
  readonly chance: Chance;
  repo: Repo;
  readonly behaviour: Behaviour;
  readonly announce: GitHubOptions["announce"];
  readonly defaultBranch = "main";
  readonly objects = new Objects();
  readonly branches = new Map<string, string>();
  /** The branch protection of each branch, enforced at a merge. */
  readonly protection = new Map<string, Protection>();
  /** What the preflight can read of a branch's protection beside its checks. No merge is refused for it. */
  readonly demands = new Map<string, BaseDemand[]>();
  readonly people = new Map<string, Permission>();
  readonly issues = new Map<number, Issue>();
  readonly pulls = new Map<number, Pull>();
  readonly runs = new Map<number, Run>();
  readonly checks: CheckRun[] = [];
  readonly witnesses: ((fact: ServerFact) => void)[] = [];
  #numbers = 0;
  #ids = 1_000;

  constructor(options: GitHubOptions) {
    this.clock = options.clock;
    this.chance = options.chance;
    this.repo = options.repo;
    this.behaviour = options.behaviour;
    this.announce = options.announce;
  }

  get now(): number {
    return this.clock.now;
  }

  rename(name: string): void {
    this.repo = { ...this.repo, name };
    this.announce("repository", { action: "renamed", repository: repositoryOf(this), sender: accountOf("maya") });
  }

  /** Returns the next number. Issues and pull requests share their numbers. */
  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  record(fact: ServerFact): void {
    for (const witness of this.witnesses) witness(fact);
  }

  tip(branch: string): string {
    const sha = this.branches.get(branch);
    if (sha === undefined) throw new HttpAnswer(404, "Not Found");
    return sha;
  }

  pull(number: number): Pull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw new HttpAnswer(404, "Not Found");
    return pull;
  }

  issue(number: number): Issue {
    const issue = this.issues.get(number);
    if (issue === undefined) throw new HttpAnswer(404, "Not Found");
    return issue;
  }

  run(id: number): Run {
    const run = this.runs.get(id);
    if (run === undefined) throw new HttpAnswer(404, "Not Found");
    return run;
  }
}
