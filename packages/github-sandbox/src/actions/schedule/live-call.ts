/** Takes a job that calls a reusable workflow through the callee's jobs. The caller itself has no record. */
import { lackText } from "../execute/lack.ts";
import { evaluateTexts } from "../parse/expressions.ts";
import type { CallJob, WorkflowSpec } from "../parse/model.ts";
import { calleeInputs, calleeSecrets } from "./calls.ts";
import { explain } from "./explain.ts";
import { cacheAccess, jobName, jobPermissions, jobScope, type Level, type Placed, placedKey } from "./level.ts";
import { combinedEnd, type Ended, type Needs } from "./outcome.ts";
import type { RunScope } from "./scheduler.ts";
import { CallTurns } from "./turns/call-turns.ts";
import { type Group, groupOf } from "./turns/concurrency.ts";

/** The run around a call, as far as the call needs it. */
interface Ties {
  callee: WorkflowSpec | undefined;
  /** Aborts when the run is cancelled. */
  cancelled: AbortSignal;
  runLevel(level: Level): Promise<Needs>;
}

export async function runCall(of: RunScope, placed: Placed<CallJob>, ties: Ties): Promise<Ended> {
  const { level, spec, needs, combination, strategy, cancel } = placed;
  const { scheduler, repository } = of;
  const { callee, cancelled } = ties;
  const scope = jobScope(level, needs, cancelled.aborted, { matrix: combination, strategy });
  try {
    if (placed.problem !== null) throw new Error(placed.problem);
    const name = jobName(level, spec, combination, scope);
    if (callee === undefined) {
      const message = `Not run here: ${lackText({ kind: "workflow", uses: spec.uses })}.`;
      return endCall(of, placed, { name, message, result: "neutral" });
    }
    const inputs = calleeInputs(callee, spec, scope);
    const calleeScope = { contexts: { ...scope.contexts, inputs }, functions: [] };
    const groups = [groupOf(spec.concurrency, scope), groupOf(callee.concurrency, calleeScope)];
    const stop = new AbortController();
    const inner: Level = {
      ...level,
      workflow: callee,
      namePrefix: `${name} / `,
      keyPrefix: `${placedKey(placed)} / `,
      inputs,
      secrets: calleeSecrets(callee, spec, level.secrets, scope),
      permissions: jobPermissions(spec, level.workflow, level.permissions),
      cacheAccess: cacheAccess(level, spec),
      isCalled: true,
      cancel: AbortSignal.any([cancel, stop.signal]),
    };
    const turns = new CallTurns(scheduler.groups, repository.id, () => stop.abort());
    const wanted = groups.filter((group): group is Group => group !== null);
    try {
      const signal = AbortSignal.any([cancel, stop.signal, cancelled]);
      const problem = await turns.enter(wanted, name, level.held, signal);
      if (problem !== null) return endCall(of, placed, { name, message: problem, result: "cancelled" });
      return await runCallee({ ...inner, held: [...level.held, ...turns.held] }, ties);
    } finally {
      turns.leave();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return endCall(of, placed, { name: `${level.namePrefix}${spec.id}`, message, result: "failure" });
  }
}

async function runCallee(inner: Level, { cancelled, runLevel }: Ties): Promise<Ended> {
  const outcomes = await runLevel(inner);
  const jobs = Object.fromEntries([...outcomes].map(([id, { result, outputs }]) => [id, { result, outputs }]));
  return {
    ...combinedEnd([...outcomes.values()]),
    outputs: evaluateTexts(inner.workflow.call.outputs, jobScope(inner, new Map(), cancelled.aborted, { jobs })),
  };
}

/** Records a job that shows why the call did not happen: nothing else would show it. */
function endCall(
  { scheduler, repository, run }: RunScope,
  { level, spec }: Placed<CallJob>,
  { name, message, result }: { name: string; message: string; result: "failure" | "cancelled" | "neutral" },
): Ended {
  const key = `${level.keyPrefix}${spec.id}`;
  const job = scheduler.records.createJob(repository, run, { name, key, labels: [] });
  explain(scheduler, job.id, message);
  const output = result === "neutral" ? { title: "Not run here", summary: message } : null;
  scheduler.records.completeJob(repository, job.id, { conclusion: result, outputs: {}, output });
  const isAbsent = result === "neutral";
  return { result: result === "neutral" ? "skipped" : result, outputs: {}, isAbsent, reused: false };
}
