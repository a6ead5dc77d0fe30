/** One job from its set-up to its last post step. */
import { createHash } from "node:crypto";
import { evaluate, evaluateTexts, holds } from "../parse/expressions.ts";
import type { StepSpec, StepsJob } from "../parse/model.ts";
import type { StepLog } from "./machine/log.ts";
import type { JobEnd, JobRequest } from "./request.ts";
import { type Post, RunningJob, type StepOutcome } from "./running-job.ts";
import { messageOf, runStep } from "./steps/step.ts";
import { stepName } from "./steps/step-name.ts";
import { preOf } from "./steps/uses.ts";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idtimeout-minutes */
const defaultTimeoutMinutes = 360;

type Conclusion = StepOutcome["conclusion"];

/** What all tracking ids of a sandbox's jobs begin with; another sandbox on this machine has others. */
export function trackingPrefixOf(dataDir: string): string {
  return `github_${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}_`;
}

/** In the environment of all of a job's processes. */
export function trackingIdOf(dataDir: string, jobId: number): string {
  return `${trackingPrefixOf(dataDir)}${jobId}`;
}

/** What makes the whole job impossible here, in one sentence. */
export function impossible(spec: StepsJob, labels: readonly string[]): string | null {
  if (spec.unsupported !== null) return `This runner cannot run a job with '${spec.unsupported}'.`;
  const foreign = labels.find((label) => !/^(ubuntu-.+|self-hosted|linux|x64|arm64)$/i.test(label));
  if (foreign !== undefined) return `This runner cannot run a job that asks for '${foreign}': it is a Linux machine.`;
  return labels.length === 0 ? "The job names no runner in 'runs-on'." : null;
}

async function setUp(job: RunningJob, problem: string | null, log: StepLog, pres: Post[]): Promise<Conclusion> {
  const { request, frame } = job;
  log.line(
    `Job ${request.jobId} of run ${request.run.id}, attempt ${request.run.runAttempt}, on this machine's sandbox`,
  );
  log.line(`GITHUB_TOKEN permissions: ${JSON.stringify(request.permissions)}`);
  try {
    if (problem !== null) throw new Error(problem);
    job.readEnv();
    const signal = new AbortController().signal;
    for (const spec of request.spec.steps) {
      if (spec.kind !== "uses") continue;
      const call = { job, frame, env: {}, log, signal, outputs: {} };
      const pre = await preOf(spec, call);
      if (pre === null) continue;
      const run: Post["run"] = (preLog, preSignal) => pre.run({ ...call, log: preLog, signal: preSignal });
      pres.push({ name: `Pre ${stepName(job, spec)}`, condition: pre.condition, run });
    }
    return "success";
  } catch (error) {
    log.error(messageOf(error));
    frame.failed = true;
    return "failure";
  }
}

/** A pre or post step. */
async function runAside(job: RunningJob, { condition, run }: Post, log: StepLog): Promise<Conclusion> {
  try {
    if (job.killed || !holds(condition, job.scope(job.frame))) return "skipped";
    const end = await job.within(null, (signal) => run(log, signal));
    return end === "done" ? "success" : "cancelled";
  } catch (error) {
    log.error(messageOf(error));
    job.frame.failed = true;
    return "failure";
  }
}

async function runAll(job: RunningJob, steps: readonly StepSpec[], pres: readonly Post[]): Promise<void> {
  for (const pre of pres) await job.record(pre.name, (log) => runAside(job, pre, log));
  for (const spec of steps) {
    await job.record(stepName(job, spec), async (log) => (await runStep(job, job.frame, spec, log)).conclusion);
  }
  for (const post of job.posts.toReversed()) await job.record(post.name, (log) => runAside(job, post, log));
}

function readOutputs(job: RunningJob, log: StepLog): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(evaluateTexts(job.request.spec.outputs, job.scope(job.frame)))) {
    if (job.masks.finds(value)) log.warning(`Skip output '${name}' since it may contain secret.`);
    else outputs[name] = value;
  }
  return outputs;
}

function startTimer(job: RunningJob): NodeJS.Timeout {
  const minutes = evaluate(job.request.spec.timeoutMinutes, job.scope(job.frame));
  const limit = typeof minutes === "number" ? minutes : defaultTimeoutMinutes;
  // GitHub cancels a job that takes too long; it does not fail it.
  return setTimeout(() => {
    job.timedOutAfter = limit;
    job.stop();
  }, limit * 60_000);
}

/**
 * `labels` is the evaluated `runs-on`; `problem` says why the job can only fail, if it can. What goes wrong is in the
 * log, and the job has failed.
 */
export async function runJob(request: JobRequest, labels: readonly string[], problem: string | null): Promise<JobEnd> {
  const { host, options, repository, run, jobId } = request;
  const token = host.issueJobToken(repository, run, request.permissions);
  const job = new RunningJob(request, token, trackingIdOf(options.dataDir, jobId));
  let outputs: Record<string, string> = {};
  try {
    const pres: Post[] = [];
    await job.record("Set up job", (log) => setUp(job, problem ?? impossible(request.spec, labels), log, pres));
    if (!job.frame.failed) {
      const timer = startTimer(job);
      await runAll(job, request.spec.steps, pres).finally(() => clearTimeout(timer));
    }
    await job.record("Complete job", async (log) => {
      if (job.timedOutAfter !== null) {
        log.error(`The job has exceeded the maximum execution time of ${job.timedOutAfter} minutes.`);
      }
      outputs = readOutputs(job, log);
      return "success";
    });
  } catch (error) {
    job.frame.failed = true;
    await job.record("Complete job", async (log) => {
      log.error(messageOf(error));
      return "failure";
    });
  } finally {
    job.close();
    host.revokeToken(token);
  }
  const conclusion = job.cancelled ? "cancelled" : job.frame.failed ? "failure" : "success";
  return { conclusion, outputs };
}
