/** Jobs and logs of runs. https://docs.github.com/en/rest/actions/workflow-jobs */

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, notFound } from "../../access/errors.ts";
import { writeZip } from "../../actions/built-in/artifacts/zip.ts";
import { jobLogs } from "../../actions/execute/machine/folders.ts";
import { latestJobs } from "../../actions/schedule/start.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { renderJob } from "../../render/actions.ts";
import type { Job, WorkflowRun } from "../../store/entities.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import type { Downloads } from "./downloads.ts";
import { jobFor, runFor } from "./find.ts";

/** Reads the log of each step, in the steps' order. */
export function stepLogs(dataDir: string, job: Job): { number: number; text: string }[] {
  const folder = jobLogs(dataDir, job.id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => ({ number: Number.parseInt(name, 10), text: readFileSync(join(folder, name), "utf8") }))
    .sort((left, right) => left.number - right.number);
}

function jobLog(dataDir: string, job: Job): string {
  return stepLogs(dataDir, job)
    .map(({ text }) => text)
    .join("");
}

/** Removes what file systems refuse in the name of a job or step. */
function fileName(name: string): string {
  return name.replaceAll(/["<>|:*?\\/\r\n]/g, "").slice(0, 90);
}

/** Packs the logs as GitHub does: `0_<job>.txt` per job and `<job>/<n>_<step>.txt` per step. */
async function runLogs(dataDir: string, jobs: readonly Job[]): Promise<Buffer> {
  const entries = jobs.flatMap((job, index) => [
    { name: `${index}_${fileName(job.name)}.txt`, content: jobLog(dataDir, job) },
    ...stepLogs(dataDir, job).map(({ number, text }) => ({
      name: `${fileName(job.name)}/${number}_${fileName(job.steps[number - 1]?.name ?? "")}.txt`,
      content: text,
    })),
  ]);
  const folder = await mkdtemp(join(tmpdir(), "run-logs-"));
  try {
    const path = join(folder, "logs.zip");
    await writeZip(path, entries);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function jobRoutes(context: SandboxContext, dataDir: string, downloads: Downloads): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  function jobsOf(run: WorkflowRun): Job[] {
    return context.store.table("jobs").filter((job) => job.runId === run.id);
  }

  function list(http: HttpContext, scope: RepositoryScope, run: WorkflowRun, all: readonly Job[]) {
    const jobs = paginate(http, all).map((entity) => renderJob(scope, entity, run));
    return respond<"actions/list-jobs-for-workflow-run">(http, { total_count: all.length, jobs });
  }

  rest.get(`${root}/runs/:run/jobs`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const run = runFor(http, scope);
    const all = jobsOf(run);
    return list(http, scope, run, http.req.query("filter") === "all" ? all : latestJobs(all));
  });

  rest.get(`${root}/runs/:run/attempts/:attempt/jobs`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const run = runFor(http, scope);
    const attempt = Number(http.req.param("attempt"));
    const jobs = jobsOf(run).filter((job) => job.runAttempt === attempt);
    return list(http, scope, run, jobs);
  });

  rest.get(`${root}/jobs/:job`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const entity = jobFor(http, scope);
    const run = context.store.table("runs").get(entity.runId);
    if (run === undefined) throw notFound();
    return respond<"actions/get-job-for-workflow-run">(http, renderJob(scope, entity, run));
  });

  rest.get(`${root}/jobs/:job/logs`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    return http.redirect(downloads.url(`job/${jobFor(http, scope).id}`), 302);
  });

  rest.get(`${root}/runs/:run/logs`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const run = runFor(http, scope);
    return http.redirect(downloads.url(`run/${run.id}/${run.runAttempt}`), 302);
  });

  rest.get(`${root}/runs/:run/attempts/:attempt/logs`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const run = runFor(http, scope);
    const attempt = Number(http.req.param("attempt"));
    if (!(attempt >= 1 && attempt <= run.runAttempt)) throw notFound();
    return http.redirect(downloads.url(`run/${run.id}/${attempt}`), 302);
  });

  rest.delete(`${root}/runs/:run/logs`, (http) => {
    const scope = scopeFor(http, context, "actions", "write");
    const run = runFor(http, scope);
    if (run.status !== "completed") throw new ApiError(403, "The logs of a run in progress cannot be deleted.");
    for (const job of jobsOf(run)) rmSync(jobLogs(dataDir, job.id), { recursive: true, force: true });
    return http.body(null, 204);
  });

  rest.get("/_downloads/job/:job", (http) => {
    const job = context.store.table("jobs").get(Number(http.req.param("job")));
    const { expires = "", signature = "" } = http.req.query();
    if (job === undefined || !downloads.allows(`job/${job.id}`, expires, signature)) throw notFound();
    return http.text(jobLog(dataDir, job));
  });

  rest.get("/_downloads/run/:run/:attempt", async (http) => {
    const run = context.store.table("runs").get(Number(http.req.param("run")));
    const attempt = Number(http.req.param("attempt"));
    const { expires = "", signature = "" } = http.req.query();
    if (run === undefined || !downloads.allows(`run/${run.id}/${attempt}`, expires, signature)) throw notFound();
    const jobs = latestJobs(jobsOf(run).filter((job) => job.runAttempt <= attempt));
    return http.body(new Uint8Array(await runLogs(dataDir, jobs)), 200, { "Content-Type": "application/zip" });
  });
  return rest;
}
