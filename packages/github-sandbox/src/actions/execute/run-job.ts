/** Runs one job from its set-up to its last post step. */
import { evaluate, evaluateTexts, holds } from "../parse/expressions.ts";
import { NotHere } from "./lack.ts";
import type { StepLog } from "./machine/log.ts";
import type { JobEnd, JobRequest } from "./request.ts";
import { type Post, RunningJob, type StepOutcome } from "./running-job.ts";
import type { BuiltInActions } from "./steps/call.ts";
import { messageOf, runStep } from "./steps/step.ts";
import { stepName } from "./steps/step-name.ts";
import { preOf } from "./steps/uses.ts";
import { impossible } from "./unsupported.ts";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idtimeout-minutes */
const defaultTimeoutMinutes = 360;

type Conclusion = StepOutcome["conclusion"];

/** A job with what its steps share. */
interface Work {
  job: RunningJob;
  builtIn: BuiltInActions;
  /** The pre steps of its actions, known once it is set up. */
  pres: Post[];
}

async function setUp({ job, builtIn, pres }: Work, log: StepLog): Promise<Conclusion> {
  const { request, frame } = job;
  log.line(
    `Job ${request.jobId} of run ${request.run.id}, attempt ${request.run.runAttempt}, on this machine's sandbox`,
  );
  log.line(`GITHUB_TOKEN permissions: ${JSON.stringify(request.permissions)}`);
  try {
    if (request.problem !== null) throw new Error(request.problem);
    if (request.labels.length === 0) throw new Error("The job names no runner in 'runs-on'.");
    const lack = impossible(request.spec, request.labels);
    if (lack !== null) throw new NotHere(lack);
    job.readEnv();
    const signal = new AbortController().signal;
    for (const spec of request.spec.steps) {
      if (spec.kind !== "uses") continue;
      const call = { job, builtIn, frame, env: {}, log, signal, outputs: {} };
      const pre = await preOf(spec, call);
      if (pre === null) continue;
      const run: Post["run"] = (preLog, preSignal) => pre.run({ ...call, log: preLog, signal: preSignal });
      pres.push({ name: `Pre ${stepName(job, spec)}`, condition: pre.condition, run });
    }
    return "success";
  } catch (error) {
    if (error instanceof NotHere) {
      job.lacks(error.lack, log);
      return "skipped";
    }
    log.error(messageOf(error));
    frame.failed = true;
    return "failure";
  }
}

/** Runs a pre or post step. */
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

async function runAll({ job, builtIn, pres }: Work): Promise<void> {
  const { frame } = job;
  for (const pre of pres) await job.record(pre.name, (log) => runAside(job, pre, log));
  for (const spec of job.request.spec.steps) {
    const run = async (log: StepLog) => (await runStep({ job, builtIn, frame, log }, spec)).conclusion;
    await job.record(stepName(job, spec), run);
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

/** Never rejects for the job's own faults: the log names what went wrong, and the job has failed. */
export async function runJob(request: JobRequest, builtIn: BuiltInActions): Promise<JobEnd> {
  const { host, repository, run } = request;
  const token = host.issueJobToken(repository, run, request.permissions);
  const job = new RunningJob(request, token);
  let outputs: Record<string, string> = {};
  try {
    const work: Work = { job, builtIn, pres: [] };
    await job.record("Set up job", (log) => setUp(work, log));
    if (!job.frame.failed) {
      const timer = startTimer(job);
      await runAll(work).finally(() => clearTimeout(timer));
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
  const { lack } = job;
  const conclusion = job.cancelled ? "cancelled" : lack !== null ? "neutral" : job.frame.failed ? "failure" : "success";
  return { conclusion, outputs, lack };
}
