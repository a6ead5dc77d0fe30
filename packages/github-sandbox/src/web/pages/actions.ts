/** Pages of Actions: the list of runs, a run, a job with its log, and a check run of another App. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { stepLogs } from "../../rest/actions/job-routes.ts";
import type { Job, Repository, WorkflowRun } from "../../store/entities.ts";
import { jobAt, nothing, pageOfRows, pageRun, rowAt, scopeAt } from "../find.ts";
import { type Html, type Page, pageOf } from "../layout.ts";
import { logTable } from "../log.ts";
import { markdown } from "../markdown/render.ts";
import { outside, pager, person, progress, shortSha, took, when } from "../parts.ts";

export function actionsPage(http: Context, context: SandboxContext): Page {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const runs = context.store
    .table("runs")
    .filter((run) => run.repositoryId === repository.id)
    .reverse();
  const { page, shown, more } = pageOfRows(http, runs);
  return {
    title: `Actions · ${repository.owner}/${repository.name}`,
    within: { repository, tab: "actions" },
    body: html`<h1>Workflow runs</h1>
      ${shown.length === 0 ? html`<p class="quiet">Nothing ran yet.</p>` : html`<ul class="rows">${shown.map((run) => row(scope, run))}</ul>`}
      ${pager(http, page, more)}`,
  };
}

function row(scope: RepositoryScope, run: WorkflowRun): Html {
  return html`<li>${progress(run)}
    <a class="title" href="${pageOf(scope.repository, `actions/runs/${run.id}`)}">${run.displayTitle}</a>
    <div class="quiet">${run.name} #${run.runNumber}, ${run.event}${run.headBranch === null ? "" : ` on ${run.headBranch}`},
      by ${person(scope, run.actorId)}, ${when(run.createdAt)}</div>
  </li>`;
}

function jobsOf(context: SandboxContext, run: WorkflowRun): Job[] {
  return context.store.table("jobs").filter((job) => job.runId === run.id);
}

export function runPage(http: Context, context: SandboxContext): Page {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const run = pageRun(http, scope);
  const artifacts = context.store.table("artifacts").filter((each) => each.runId === run.id);
  const inputs = Object.entries(run.inputs);
  const pulls = run.pullNumbers.map(
    (number) => html` <a href="${pageOf(repository, `pull/${number}`)}">#${number}</a>`,
  );
  return {
    title: `${run.displayTitle} · Run ${run.id}`,
    within: { repository, tab: "actions" },
    body: html`<h1>${run.displayTitle} <span class="quiet">${run.name} #${run.runNumber}</span></h1>
      <p>${progress(run)} ${run.event} by ${person(context, run.actorId)}, ${when(run.createdAt)}
        ${run.status === "completed" ? html`, ${took(run.startedAt ?? run.createdAt, run.updatedAt)}` : ""}${pulls}</p>
      <p class="quiet"><code>${run.workflowPath}</code> at
        <a href="${pageOf(repository, `commit/${run.headSha}`)}"><code>${shortSha(run.headSha)}</code></a>${
          run.headBranch === null ? "" : html` on <code>${run.headBranch}</code>`
        }${run.runAttempt > 1 ? `, attempt ${run.runAttempt}` : ""}</p>
      ${run.failure === null ? "" : html`<pre class="plain bad">${run.failure}</pre>`}
      <h2>Jobs</h2>
      ${jobTable(repository, run, jobsOf(context, run))}
      ${inputs.length === 0 ? "" : html`<h2>Inputs</h2><dl>${inputs.map(([name, value]) => html`<dt>${name}</dt><dd><pre class="plain">${value}</pre></dd>`)}</dl>`}
      ${
        artifacts.length === 0
          ? ""
          : html`<h2>Artifacts</h2><ul>${artifacts.map((each) => html`<li>${each.name} <span class="quiet">${each.sizeInBytes} B</span></li>`)}</ul>`
      }`,
  };
}

function jobTable(repository: Repository, run: WorkflowRun, jobs: readonly Job[]): Html {
  if (jobs.length === 0) return html`<p class="quiet">No job.</p>`;
  return html`<table class="list"><tbody>${jobs.map(
    (job) => html`<tr>
      <td>${progress(job)}</td>
      <td class="wide"><a href="${pageOf(repository, `actions/runs/${run.id}/job/${job.id}`)}">${job.name}</a>${
        job.runAttempt === run.runAttempt ? "" : html` <span class="quiet">attempt ${job.runAttempt}</span>`
      }</td>
      <td class="quiet">${job.labels.join(", ")}</td>
      <td class="quiet number">${took(job.startedAt, job.completedAt)}</td>
    </tr>`,
  )}</tbody></table>`;
}

export function jobPage(http: Context, context: SandboxContext, logsDir: string): Page {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const run = pageRun(http, scope);
  const job = jobAt(http, context, run);
  const logs = new Map(stepLogs(logsDir, job).map(({ number, text }) => [number, text]));
  return {
    title: `${job.name} · ${run.displayTitle}`,
    within: { repository, tab: "actions" },
    body: html`<h1>${job.name}</h1>
      <p>${progress(job)} of <a href="${pageOf(repository, `actions/runs/${run.id}`)}">${run.displayTitle}</a>,
        ${when(job.startedAt)} <span class="quiet">${took(job.startedAt, job.completedAt)}</span></p>
      ${job.steps.length === 0 ? html`<p class="quiet">No step has run.</p>` : job.steps.map((step) => stepLog(step, logs.get(step.number) ?? ""))}`,
  };
}

/** Renders a step's log. A successful step is folded. */
function stepLog(step: Job["steps"][number], text: string): Html {
  const open = step.conclusion !== "success" && step.conclusion !== "skipped" && text !== "";
  return html`<details class="step"${open ? html` open` : ""}>
    <summary>${progress(step)} ${step.name} <span class="quiet">${took(step.startedAt, step.completedAt)}</span></summary>
    ${logTable(`step:${step.number}`, text)}
  </details>`;
}

/** Renders a check run's own page. The check of a job redirects to the job. */
export function checkRunPage(http: Context, context: SandboxContext): Page {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const run = rowAt(http, context.store.table("checkRuns"));
  if (run.repositoryId !== repository.id) return nothing();
  const app = context.store.table("apps").get(run.appId);
  const place = { store: context.store, repository };
  const { title, summary, text } = run.output;
  const details = outside(run.detailsUrl);
  return {
    title: `${run.name} · Check run`,
    within: { repository, tab: "actions" },
    body: html`<h1>${run.name}</h1>
      <p>${progress(run)} by ${app?.name ?? "an App that is gone"} on
        <a href="${pageOf(repository, `commit/${run.headSha}`)}"><code>${shortSha(run.headSha)}</code></a>,
        ${when(run.startedAt)} <span class="quiet">${took(run.startedAt, run.completedAt)}</span></p>
      ${details === null ? "" : html`<p><a href="${details}" rel="nofollow noreferrer noopener">Details</a></p>`}
      <section class="box">${title === null ? "" : html`<h2>${title}</h2>`}
        ${summary === null && text === null ? html`<p class="quiet">No output.</p>` : ""}
        ${summary === null ? "" : markdown(summary, place, "file")}${text === null ? "" : markdown(text, place, "file")}</section>`,
  };
}
