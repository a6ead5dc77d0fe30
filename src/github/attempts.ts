/** Attempts on GitHub: the runs of the attempt workflow, and the result artifact of a run. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { PROTOCOL, RESULT_ARTIFACT, runName } from "../core/attempt.ts";
import type { Repo, RunSnapshot } from "../core/github.ts";
import type { ArtifactContent, GitHub } from "../loop/github-port.ts";
import { BadArtifact, Unavailable } from "../loop/github-port.ts";
import { ReaderStopped } from "../loop/readers-port.ts";
import { MAX_ARTIFACT_BYTES } from "./artifact/unpack.ts";
import { BadArchive } from "./artifact/unzip.ts";
import { type Calls, TooLarge } from "./calls.ts";
import { saysUnknownField, statusOf, wordsOf } from "./errors.ts";
import { Recent } from "./memory/recent.ts";
import type { GitHubReaders } from "./readers.ts";

type Attempts = Pick<GitHub, "workflowState" | "dispatch" | "findRun" | "run" | "cancelRun" | "artifact">;

const Listed = z.object({
  id: z.number().int().positive(),
  status: z.string().nullable(),
  display_title: z.string(),
  event: z.string(),
  head_branch: z.string().nullable(),
  actor: z.object({ login: z.string() }).nullish(),
});
const Dispatched = z.union([z.object({ workflow_run_id: z.number().int().positive() }), z.literal("")]);

const Run = z.object({
  id: z.number().int().positive(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  path: z.string(),
  run_attempt: z.number().int().positive().default(1),
  html_url: z.string(),
});
const Job = z.object({
  conclusion: z.string().nullable(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
});
const Artifact = z.object({ id: z.number().int(), name: z.string(), expired: z.boolean() });

const MAX_BRANCHES = 1_000;
const MAX_ENDED = 100;
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

interface Unpacked {
  content: ArtifactContent;
  bytes: number;
}

/** GitHub lists a new run only after some seconds. Asking sooner would miss the run and dispatch a second one. */
const LISTING_LAG_MS = 10_000;

export function createAttempts(
  calls: Calls,
  app: { appSlug: string },
  defaultBranch: (repo: Repo) => Promise<string>,
  unpack: GitHubReaders["unpackArtifact"],
): Attempts {
  /** The default branch of each repository, as the last dispatch found it. */
  const branches = new Recent<string>(MAX_BRANCHES);
  /** Runs that were read a moment ago, ended and never run again. Their results need no second look at them. */
  const ended = new Recent<true>(MAX_ENDED);
  /** Kept from reading a result until its change is written. */
  const unpacked = new Recent<Unpacked>(MAX_KEPT_BYTES, ({ bytes }) => bytes);

  /**
   * Returns the App's own dispatches of `name`, oldest first. A person with write access can dispatch under the same
   * name from a branch with another workflow file. Such a run must not pass for ours, so only the App's runs from the
   * default branch count. Reads the workflow's newest hundred runs, which reach back beyond any crash between a
   * dispatch and its record.
   */
  async function dispatched(repo: Repo, workflow: string, name: string, branch: string) {
    const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs";
    const parameters = { workflow: fileOf(workflow), event: "workflow_dispatch", per_page: 100 };
    const { workflow_runs: runs } = await calls.one(
      repo,
      route,
      parameters,
      z.object({ workflow_runs: z.array(Listed) }),
    );
    return runs
      .filter((run) => run.display_title === name && run.event === "workflow_dispatch" && run.head_branch === branch)
      .filter((run) => run.actor?.login === `${app.appSlug}[bot]`)
      .sort((left, right) => left.id - right.id);
  }

  /** Starts the workflow and returns its run. Returns null when an older server names no run or the answer was lost. */
  async function start(
    repo: Repo,
    workflow: string,
    ref: string,
    inputs: Record<string, string>,
  ): Promise<number | null> {
    const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches";
    const request = { workflow: fileOf(workflow), ref, inputs };
    try {
      const answer = await calls.one(repo, route, { ...request, return_run_details: true }, Dispatched);
      return answer === "" ? null : answer.workflow_run_id;
    } catch (error) {
      const status = statusOf(error) ?? 0;
      if (status >= 500) return null;
      if ((status !== 400 && status !== 422) || !saysUnknownField(wordsOf(error), "return_run_details")) throw error;
      await calls.send(repo, route, request);
      return null;
    }
  }

  /** Starts the workflow on a branch that was the default one. Returns `moved` where GitHub does not know it any more. */
  async function startOn(...given: Parameters<typeof start>): Promise<number | null | "moved"> {
    try {
      return await start(...given);
    } catch (error) {
      const [repo] = given;
      branches.forget(String(repo.id));
      if (statusOf(error) === 404 || statusOf(error) === 422) return "moved";
      throw error;
    }
  }

  /** Starts the workflow on the present default branch, unless an earlier try did. */
  async function findOrStart(
    repo: Repo,
    workflow: string,
    inputs: { attempt: string } & Record<string, string>,
    isFirstTry: boolean,
  ): Promise<number | null> {
    const branch = await defaultBranch(repo);
    branches.set(String(repo.id), branch);
    const runs = isFirstTry ? [] : await dispatched(repo, workflow, runName(inputs.attempt), branch);
    const [first, ...others] = runs;
    if (first === undefined) return start(repo, workflow, branch, inputs);
    const open = others.filter((run) => run.status !== "completed");
    await Promise.all(open.map((run) => cancelRun(repo, run.id)));
    return first.id;
  }

  async function cancelRun(repo: Repo, run: number): Promise<void> {
    try {
      await calls.send(repo, "POST /repos/{owner}/{repo}/actions/runs/{run}/cancel", { run });
    } catch (error) {
      // 409: the run has already ended.
      if (statusOf(error) !== 409) throw error;
    }
  }

  async function readRun(repo: Repo, run: number) {
    return calls.one(repo, "GET /repos/{owner}/{repo}/actions/runs/{run}", { run }, Run);
  }

  return {
    async workflowState(repo, workflow) {
      const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow}";
      const parameters = { workflow: fileOf(workflow) };
      const found = await calls.oneOrNull(repo, route, parameters, z.object({ state: z.string() }));
      if (found === null) return "unknown";
      return found.state === "active" ? "active" : "disabled";
    },

    cancelRun,

    async dispatch(repo, { workflow, attempt, brief, isFirstTry }) {
      const name = runName(attempt);
      const inputs = { protocol: PROTOCOL, attempt, brief };
      const remembered = branches.get(String(repo.id));
      const first =
        isFirstTry && remembered !== undefined ? await startOn(repo, workflow, remembered, inputs) : "moved";
      const started = first === "moved" ? await findOrStart(repo, workflow, inputs, isFirstTry === true) : first;
      if (started !== null) return { run: started };
      throw new Unavailable(`${name} was or may be dispatched, but GitHub did not say as which run`, LISTING_LAG_MS);
    },

    async findRun(repo, workflow, attempt) {
      const [first] = await dispatched(repo, workflow, runName(attempt), await defaultBranch(repo));
      return first?.id ?? null;
    },

    async run(repo, id) {
      const jobsRoute = "GET /repos/{owner}/{repo}/actions/runs/{run}/jobs";
      const run = await readRun(repo, id);
      const status = statusOfRun(run.status);
      // The jobs of a run that waits have no times yet.
      const jobs = status === "queued" ? [] : await calls.all(repo, jobsRoute, { run: id }, Job, "jobs");
      const times = span(jobs);
      if (status === "completed" && run.run_attempt === 1) ended.set(`${repo.id} ${id}`, true);
      return {
        id: run.id,
        status,
        conclusion: run.conclusion,
        path: workflowPath(run.path),
        runAttempt: run.run_attempt,
        url: run.html_url,
        startedAt: times.startedAt,
        endedAt: run.status === "completed" ? times.endedAt : null,
      };
    },

    async artifact(repo, id) {
      const key = `${repo.id} ${id}`;
      const kept = unpacked.get(key);
      if (kept !== undefined) return kept.content;
      const listRoute = "GET /repos/{owner}/{repo}/actions/runs/{run}/artifacts";
      // A person re-ran the job: this is not the attempt that Headgate recorded.
      if (ended.get(key) === undefined && (await readRun(repo, id)).run_attempt !== 1) return null;
      ended.forget(key);
      const artifacts = await calls.all(repo, listRoute, { run: id, name: RESULT_ARTIFACT }, Artifact, "artifacts");
      const [artifact, ...others] = artifacts.filter(({ name, expired }) => name === RESULT_ARTIFACT && !expired);
      if (artifact === undefined) return null;
      if (others.length > 0) throw new BadArtifact(`the run uploaded more than one artifact ${RESULT_ARTIFACT}`);
      const zipRoute = "GET /repos/{owner}/{repo}/actions/artifacts/{artifact}/zip";
      const folder = await mkdtemp(join(tmpdir(), "headgate-artifact-"));
      try {
        const file = join(folder, "artifact.zip");
        if (!(await calls.downloadTo(file, repo, zipRoute, { artifact: artifact.id }, MAX_ARTIFACT_BYTES))) {
          throw new Unavailable(`The artifact of run ${id} is listed but not there yet`);
        }
        const { result, files } = await unpack(file);
        const content = { result, file: (sha256: string) => files.get(sha256) ?? null };
        const bytes = [...files.values()].reduce((total, one) => total + one.length, JSON.stringify(result).length);
        unpacked.set(key, { content, bytes });
        return content;
      } catch (error) {
        if (error instanceof TooLarge || error instanceof BadArchive || error instanceof ReaderStopped) {
          throw new BadArtifact(error.message, { cause: error });
        }
        throw error;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Returns the file name alone: GitHub's workflow routes do not accept a path. */
function fileOf(workflow: string): string {
  return workflow.split("/").at(-1) ?? workflow;
}

function statusOfRun(status: string | null): RunSnapshot["status"] {
  switch (status) {
    case "completed":
    case "in_progress":
    case "waiting":
      return status;
    default:
      // queued, requested, pending and any status that GitHub adds later: the run has not begun.
      return "queued";
  }
}

/**
 * Measures from the first job's start to the last job's end, in milliseconds since 1970. Ignores skipped jobs: they
 * carry times without having run.
 */
function span(jobs: z.infer<typeof Job>[]): { startedAt: number | null; endedAt: number | null } {
  const ran = jobs.filter((job) => job.conclusion !== "skipped");
  const starts = ran.flatMap((job) => (typeof job.started_at === "string" ? [Date.parse(job.started_at)] : []));
  const ends = ran.flatMap((job) => (typeof job.completed_at === "string" ? [Date.parse(job.completed_at)] : []));
  return {
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    endedAt: ends.length === 0 ? null : Math.max(...ends),
  };
}

/** Strips the ref that GitHub sometimes appends to the path: `.github/workflows/ci.yml@refs/heads/main`. */
export function workflowPath(path: string): string {
  return path.split("@", 1)[0] ?? path;
}
