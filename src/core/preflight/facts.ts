/** The facts of a repository's workflows and rules before any branch or pull of Headgate's exists. */
import type { Check, PullSnapshot, RequiredCheck } from "../github.ts";
import type { CheckCommand } from "../promotion/commands.ts";
import type { BaseRules, MergeMethod } from "./base-rules.ts";
import type { WorkflowFault } from "./problem.ts";

/** GitHub's filter patterns of one kind; null: no such filter. */
export interface Filters {
  branches: string[] | null;
  branchesIgnore: string[] | null;
  paths: boolean;
}

export interface WorkflowJob {
  id: string;
  /** Ids of the jobs that it needs. */
  needs: string[];
  /** The reusable workflow that it calls and whose jobs are not known, as the file names it. They report in its stead. */
  calls: string | null;
  /**
   * The names of its checks: text, and null for each part that only GitHub can fill in. Empty: it calls a workflow whose jobs
   * stand beside it, and reports only where it is skipped.
   */
  checkName: (string | null)[];
  /** The name of its check where the job is skipped: its name as it stands in the file. */
  skippedName: (string | null)[];
  /** All names that its matrix gives to its checks. null: it has none, or the file does not show them all. */
  names: string[] | null;
  /** Its concurrency groups as the file names them, those of the workflows around it first. */
  groups: string[];
  /** Names of the secrets that it reads; `*` where it hands on all of them, or computes the name. */
  secrets: string[];
  /** The write permissions of its token. `*`: all. null: the file names none, so the repository's setting counts. */
  writes: string[] | null;
  /** Where it runs. `unknown`: the file does not show it, or names what may be anybody's. `shown`: as the file names it. */
  runner: { kind: "hosted" | "self-hosted" | "unknown"; shown: string };
  /** The environment whose secrets it gets, as the file names it. */
  environment: string | null;
  /** A step fetches the pull's head. `maybe`: it names the head, or fetches what the file does not show. */
  takesHead: "yes" | "maybe" | "no";
  /** The commands of its steps. */
  commands: CheckCommand[];
  /** Actions and workflows of the repository itself that it uses, by their paths. */
  uses: string[];
}

export interface Workflow {
  path: string;
  pullRequest: (Filters & { types: string[] | null }) | null;
  /** Runs the base's workflow file, with secrets, whatever the pull proposes. */
  pullRequestTarget: Filters | null;
  push: Filters | null;
  /** The inputs that a person or an App may start it with; null: neither may. */
  dispatchInputs: string[] | null;
  /** Further events that run a head's own code, such as `create` and `deployment_status`. */
  alsoOnHeads: string[];
  /** Events that run the default branch's code after something happened on a pull, such as `workflow_run`. */
  afterwards: (Filters & { event: string })[];
  /** Some event that starts it is about a branch or a pull, so that its jobs report on a pull's head. */
  judgesHeads: boolean;
  jobs: WorkflowJob[];
}

export interface UnreadableWorkflow {
  path: string;
  /** From 1; null: the whole file. */
  line: number | null;
  fault: WorkflowFault;
}

/** A rule of a ruleset that applies to a branch. */
/** A workflow file as it was read, or why it cannot be. */
export type WorkflowReading =
  | { ok: true; workflow: Workflow }
  | ({ ok: false } & Pick<UnreadableWorkflow, "line" | "fault">);

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
  /** The checks that were reported on the base's tip. */
  baseChecks: Check[];
  /** False: `headgate run` checks its base itself, so that missing results say nothing. */
  judgesBase: boolean;
  /** The producers of the required checks that no rule pins to an App. */
  producers: PullSnapshot["producers"];
  workflows: Workflow[];
  unreadable: UnreadableWorkflow[];
  /** Branches of the tasks that exist before any task has begun. */
  left: string[];
  rules: BranchRule[];
  /** null: `headgate run` protects its base itself. */
  baseRules: BaseRules | null;
  /** How the policy merges. `stated`: the repository's file names the method. */
  merge: { method: MergeMethod; stated: boolean };
  /** The permissions of the installation, such as `{ contents: "write" }`. */
  granted: Record<string, string>;
}
