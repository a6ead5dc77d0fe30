/**
 * Runs the checks of the base itself, as a pull of one empty commit. The pull lies in a repository of its own in the same sandbox, so
 * that it takes no number, no slot and no webhook from the run's repository.
 */
import type { Octokit } from "@octokit/rest";
import { taskBranch } from "../../core/attempt.ts";
import { logExcerpt } from "../../github/logs/excerpt.ts";
import { createScanner } from "../../secrets/scanner.ts";
import { MAINTAINER, type Site } from "../run/site.ts";
import { SETUP_BRANCH } from "../run/source.ts";
import { requireOwnCheck } from "./own-check.ts";

const OWNER = "base-check";
const LOG_CHARACTERS = 1_000;
const PAGE = 100;

/** A check run of the base. `conclusion` null: it has not ended. */
export interface BaseCheckRun {
  name: string;
  conclusion: string | null;
  /** The text of its output, such as why it did not run here. */
  summary: string;
  job: number;
  run: number;
}

export interface Rehearsal {
  /** Reads the check runs. `ended`: no workflow run is under way. */
  read(): Promise<{ checks: BaseCheckRun[]; ended: boolean }>;
  /** Runs the jobs of these workflow runs that did not pass again. */
  repeat(runs: readonly number[]): Promise<void>;
  /** Returns the first line that explains why the job failed; "" where its log has none. */
  firstError(job: number): Promise<string>;
}

/** `commit`: the base's. `ownCheck`: the run has a command of its own, from `--checks`. */
export async function rehearse(
  site: Site,
  { commit, ownCheck }: { commit: string; ownCheck: boolean },
): Promise<Rehearsal> {
  const { sandbox, base, owner } = site;
  const organisation = await sandbox.createOrganization(OWNER);
  const repository = await sandbox.createRepository({ owner: organisation, name: site.repository.name });
  const { user } = await sandbox.createUser(MAINTAINER);
  await sandbox.addCollaborator(repository, user, "admin");
  await sandbox.ignorePathFilters(repository);
  if (ownCheck) await requireOwnCheck(sandbox, repository);
  const from = `${sandbox.url}/${site.repository.owner}/${site.repository.name}.git`;
  await sandbox.importRepository(repository, from, `refs/heads/${SETUP_BRANCH}`, SETUP_BRANCH);
  // By its name the base may have moved on since, with what has landed.
  await sandbox.importRepository(repository, from, commit, base);
  const at = { owner: OWNER, repo: repository.name };
  const head = await openPull(owner, at, { commit, base });
  return {
    async read() {
      const [runs, found] = await Promise.all([
        owner.rest.actions.listWorkflowRunsForRepo({ ...at, head_sha: head, per_page: PAGE }),
        owner.paginate(owner.rest.checks.listForRef, { ...at, ref: head, filter: "latest", per_page: PAGE }),
      ]);
      const { workflow_runs: all } = runs.data;
      const checks = found.map(({ id, name, status, conclusion, output, details_url: url }): BaseCheckRun => {
        const run = Number(/\/actions\/runs\/(\d+)/.exec(url ?? "")?.[1] ?? 0);
        const job = Number(/\/job\/(\d+)/.exec(url ?? "")?.[1] ?? id);
        return {
          name,
          conclusion: status === "completed" ? conclusion : null,
          summary: output.summary ?? "",
          job,
          run,
        };
      });
      return { checks, ended: all.length > 0 && all.every(({ status }) => status === "completed") };
    },
    async repeat(runs) {
      for (const run of runs) await owner.rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: run });
    },
    async firstError(job) {
      const { data } = await owner.rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: job });
      const text = await createScanner().redact(logExcerpt(String(data), LOG_CHARACTERS));
      return text.split("\n")[0]?.trim() ?? "";
    },
  };
}

/** Returns the head: a commit without changes, on a branch named as a task's, which filters on branches let through. */
async function openPull(
  owner: Octokit,
  at: { owner: string; repo: string },
  { commit, base }: { commit: string; base: string },
): Promise<string> {
  const branch = taskBranch(0, `base-${commit.slice(0, 12)}`);
  const known = await owner.rest.git.listMatchingRefs({ ...at, ref: `heads/${branch}` });
  const present = known.data.find(({ ref }) => ref === `refs/heads/${branch}`)?.object.sha;
  if (present !== undefined) await owner.rest.git.deleteRef({ ...at, ref: `heads/${branch}` });
  const { data: parent } = await owner.rest.git.getCommit({ ...at, commit_sha: commit });
  const message = "Check the base";
  const { data } = await owner.rest.git.createCommit({ ...at, message, tree: parent.tree.sha, parents: [commit] });
  await owner.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: data.sha });
  await owner.rest.pulls.create({ ...at, title: message, head: branch, base });
  return data.sha;
}
