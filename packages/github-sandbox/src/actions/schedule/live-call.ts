/** Takes a job that calls a reusable workflow through the callee's jobs. The caller itself has no record. */
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
    if (callee === undefined) throw new Error(`The workflow ${spec.uses} was not found.`);
    const name = jobName(level, spec, combination, scope);
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
  { name, message, result }: { name: string; message: string; result: "failure" | "cancelled" },
): Ended {
  const key = `${level.keyPrefix}${spec.id}`;
  const job = scheduler.records.createJob(repository, run, { name, key, labels: [] });
  explain(scheduler, job.id, message);
  scheduler.records.completeJob(repository, job.id, { conclusion: result, outputs: {} });
  return { result, outputs: {}, isAbsent: false, reused: false };
}
