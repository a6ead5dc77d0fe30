/** Effects of an attempt: dispatch, look, cancel, and the promotion of its change: the trust boundary. */
import { createHash } from "node:crypto";
import type { ChangedFile } from "../../core/attempt.ts";
import { ATTEMPT_WORKFLOW, Result } from "../../core/attempt.ts";
import type { NoResult } from "../../core/cause.ts";
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent, Outcome } from "../../core/event.ts";
import { repoName } from "../../core/github.ts";
import { writeBrief } from "../../messages/agent/brief.ts";
import { commitMessage } from "../../messages/commit.ts";
import { attemptOfMessage } from "../../messages/markers.ts";
import type { ArtifactContent } from "../github-port.ts";
import type { Outside } from "../outside.ts";
import { findingOf, findingOfLink } from "./findings.ts";

export async function dispatchAttempt(outside: Outside, effect: EffectOf<"attempt.dispatch">): Promise<FeatureEvent> {
  const { run } = await outside.github.dispatch(effect.repo, {
    workflow: ATTEMPT_WORKFLOW,
    attempt: effect.id,
    brief: JSON.stringify(writeBrief(effect.brief)),
  });
  return { type: "attempt.dispatched", task: effect.task, attempt: effect.attempt, run };
}

export async function cancelAttempt(outside: Outside, effect: EffectOf<"attempt.cancel">): Promise<void> {
  const { github } = outside;
  const run = effect.run ?? (await github.findRun(effect.repo, ATTEMPT_WORKFLOW, effect.id));
  if (run !== null) await github.cancelRun(effect.repo, run);
}

/**
 * The recorded run and what it left. Authentic is what the run of this id uploaded in its first run attempt under the
 * attempt workflow's path; there is no secret to steal. Nothing in the artifact is trusted further than it parses.
 */
export async function observeAttempt(outside: Outside, effect: EffectOf<"attempt.observe">): Promise<FeatureEvent> {
  const { github } = outside;
  const run = await github.run(effect.repo, effect.run);
  const event = { type: "attempt.observed" as const, task: effect.task, attempt: effect.attempt, run };
  const without = (problem: NoResult | null) => ({ ...event, outcome: null, problem });
  if (run.status !== "completed") return without(null);
  if (run.path !== ATTEMPT_WORKFLOW) return without({ kind: "other-workflow", path: run.path });
  if (run.runAttempt !== 1) return without({ kind: "run-again" });
  const artifact = await github.artifact(effect.repo, effect.run);
  if (artifact === null) return without({ kind: "no-artifact" });
  const read = readResult(artifact, effect.id);
  return "problem" in read ? without(read.problem) : { ...event, outcome: read.outcome, problem: null };
}

function readResult(artifact: ArtifactContent, attempt: string): { outcome: Outcome } | { problem: NoResult } {
  if (artifact.result === null) return { problem: { kind: "no-result-file" } };
  let json: unknown;
  try {
    json = JSON.parse(artifact.result);
  } catch {
    return { problem: { kind: "not-json" } };
  }
  const parsed = Result.safeParse(json);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return { problem: { kind: "not-the-protocol", text: `${first?.path.join(".")} ${first?.message}` } };
  }
  const result = parsed.data;
  if (result.attempt !== attempt) {
    return { problem: { kind: "foreign-attempt", attempt: result.attempt.slice(0, 100) } };
  }
  const findings = result.manifest.flatMap((file) => examine(file, artifact));
  return { outcome: { result, manifest: result.manifest, findings } };
}

function examine(file: ChangedFile, artifact: ArtifactContent): Outcome["findings"] {
  if (file.change === "delete") return [];
  const content = artifact.file(file.sha256);
  if (content === null) return [{ path: file.path, finding: "content-missing" }];
  if (createHash("sha256").update(content).digest("hex") !== file.sha256 || content.length !== file.bytes) {
    return [{ path: file.path, finding: "checksum-differs" }];
  }
  const finding = file.mode === "120000" ? findingOfLink(file.path, content) : findingOf(content);
  return finding === null ? [] : [{ path: file.path, finding }];
}

/** The App itself writes the commit and moves the branch; no job ever holds a write token. */
export async function promoteChange(outside: Outside, effect: EffectOf<"change.promote">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, branch } = effect;
  const attempt = { task: effect.task, attempt: effect.attempt };
  const done = async (): Promise<FeatureEvent | null> => {
    const tip = await github.branchTip(repo, branch);
    if (tip === effect.from) return null;
    // Find before create: an earlier try may have moved the branch and died before telling.
    const message = tip === null ? null : (await github.commit(repo, tip)).message;
    if (tip !== null && message !== null && attemptOfMessage(message) === effect.id) {
      return { type: "change.promoted", ...attempt, head: tip };
    }
    const cause = { kind: "branch-moved" as const, branch, tip };
    return { type: "change.refused", ...attempt, failure: { class: "head-moved", cause, details: [] } };
  };
  const earlier = await done();
  if (earlier !== null) return earlier;
  const artifact = await github.artifact(repo, effect.run);
  if (artifact === null) {
    const failure = { class: "attempt-lost" as const, cause: { kind: "artifact-gone" as const }, details: [] };
    return { type: "change.refused", ...attempt, failure };
  }
  const { sha } = await github.writeCommit(repo, {
    against: effect.against,
    parents: effect.parents,
    changes: effect.manifest,
    file: (sha256) => {
      const content = artifact.file(sha256);
      if (content === null) throw new Error(`the artifact of run ${effect.run} in ${repoName(repo)} lost a file`);
      return content;
    },
    message: commitMessage(effect),
  });
  const moved = await github.moveBranch(repo, branch, effect.from, sha);
  if (moved === "moved") return { type: "change.promoted", ...attempt, head: sha };
  const failure = {
    class: "head-moved" as const,
    cause: { kind: "branch-moved" as const, branch },
    details: [],
  };
  return (await done()) ?? { type: "change.refused", ...attempt, failure };
}
