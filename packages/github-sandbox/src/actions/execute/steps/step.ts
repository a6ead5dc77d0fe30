/** Runs one step, from its `if` to its conclusion. */
import { evaluate, evaluateTexts, holds } from "../../parse/expressions.ts";
import type { StepSpec } from "../../parse/model.ts";
import { NotHere } from "../lack.ts";
import type { Frame, StepOutcome } from "../running-job.ts";
import type { StepPlace, UsesCall } from "./call.ts";
import { runScript } from "./script.ts";
import { runUses } from "./uses.ts";

function work(spec: StepSpec, call: UsesCall): Promise<void> {
  switch (spec.kind) {
    case "run":
      return runScript(spec, call);
    case "uses":
      return runUses(spec, call);
    case "other":
      throw new NotHere({ kind: "key", key: spec.key });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function attempt(spec: StepSpec, call: Omit<UsesCall, "env" | "signal">): Promise<StepOutcome["outcome"]> {
  const { job, frame, log } = call;
  try {
    const env = evaluateTexts(spec.env, job.scope(frame));
    const minutes = evaluate(spec.timeoutMinutes, job.scope(frame, env));
    const limit = typeof minutes === "number" ? minutes : null;
    const end = await job.within(limit, (signal) => work(spec, { ...call, env, signal }));
    if (end === "done") return "success";
    log.error(end === "cancelled" ? "The operation was canceled." : `The step has timed out after ${limit} minutes.`);
    return end === "cancelled" ? "cancelled" : "failure";
  } catch (error) {
    if (error instanceof NotHere) {
      job.lacks(error.lack, log);
      return "skipped";
    }
    const message = messageOf(error);
    if (message !== "") log.error(message);
    return "failure";
  }
}

export async function runStep(place: StepPlace, spec: StepSpec): Promise<StepOutcome> {
  const { job, frame, log } = place;
  const outputs: Record<string, string> = {};
  let result: StepOutcome = { outputs, outcome: "skipped", conclusion: "skipped" };
  try {
    if (!job.killed && job.lack === null && holds(spec.if, job.scope(frame))) {
      const runInner = (inner: Frame, step: StepSpec) => runStep({ ...place, frame: inner }, step);
      const outcome = await attempt(spec, { ...place, outputs, runInner });
      const forgiven = outcome === "failure" && evaluate(spec.continueOnError, job.scope(frame)) === true;
      result = { outputs, outcome, conclusion: forgiven ? "success" : outcome };
    }
  } catch (error) {
    log.error(messageOf(error));
    result = { outputs, outcome: "failure", conclusion: "failure" };
  }
  if (result.conclusion === "failure") frame.failed = true;
  if (spec.id !== null) frame.steps[spec.id] = result;
  return result;
}
