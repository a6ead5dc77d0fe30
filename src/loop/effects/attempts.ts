/** Performs the effects on an attempt: dispatch, cancel, and reading what its run left. */
import type { ChangedFile } from "../../core/attempt.ts";
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import { MAX_QUOTED, type NoResult } from "../../core/cause.ts";
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent, Outcome } from "../../core/event.ts";
import type { ResultReading } from "../../core/promotion/result.ts";
import type { ManifestFinding } from "../../core/promotion/violation.ts";
import { writeBrief } from "../../messages/agent/brief.ts";
import { BadArtifact } from "../github-port.ts";
import type { Inside } from "../memory/states.ts";
import type { Outside } from "../outside.ts";
import { redacted } from "../redacted.ts";
import type { SecretScanner } from "../scanner-port.ts";
import { environmentFaultOfCommand } from "./environment-fault.ts";
import type { EffectRun } from "./outcome-event.ts";
import { awaitShare } from "./sharing.ts";

export async function performAttemptDispatch(
  outside: Inside,
  effect: EffectOf<"attempt.dispatch">,
  { aggregate, isFirst }: EffectRun,
): Promise<FeatureEvent> {
  // One that was dispatched before may have started, and only has to be found.
  if (isFirst) await awaitShare(outside, effect, aggregate);
  const { run } = await outside.github.dispatch(effect.repo, {
    workflow: ATTEMPT_WORKFLOW,
    attempt: effect.id,
    brief: JSON.stringify(writeBrief(effect.brief)),
    isFirstTry: isFirst,
  });
  return { type: "attempt.dispatched", task: effect.task, attempt: effect.attempt, run };
}

export async function performAttemptCancel(outside: Outside, effect: EffectOf<"attempt.cancel">): Promise<null> {
  const { github } = outside;
  const run = effect.run ?? (await github.findRun(effect.repo, ATTEMPT_WORKFLOW, effect.id));
  if (run !== null) await github.cancelRun(effect.repo, run);
  return null;
}

/**
 * Reads the recorded run and its artifact. The artifact counts only if the run of this id uploaded it in its first run attempt,
 * under the attempt workflow's path. That is its authenticity; there is no secret to steal.
 */
export async function performAttemptObserve(
  outside: Outside,
  effect: EffectOf<"attempt.observe">,
): Promise<FeatureEvent> {
  const { github } = outside;
  const run = await github.run(effect.repo, effect.run);
  const event = { type: "attempt.observed" as const, task: effect.task, attempt: effect.attempt, run };
  const without = (problem: NoResult | null) => ({ ...event, outcome: null, problem });
  if (run.status !== "completed") return without(null);
  if (run.path !== ATTEMPT_WORKFLOW) return without({ kind: "other-workflow", path: run.path });
  if (run.runAttempt !== 1) return without({ kind: "run-again" });
  const artifact = await github.artifact(effect.repo, effect.run).catch((error: unknown) => {
    if (error instanceof BadArtifact) return error;
    throw error;
  });
  if (artifact instanceof BadArtifact) {
    return without({ kind: "bad-artifact", text: artifact.message.slice(0, MAX_QUOTED) });
  }
  if (artifact === null) return without({ kind: "no-artifact" });
  // The job of a failed agent succeeds, so that here something in the job failed after the result was there.
  if (run.conclusion !== "success") return without({ kind: "run-failed" });
  const read = await redactedResult(outside.scanner, artifact.result, effect.id);
  return "problem" in read ? without(read.problem) : { ...event, outcome: read.outcome, problem: null };
}

/** Redacts a job's words before anything else gets them: they reach pulls, comments and the briefs of dependents. */
async function redactedResult(
  scanner: SecretScanner,
  reading: ResultReading,
  attempt: string,
): Promise<{ outcome: Outcome } | { problem: NoResult }> {
  if ("problem" in reading) return { problem: await redacted(scanner, reading.problem) };
  const { result, faults } = reading;
  if (result.attempt !== attempt) {
    return { problem: { kind: "foreign-attempt", attempt: (await scanner.redact(result.attempt)).slice(0, 100) } };
  }
  const { manifest, names } = await withoutSecretNames(scanner, result.manifest);
  const { outcome, engine, usage, summary, notes, model } = result;
  const environment = engine === "command" && outcome === "failed" ? environmentFaultOfCommand(summary) : null;
  // Without the result's own manifest, whose paths are not redacted.
  const words = await redacted(scanner, { summary, notes, model });
  const findings = [...names, ...faults];
  return { outcome: { result: { outcome, engine, usage, environment, ...words }, manifest, findings } };
}

/** Redacts secrets in paths. Such a change is refused, but its manifest is stored and its paths are shown. */
async function withoutSecretNames(
  scanner: SecretScanner,
  files: readonly ChangedFile[],
): Promise<{ manifest: ChangedFile[]; names: ManifestFinding[] }> {
  const paths = await redacted(
    scanner,
    files.map(({ path }) => path),
  );
  const manifest = files.map((file, index) => ({ ...file, path: paths[index] ?? "" }));
  const names = manifest.flatMap(({ path }, index): ManifestFinding[] => {
    if (path === files[index]?.path) return [];
    return [{ path, finding: "secret-name", rule: /\[redacted: ([^\]]+)\]/.exec(path)?.[1] ?? "" }];
  });
  return { manifest, names };
}
