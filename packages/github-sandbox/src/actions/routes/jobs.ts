/** https://docs.github.com/en/rest/actions/workflow-jobs and the logs of runs. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hub } from "../../hub.ts";
import { ApiError, newRest, notFound, paginate, type Rest, type RestContext, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { job as renderJob } from "../../shapes/actions.ts";
import type { Job, Repository, WorkflowRun } from "../../world/entities.ts";
import { writeZip } from "../artifacts/zip.ts";
import { latestJobs } from "../launch/start.ts";
import { jobLogs } from "../machine/folders.ts";
import type { Downloads } from "./downloads.ts";
import { jobFor, runFor } from "./find.ts";

/** Each step's log, in their order. */
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

/** What file systems would take badly in a job's or step's name. */
function fileName(name: string): string {
  return name.replaceAll(/["<>|:*?\\/\r\n]/g, "").slice(0, 90);
}

/** `0_<job>.txt` per job and `<job>/<n>_<step>.txt` per step, as GitHub packs them. */
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

export function jobRoutes(hub: Hub, dataDir: string, downloads: Downloads): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  function jobsOf(run: WorkflowRun): Job[] {
    return hub.world.table("jobs").filter((job) => job.runId === run.id);
  }

  function list(context: RestContext, repository: Repository, run: WorkflowRun, all: readonly Job[]) {
    const jobs = paginate(context, all).map((entity) => renderJob(hub, repository, entity, run));
    return respond<"actions/list-jobs-for-workflow-run">(context, { total_count: all.length, jobs });
  }

  rest.get(`${root}/runs/:run/jobs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const run = runFor(context, hub, repository);
    const all = jobsOf(run);
    return list(context, repository, run, context.req.query("filter") === "all" ? all : latestJobs(all));
  });

  rest.get(`${root}/runs/:run/attempts/:attempt/jobs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const run = runFor(context, hub, repository);
    const attempt = Number(context.req.param("attempt"));
    const jobs = jobsOf(run).filter((job) => job.runAttempt === attempt);
    return list(context, repository, run, jobs);
  });

  rest.get(`${root}/jobs/:job`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const entity = jobFor(context, hub, repository);
    const run = hub.world.table("runs").get(entity.runId);
    if (run === undefined) throw notFound();
    return respond<"actions/get-job-for-workflow-run">(context, renderJob(hub, repository, entity, run));
  });

  rest.get(`${root}/jobs/:job/logs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    return context.redirect(downloads.url(`job/${jobFor(context, hub, repository).id}`), 302);
  });

  rest.get(`${root}/runs/:run/logs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const run = runFor(context, hub, repository);
    return context.redirect(downloads.url(`run/${run.id}/${run.runAttempt}`), 302);
  });

  rest.get(`${root}/runs/:run/attempts/:attempt/logs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const run = runFor(context, hub, repository);
    const attempt = Number(context.req.param("attempt"));
    if (!(attempt >= 1 && attempt <= run.runAttempt)) throw notFound();
    return context.redirect(downloads.url(`run/${run.id}/${attempt}`), 302);
  });

  rest.delete(`${root}/runs/:run/logs`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "write");
    const run = runFor(context, hub, repository);
    if (run.status !== "completed") throw new ApiError(403, "The logs of a run in progress cannot be deleted.");
    for (const job of jobsOf(run)) rmSync(jobLogs(dataDir, job.id), { recursive: true, force: true });
    return context.body(null, 204);
  });

  rest.get("/_downloads/job/:job", (context) => {
    const job = hub.world.table("jobs").get(Number(context.req.param("job")));
    const { expires = "", signature = "" } = context.req.query();
    if (job === undefined || !downloads.allows(`job/${job.id}`, expires, signature)) throw notFound();
    return context.text(jobLog(dataDir, job));
  });

  rest.get("/_downloads/run/:run/:attempt", async (context) => {
    const run = hub.world.table("runs").get(Number(context.req.param("run")));
    const attempt = Number(context.req.param("attempt"));
    const { expires = "", signature = "" } = context.req.query();
    if (run === undefined || !downloads.allows(`run/${run.id}/${attempt}`, expires, signature)) throw notFound();
    const jobs = latestJobs(jobsOf(run).filter((job) => job.runAttempt <= attempt));
    return context.body(new Uint8Array(await runLogs(dataDir, jobs)), 200, { "Content-Type": "application/zip" });
  });
  return rest;
}
