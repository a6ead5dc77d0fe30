/**
 * What Headgate asks of GitHub, in its own words. `src/github` implements it with octokit; simulations implement it
 * with a model. A changing call finds before it creates, so that doing it twice does it once; one that cannot says so.
 *
 * Errors: a call throws `Unavailable` (try again, maybe later than `afterMs`) or `Refused` (trying again will not
 * help); anything a caller can act on is a returned value instead.
 */
import type { ChangedFile } from "../core/attempt.ts";
import type {
  Check,
  Closure,
  Permission,
  PullSnapshot,
  Repo,
  RequiredCheck,
  Requirement,
  RunSnapshot,
} from "../core/github.ts";
import type { BaseRules, BranchRule } from "../core/preflight/index.ts";
import type { ResultReading } from "../core/promotion/result.ts";
import type { Tree } from "../core/promotion/tree.ts";

/** Trying again may help: 5xx, time-outs, rate limits, 404 right after creation. The effect may or may not have happened. */
export class Unavailable extends Error {
  /** Milliseconds the server asked us to wait; null: the caller's own back-off. */
  readonly afterMs: number | null;
  constructor(message: string, afterMs: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = "Unavailable";
    this.afterMs = afterMs;
  }
}

/** Trying again will not help: missing permission, policy, validation. The message says what to do, for people. */
export class Refused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Refused";
  }
}

/** The App may not work in the repository for now. What was asked waits until it may. */
export class Closed extends Refused {
  readonly why: Closure["kind"];
  constructor(why: Closure["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Closed";
    this.why = why;
  }
}

/** The issue is not in the repository any more. */
export class Gone extends Refused {
  readonly why: "transferred" | "deleted";
  constructor(why: "transferred" | "deleted", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Gone";
    this.why = why;
  }
}

/** The artifact of a run breaks the limits or the format. The message says how, for people. */
export class BadArtifact extends Refused {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BadArtifact";
  }
}

/** Somebody's last verdict on a pull, and the head that it is about. */
export interface Approval {
  by: string;
  head: string;
}

/** A pull by itself, without what its base says of it. */
export interface SeenPull extends Omit<PullSnapshot, "producers" | "guarded" | "baseChecks"> {
  /** The branch that it would merge into. */
  base: string;
  labels: string[];
  /** The commit that the head forked from `baseSha`. */
  mergeBase: string;
  /** Approvals of people with write access, newest first, at most five. */
  approvals: Approval[];
  /**
   * A query showed its checks, and those of its base (null: not in full). That proves no job: `jobs` does. null: the checks were read
   * with their jobs.
   */
  byQuery: { baseChecks: Check[] | null } | null;
}

export interface IssueSnapshot {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  author: string;
  /** null: it is open, or GitHub does not say. */
  closedBy: string | null;
}

/** An issue that is part of another one, with the siblings and strangers of the same repository that block it. */
export interface SubIssue {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  blockedBy: number[];
}

export interface CommentSnapshot {
  id: number;
  author: string;
  authorIsBot: boolean;
  body: string;
  /** ISO-8601. */
  createdAt: string;
  updatedAt: string;
}

/** The artifact of an attempt, unpacked within limits. Nothing in it is trusted. */
export interface ArtifactContent {
  /** Parsed where the artifact was unpacked. */
  result: ResultReading;
  /** The file stored as `files/<sha256>`, or null. */
  file(sha256: string): Uint8Array | null;
}

export interface GitHub {
  /** Reads the repository under its present name. Throws Closed where the App does not see it. */
  repository(repo: Repo): Promise<{ repo: Repo; archived: boolean }>;
  permission(repo: Repo, login: string): Promise<Permission>;
  defaultBranch(repo: Repo): Promise<string>;
  /** The commit a branch points at, or null when there is no such branch. */
  branchTip(repo: Repo, branch: string): Promise<string | null>;
  /** The names of branches that begin with `prefix`, at most a hundred. */
  branchesBelow(repo: Repo, prefix: string): Promise<string[]>;
  /** unknown: GitHub lists no such workflow. */
  workflowState(repo: Repo, workflow: string): Promise<"active" | "disabled" | "unknown">;
  /** A file's text at a branch or commit, or null. */
  readFile(repo: Repo, ref: string, path: string): Promise<string | null>;
  /** Paths of all files at a commit, up to `limit`. */
  listFiles(repo: Repo, commit: string, limit: number): Promise<string[]>;
  /** Every file of a commit, however many there are. Throws Refused beyond a million. */
  tree(repo: Repo, commit: string): Promise<Tree>;
  /** A file's bytes by its SHA. */
  blob(repo: Repo, sha: string): Promise<Uint8Array>;
  /** Checks that classic protection and rulesets require on the branch. */
  requiredChecks(repo: Repo, branch: string): Promise<RequiredCheck[]>;
  /** Rules of rulesets that apply to a branch of that name, whether it exists or not. */
  branchRules(repo: Repo, branch: string): Promise<BranchRule[]>;
  /** Returns what decides about merges into the branch, and what of it the App may not see. */
  baseRules(repo: Repo, branch: string): Promise<BaseRules>;
  /** The latest checks of a commit with who made each, ended or not. Without our own and those of the attempt workflow. */
  checks(repo: Repo, sha: string): Promise<Check[]>;
  /** The jobs of a workflow run of a commit, as the run lists them: a check run that a job's token made is not among them. */
  jobs(repo: Repo, sha: string, run: { id: number; workflow: string; event: string }): Promise<Check[]>;
  /** The last commits of the branch, newest first, at most `limit`. `at`: when each was made, in milliseconds since 1970. */
  recentCommits(repo: Repo, branch: string, limit: number): Promise<{ sha: string; at: number }[]>;
  /** Heads of the pulls that merged into the branch last, newest first, at most `limit`. */
  mergedHeads(repo: Repo, branch: string, limit: number): Promise<string[]>;
  /** The permissions that our installation was granted, such as `{ contents: "write" }`. */
  granted(repo: Repo): Promise<Record<string, string>>;
  /** Throws Gone where it was deleted, or moved to another repository. */
  issue(repo: Repo, issue: number): Promise<IssueSnapshot>;
  /** Open issues that bear the label, oldest first. */
  labelledIssues(repo: Repo, label: string): Promise<IssueSnapshot[]>;
  /** Returns who added the label last and when (ISO-8601), from the issue's events. null: the issue does not have it. */
  labelledBy(repo: Repo, issue: number, label: string): Promise<{ login: string; at: string } | null>;
  comments(repo: Repo, issue: number, since: string | null): Promise<CommentSnapshot[]>;

  /** Comments on all issues and pulls that were written or edited since then (ISO-8601), oldest first, with the number of each. */
  recentComments(repo: Repo, since: string): Promise<(CommentSnapshot & { issue: number })[]>;

  /** In the order in which people put them. Those in other repositories are left out. */
  subIssues(repo: Repo, issue: number): Promise<SubIssue[]>;
  /** Numbers of the closed ones. One call for up to 100. */
  closedSubIssues(repo: Repo, issue: number): Promise<number[]>;
  /** Creates without finding: the caller has searched before. A crash between the two calls leaves an issue without a parent. */
  addSubIssue(repo: Repo, parent: number, issue: { title: string; body: string }): Promise<{ number: number }>;
  addBlockedBy(repo: Repo, issue: number, blocker: number): Promise<void>;

  /**
   * Make the one comment that bears `marker` (a hidden HTML comment, first line) say `body`. Only a comment of our own
   * App counts: anybody can write our marker. Returns the comment's id.
   */
  upsertComment(repo: Repo, issue: number, marker: string, body: string): Promise<number>;
  react(repo: Repo, comment: number, content: "eyes" | "+1" | "-1" | "confused"): Promise<void>;
  closeIssue(repo: Repo, issue: number, reason: "completed" | "not_planned"): Promise<void>;

  /**
   * Start the attempt's workflow run on the default branch, unless a run of that name exists: then the first one counts
   * and later ones are cancelled. `isFirstTry`: there is none, and nothing is looked for.
   */
  dispatch(
    repo: Repo,
    request: { workflow: string; attempt: string; brief: string; isFirstTry?: boolean },
  ): Promise<{ run: number }>;
  /** The attempt's run by its name; null when there is none. */
  findRun(repo: Repo, workflow: string, attempt: string): Promise<number | null>;
  run(repo: Repo, run: number): Promise<RunSnapshot>;
  cancelRun(repo: Repo, run: number): Promise<void>;
  /** The result artifact of a run; null when the run has none that counts. Throws BadArtifact when it cannot be unpacked. */
  artifact(repo: Repo, run: number): Promise<ArtifactContent | null>;

  /** Reads a commit. The trailers of its message name the attempt that made it. */
  commit(repo: Repo, sha: string): Promise<{ message: string; tree: string; parents: string[] }>;
  /**
   * Write a commit: `against`'s tree with the changes applied. GitHub dates and signs it, so a repeat makes another
   * commit; nobody sees either before a branch moves to it.
   */
  writeCommit(
    repo: Repo,
    commit: {
      against: string;
      parents: string[];
      changes: ChangedFile[];
      file(sha256: string): Uint8Array;
      message: string;
    },
  ): Promise<{ sha: string; tree: string }>;
  /**
   * Create the branch at `to` (`from` null) or fast-forward it from `from`. `taken`: it points elsewhere.
   * Already at `to` counts as moved.
   */
  moveBranch(repo: Repo, branch: string, from: string | null, to: string): Promise<"moved" | "taken">;
  deleteBranch(repo: Repo, branch: string): Promise<void>;
  /** Makes a branch that was deleted again, at `commit`, and leaves one that exists as it is. `gone`: there is no such commit. */
  restoreBranch(repo: Repo, branch: string, commit: string): Promise<"there" | "gone">;
  /**
   * The pull of the branch `head` into `base`: the open one, else one that carried `commit` and is merged or closed by now,
   * else a new one. `isFirstTry`: nobody opened one for this commit before, and only an open one is looked for. `replaces`: neither that
   * pull nor an earlier one counts if it is closed without a merge.
   */
  openPull(
    repo: Repo,
    pull: {
      head: string;
      base: string;
      commit: string;
      title: string;
      body: string;
      isFirstTry?: boolean;
      replaces?: number;
    },
  ): Promise<{ number: number }>;
  /** Has an open pull say what `edit` makes of its body. Writes nothing where it says so already. */
  editPull(repo: Repo, pull: number, edit: (body: string) => string | Promise<string>): Promise<void>;
  closePull(repo: Repo, pull: number): Promise<void>;
  /**
   * Reads a pull. A closed or merged one comes without checks and reviews, with `behindBy` 0 and the recorded base. `between`: its
   * branches, where they are known. With them the first look takes no more calls than later ones.
   */
  pull(repo: Repo, pull: number, between?: { base: string; head: string }): Promise<SeenPull>;
  /** The newest commit that both contain. `base` may name a branch. null: there is none, or one of the two is gone. */
  mergeBase(repo: Repo, base: string, head: string): Promise<string | null>;
  /**
   * The paths in which two commits conflict, none where they merge; found without writing anything. `unknown`: too much to
   * compare, or nothing in common. An early warning: what GitHub says of a pull and its base has the last word.
   */
  conflicts(repo: Repo, ours: string, theirs: string): Promise<string[] | "unknown">;
  /** Merge the base into the head. `behind` is not judged here: `current` means GitHub found nothing to do. */
  updatePull(repo: Repo, pull: number, expectedHead: string): Promise<"accepted" | "moved" | "conflict" | "current">;
  /**
   * Merge exactly `head`, into `base` only: `moved` where a person chose another branch. A title that a person gave the pull replaces
   * `title`. `unknown`: GitHub answered 5xx or not at all; read again before any retry.
   * On `merged` the trees say whether what landed is what was tested.
   */
  mergePull(
    repo: Repo,
    pull: number,
    merge: { head: string; base?: string; method: "merge" | "squash" | "rebase"; title: string },
  ): Promise<
    | { outcome: "merged"; sha: string; landedTree: string; parents: string[]; at: number }
    | { outcome: "moved" | "refused" | "unknown"; message: string; requires?: Requirement }
  >;
  /** Have interrupted checks run again on the same head, by re-running the failed jobs of their workflow runs. */
  rerun(repo: Repo, head: string, checks: readonly Check[]): Promise<void>;
  /**
   * The end of a failed check's log or its summary, at most `limit` characters; "" when there is none to be had. `redact` gets it
   * before it is cut: of half a secret no rule knows that it is one.
   */
  failureText(repo: Repo, check: Check, limit: number, redact: (text: string) => Promise<string>): Promise<string>;

  /** Counts the calls since the start. */
  calls(): { reads: number; writes: number };
}
