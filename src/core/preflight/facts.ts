/** What a repository's workflows and rules would do with Headgate's branches and pulls, as far as it can be read beforehand. */
import type { RequiredCheck } from "../github.ts";

/** GitHub's filter patterns of one kind; null: no such filter. */
export interface Filters {
  branches: string[] | null;
  branchesIgnore: string[] | null;
  paths: boolean;
}

export interface WorkflowJob {
  /** What its checks are called: text, and null for each part that only GitHub can fill in. */
  checkName: (string | null)[];
  /** Names of the secrets that it reads; `*` where it hands on all of them. */
  secrets: string[];
  /** What its token may write; `*`: everything. null: it does not say, and the repository's setting counts. */
  writes: string[] | null;
  selfHosted: boolean;
  /** It checks out what the pull proposes, by its own word. */
  checksOutHead: boolean;
}

export interface Workflow {
  path: string;
  pullRequest: (Filters & { types: string[] | null }) | null;
  /** Runs the base's workflow file, with secrets, whatever the pull proposes. */
  pullRequestTarget: Filters | null;
  push: Filters | null;
  jobs: WorkflowJob[];
}

/** A rule of a ruleset that applies to a branch. */
export interface BranchRule {
  type: string;
  ruleset: string;
  /** The App need not keep it. */
  bypassed: boolean;
}

export interface Facts {
  base: string;
  /** A branch as Headgate would make one. */
  branch: string;
  required: RequiredCheck[];
  /** Names of checks that somebody reported on the base's tip. */
  reported: string[];
  workflows: Workflow[];
  /** Workflow files that could not be read, each with what is wrong. */
  unreadable: { path: string; text: string }[];
  rules: BranchRule[];
  /** What the installation was granted, such as `{ contents: "write" }`. */
  granted: Record<string, string>;
}

/** `refuses`: nothing could ever merge, or begin. Else a person should know before saying yes. */
export type Finding =
  | { about: "permission-missing"; refuses: true; permission: string; level: "read" | "write" }
  | { about: "rule-refuses-branch"; refuses: true; rule: string; ruleset: string; branch: string }
  | { about: "check-never-runs"; refuses: true; check: string; workflow: string; base: string }
  | { about: "check-runs-sometimes"; refuses: false; check: string; workflow: string }
  | { about: "check-unknown"; refuses: false; check: string; base: string }
  | { about: "workflow-unreadable"; refuses: false; workflow: string; text: string }
  | { about: "secrets-reachable"; refuses: false; workflow: string; secrets: string[] }
  | { about: "token-writes"; refuses: false; workflow: string; scopes: string[] }
  | { about: "self-hosted"; refuses: false; workflow: string }
  | { about: "target-runs-head"; refuses: false; workflow: string };
