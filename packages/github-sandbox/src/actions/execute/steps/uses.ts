/** Runs a `uses` step: a built-in action, a JavaScript action, or a composite one. */
import { join } from "node:path";
import type { JavaScriptAction } from "../../parse/action.ts";
import { evaluateText, evaluateTexts } from "../../parse/expressions.ts";
import type { UsesStep } from "../../parse/model.ts";
import type { SourcedAction } from "../action-sources.ts";
import { NotHere } from "../lack.ts";
import type { Frame } from "../running-job.ts";
import { StepError } from "../step-error.ts";
import type { ActionCall, StepCall, UsesCall } from "./call.ts";
import { runCommand } from "./command.ts";
import { stepName } from "./step-name.ts";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#runs-for-composite-actions */
const maxDepth = 10;

/** The call of an action that has an `action.yml`. */
interface SourcedCall extends ActionCall {
  spec: UsesStep;
  sourced: SourcedAction;
}

function givenInputs(spec: UsesStep, call: StepCall): Record<string, string> {
  const given = evaluateTexts(spec.with, call.job.scope(call.frame, call.env));
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
}

function callSourced<Call extends StepCall>(spec: UsesStep, call: Call, sourced: SourcedAction): Call & SourcedCall {
  const inputs: Record<string, string> = {};
  for (const [name, fallback] of sourced.action.inputs) {
    inputs[name.toLowerCase()] = evaluateText(fallback, call.job.scope(call.frame));
  }
  return { ...call, spec, sourced, inputs: { ...inputs, ...givenInputs(spec, call) } };
}

async function runEntry(call: SourcedCall, entry: string): Promise<void> {
  const { job, spec, sourced } = call;
  const state = job.states.get(spec) ?? {};
  const env: Record<string, string> = {
    GITHUB_ACTION: spec.id ?? `__${sourced.repository.replace("/", "_")}`,
    GITHUB_ACTION_REPOSITORY: sourced.repository,
    GITHUB_ACTION_REF: sourced.ref,
  };
  for (const [name, value] of Object.entries(call.inputs)) {
    env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] = value;
  }
  for (const [name, value] of Object.entries(state)) env[`STATE_${name}`] = value;
  const saved = await runCommand(call, {
    command: job.request.options.nodePath,
    args: [join(sourced.folder, entry)],
    cwd: job.folders.workspace,
    env,
  });
  job.states.set(spec, { ...state, ...saved });
}

async function runJavaScript(call: SourcedCall, action: JavaScriptAction): Promise<void> {
  const { post } = action;
  if (post !== null) {
    call.job.posts.push({
      name: `Post ${stepName(call.job, call.spec)}`,
      condition: action.postIf,
      run: (log, signal) => runEntry({ ...call, log, signal, outputs: {} }, post),
    });
  }
  await runEntry(call, action.main);
}

async function runComposite(call: SourcedCall & UsesCall): Promise<void> {
  const { job, frame, outputs } = call;
  const { action, folder: path, repository, ref } = call.sourced;
  if (action.runs.kind !== "composite") return;
  if (frame.depth >= maxDepth) throw new StepError(`Composite actions may be nested ${maxDepth} deep.`);
  const inner: Frame = {
    depth: frame.depth + 1,
    failed: false,
    steps: {},
    inputs: call.inputs,
    env: { ...frame.env, ...call.env },
    action: { path, repository, ref },
  };
  for (const step of action.runs.steps) await call.runInner(inner, step);
  for (const [name, value] of action.outputs) outputs[name] = evaluateText(value, job.scope(inner));
  if (job.lack !== null) throw new NotHere(job.lack);
  // The inner step that failed has logged its reason.
  if (inner.failed) throw new StepError("");
}

export async function runUses(spec: UsesStep, call: UsesCall): Promise<void> {
  call.log.line(`##[group]Run ${spec.uses}`);
  for (const [name, value] of Object.entries(givenInputs(spec, call))) call.log.line(`  ${name}: ${value}`);
  call.log.line("##[endgroup]");

  const builtIn = call.builtIn(spec.uses);
  if (builtIn !== null) {
    const post = await builtIn({ ...call, inputs: givenInputs(spec, call) });
    if (post !== undefined) {
      call.job.posts.push({ name: `Post ${stepName(call.job, spec)}`, condition: "always()", run: post });
    }
    return;
  }
  const sourced = await call.job.actions.get(spec.uses);
  const { runs } = sourced.action;
  const action = callSourced(spec, call, sourced);
  if (runs.kind === "composite") return runComposite(action);
  if (runs.kind === "javascript") return runJavaScript(action, runs);
  throw new NotHere({ kind: "action-kind", uses: spec.uses, using: runs.using });
}

/** Finds the `pre` of a repository's JavaScript action. Nothing runs the `pre` of an action in the workspace, as on GitHub. */
export async function preOf(
  spec: UsesStep,
  { job, builtIn }: StepCall,
): Promise<{ condition: string; run(call: StepCall): Promise<void> } | null> {
  if (builtIn(spec.uses) !== null || spec.uses.startsWith("./")) return null;
  const sourced = await job.actions.get(spec.uses);
  const { runs } = sourced.action;
  if (runs.kind !== "javascript" || runs.pre === null) return null;
  const { pre } = runs;
  return { condition: runs.preIf, run: (call) => runEntry(callSourced(spec, call, sourced), pre) };
}
