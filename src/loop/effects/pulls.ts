/** Performs the effects on pull requests: at most one changing call each. */
import type { EffectOf } from "../../core/effect.ts";
import { type FeatureEvent, type LaneEvent, MAX_CONFLICT_PATHS } from "../../core/event.ts";
import type { FailureDetail } from "../../core/failure.ts";
import { type Check, fromAnyFile } from "../../core/github.ts";
import { judgeHead } from "../../core/lane/gate.ts";
import { templatedTitle } from "../../messages/commit.ts";
import { guardedText, pullBody, pullTitle, withGuardedText } from "../../messages/pull.ts";
import { Closed, Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";
import { readHoldLabels, readProducers } from "./checks/producers.ts";
import { provenChecks, readBaseChecks } from "./checks/proving.ts";
import { environmentFaultIn } from "./environment-fault.ts";
import { readGuarded, readShown } from "./guarded/index.ts";
import type { EffectRun } from "./outcome-event.ts";

/** Characters of a conflicting path. Agents choose paths, and a lane stores many. */
const PATH_CHARACTERS = 300;

/** Characters of each failing check's log that the next attempt may read. */
const FAILURE_CHARACTERS = 6_000;

export async function performPullOpen(
  outside: Outside,
  effect: EffectOf<"pull.open">,
  { isFirst }: Pick<EffectRun, "isFirst">,
): Promise<FeatureEvent> {
  const { repo, branch, head, task, replaces } = effect;
  if (replaces !== undefined && (await outside.github.restoreBranch(repo, branch, head)) === "gone") {
    const cause = { kind: "commit-gone" as const, branch, commit: head };
    return { type: "pull.refused", task, failure: { class: "policy-blocked", cause, details: [] } };
  }
  const { number } = await outside.github.openPull(repo, {
    head: branch,
    base: effect.base,
    commit: head,
    title: templatedTitle(effect),
    body: pullBody(effect, await readShown(outside, effect, head)),
    // The pull that is to be replaced may have been reopened or merged meanwhile.
    ...(replaces === undefined ? { isFirstTry: isFirst } : { replaces }),
  });
  return { type: "pull.opened", task, pull: number };
}

export async function performPullDescribe(outside: Outside, effect: EffectOf<"pull.describe">): Promise<null> {
  const head = await outside.github.branchTip(effect.repo, effect.branch);
  // Once it has landed, its branch is gone.
  if (head === null) return null;
  const shown = await readShown(outside, effect, head);
  await outside.github.editPull(effect.repo, effect.pull, (body) => withGuardedText(body, guardedText(effect, shown)));
  return null;
}

export async function performPullObserve(outside: Outside, effect: EffectOf<"pull.observe">): Promise<LaneEvent> {
  const { repo, pull, seq, branch, headBranch: head, checks, neutral } = effect;
  const seen = await outside.github.pull(repo, pull, head === undefined ? undefined : { base: branch, head });
  const { mergeBase: _, byQuery: _shown, approvals, labels, ...own } = seen;
  const approvedBy = approvals.map(({ by }) => by).slice(0, 5);
  const unasked = {
    ...own,
    ...(approvedBy.length > 0 ? { approvedBy } : {}),
    producers: [],
    guarded: [],
    baseChecks: null,
  };
  // What another branch says of the pull is not this lane's matter.
  if (seen.state !== "open" || seen.base !== branch) return { type: "pull.observed", pull, seq, snapshot: unasked };
  const producers = await readProducers(outside, { repo, branch, sha: seen.baseSha }, checks);
  const holding = await readHoldLabels(outside, { repo, branch, sha: seen.baseSha });
  const heldBy = labels.find((label) => holding.includes(label.toLowerCase()));
  const snapshot = {
    ...unasked,
    ...(heldBy === undefined ? {} : { heldBy }),
    producers,
    checks: await provenChecks(outside.github, effect, seen, producers),
    guarded: await readGuarded(outside, effect, seen, producers),
  };
  // A person may approve a head whose workflows differ.
  const judged = { ...snapshot, producers: fromAnyFile(producers), sameWorkflows: true };
  const fails = judgeHead({ checks, neutral }, judged).failing.length > 0;
  const baseChecks = fails ? await readBaseChecks(outside.github, effect, seen, producers) : null;
  return { type: "pull.observed", pull, seq, snapshot: { ...snapshot, baseChecks } };
}

export async function performPullUpdate(outside: Outside, effect: EffectOf<"pull.update">): Promise<LaneEvent> {
  const outcome = await outside.github.updatePull(effect.repo, effect.pull, effect.head);
  return { type: "pull.updated", pull: effect.pull, outcome };
}

export async function performChecksRerun(outside: Outside, effect: EffectOf<"checks.rerun">): Promise<LaneEvent> {
  await outside.github.rerun(effect.repo, effect.head, effect.checks);
  return { type: "checks.rerun", pull: effect.pull, head: effect.head };
}

/**
 * Turns an outage into the outcome `unknown`, so that the outbox does not try again: what was judged before a pause says nothing
 * about after it. The core observes and judges again.
 */
export async function performPullMerge(outside: Outside, effect: EffectOf<"pull.merge">): Promise<LaneEvent> {
  const event = { type: "pull.merged" as const, pull: effect.pull, head: effect.head };
  try {
    const outcome = await outside.github.mergePull(effect.repo, effect.pull, {
      ...(effect.base === undefined ? {} : { base: effect.base }),
      head: effect.head,
      method: effect.method,
      title: `${pullTitle(effect)} (#${effect.pull})`,
    });
    return { ...event, outcome };
  } catch (error) {
    // A merge that waited until the App may work again would rest on an old observation.
    if (!(error instanceof Unavailable || error instanceof Closed)) throw error;
    const afterMs = error instanceof Unavailable ? (error.afterMs ?? 0) : 0;
    return { ...event, outcome: { outcome: "unknown", message: error.message, afterMs } };
  }
}

export async function performPullClose({ github }: Outside, { repo, pull }: EffectOf<"pull.close">): Promise<null> {
  await github.closePull(repo, pull);
  return null;
}

export async function performHeadsCompare(outside: Outside, effect: EffectOf<"heads.compare">): Promise<LaneEvent> {
  const { pull, head, ahead, aheadHead } = effect;
  const found = await outside.github.conflicts(effect.repo, head, aheadHead);
  const shown = (path: string) => path.slice(0, PATH_CHARACTERS).toWellFormed();
  const conflict = found === "unknown" ? found : found.slice(0, MAX_CONFLICT_PATHS).map(shown);
  return { type: "heads.compared", pull, head, ahead, aheadHead, conflict };
}

export async function performFailureRead(outside: Outside, effect: EffectOf<"failure.read">): Promise<LaneEvent> {
  const details: FailureDetail[] = [];
  for (const check of effect.checks.slice(0, 5)) {
    for (const { name, ...failed } of failedJobs(check)) {
      const job = { ...failed, name };
      const text = await outside.github.failureText(effect.repo, job, FAILURE_CHARACTERS, outside.scanner.redact);
      details.push({ of: { kind: "check", name }, text });
    }
  }
  const faults = details.map(({ text }) => environmentFaultIn(text));
  const environment = faults.length > 0 && !faults.includes(null) ? (faults[0] ?? null) : null;
  return { type: "failure.read", pull: effect.pull, head: effect.head, details, environment };
}

/** Needed jobs of one skipped check whose logs are read. */
const MAX_NEEDED = 2;

/** A skipped job has no log. The jobs that it needed have. */
function failedJobs(check: Check): Check[] {
  const { producer } = check;
  if (check.conclusion !== "skipped" || producer.kind !== "job") return [check];
  return producer.needs
    .filter(({ conclusion }) => conclusion !== "success" && conclusion !== "skipped")
    .slice(0, MAX_NEEDED)
    .map(({ name, conclusion, id }) => ({ ...check, name, conclusion, id, url: null }));
}
