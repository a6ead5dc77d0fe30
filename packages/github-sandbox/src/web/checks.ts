/** Lists the check runs and commit statuses of a commit. */

import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../context.ts";
import { latest } from "../protection/checks.ts";
import type { CheckRun, CommitStatus } from "../store/entities.ts";
import { type Html, pageOf } from "./layout.ts";
import { count, outside, progress, took } from "./parts.ts";

export interface CheckLine {
  name: string;
  status: string;
  conclusion: string | null;
  /** The App or user that reports it. */
  by: string;
  href: string | null;
  summary: string | null;
  time: string;
}

/** Returns the latest check of each name, sorted by name. */
export function checkLines(scope: RepositoryScope, sha: string): CheckLine[] {
  const { store, repository } = scope;
  const runs = store.table("checkRuns").filter((run) => run.repositoryId === repository.id && run.headSha === sha);
  const statuses = store.table("statuses").filter((each) => each.repositoryId === repository.id && each.sha === sha);
  return [
    ...latest(runs, (run) => `${run.suiteId} ${run.name}`).map((run) => ofRun(scope, run)),
    ...latest(statuses, (status) => status.context).map((status) => ofStatus(scope, status)),
  ].sort((one, other) => one.name.localeCompare(other.name));
}

function ofRun(scope: RepositoryScope, run: CheckRun): CheckLine {
  const { store, repository } = scope;
  const job = store.table("jobs").find((each) => each.checkRunId === run.id);
  const suite = store.table("checkSuites").get(run.suiteId);
  const workflow = suite?.workflowRunId ? store.table("runs").get(suite.workflowRunId) : undefined;
  return {
    name: run.name,
    status: run.status,
    conclusion: run.conclusion,
    by: workflow?.name ?? store.table("apps").get(run.appId)?.name ?? "",
    href:
      job === undefined
        ? pageOf(repository, `runs/${run.id}`)
        : pageOf(repository, `actions/runs/${job.runId}/job/${job.id}`),
    summary: run.output.title,
    time: took(run.startedAt, run.completedAt),
  };
}

function ofStatus(context: SandboxContext, status: CommitStatus): CheckLine {
  const ended = status.state !== "pending";
  return {
    name: status.context,
    status: ended ? "completed" : "pending",
    conclusion: ended ? status.state : null,
    by: context.store.table("users").get(status.creatorId)?.login ?? "",
    href: outside(status.targetUrl),
    summary: status.description,
    time: "",
  };
}

export function checkTable(lines: readonly CheckLine[]): Html {
  if (lines.length === 0) return html`<p class="quiet">No checks have been reported on this commit.</p>`;
  return html`<table class="list checks"><tbody>${lines.map(
    (line) => html`<tr>
      <td>${progress(line)}</td>
      <td class="wide">${line.href === null ? line.name : html`<a href="${line.href}">${line.name}</a>`}${
        line.summary === null || line.summary === "" ? "" : html` <span class="quiet">${line.summary}</span>`
      }</td>
      <td class="quiet">${line.by}</td>
      <td class="quiet number">${line.time}</td>
    </tr>`,
  )}</tbody></table>`;
}

/** Sums up a commit's checks, such as `1 of 3 failed`; empty without checks. */
export function checkSummary(lines: readonly CheckLine[]): Html {
  const passed = (line: CheckLine) => ["success", "neutral", "skipped"].includes(line.conclusion ?? "");
  const pending = lines.filter((line) => line.conclusion === null).length;
  const failed = lines.filter((line) => line.conclusion !== null && !passed(line)).length;
  if (lines.length === 0) return html``;
  if (failed > 0) return html`<span class="state bad">${failed} of ${count(lines.length, "check")} failed</span>`;
  if (pending > 0) return html`<span class="state busy">${pending} of ${count(lines.length, "check")} pending</span>`;
  return html`<span class="state good">${count(lines.length, "check")} passed</span>`;
}
