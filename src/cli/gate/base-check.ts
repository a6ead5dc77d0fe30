/**
 * Runs the required checks once on the base itself, beside planning, before agents are paid. What fails there judges no agent's
 * work, so the run ends. Agents wait for the result for five minutes at most; merges wait until it is known.
 */
import { type BaseFailure, type BaseWait, baseFailureText, notRunReason } from "../../messages/gate/base.ts";
import { noGateText } from "../../messages/gate/forecast.ts";
import type { Site } from "../run/site.ts";
import { type Forecast, requireChecks } from "./forecast.ts";
import { keep, readKept } from "./kept.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { type BaseResult, judgeBase } from "./verdict.ts";

/** After this long agents start, and only merges wait. */
const AGENTS_WAIT_MS = 5 * 60_000;
/** No base is checked for longer. */
const LIMIT_MS = 60 * 60_000;
/** A check that has not begun this long after all workflow runs have ended will not begin. */
const SETTLED_MS = 10_000;
/** A workflow that has not started this long after the pull was opened will not start. */
const NO_RUN_MS = 60_000;
/** The first pause between two looks. Later ones are longer, as a check that takes minutes needs no quick answer. */
const POLL_MS = 250;
const MAX_POLL_MS = 5_000;
/** Failed looks in a row after which the base check gives up. A machine under load loses some. */
const MAX_FAULTS = 5;
const TELL_EVERY_MS = 30_000;
const TELL_FIRST_MS = 3_000;

export type BaseOutcome =
  /** `removed`: the checks that are no longer required, since they judged nothing on the base. */
  | { kind: "good"; removed: Forecast["notWaitedFor"]; seconds: number; kept: boolean }
  /** `text`: what failed and what to do. */
  | { kind: "refused"; text: string }
  | { kind: "stopped" };

export interface BaseCheck {
  outcome: Promise<BaseOutcome>;
  /** Resolves when agents may start, with the checks that judged nothing on the base so far. @throws Stopped */
  agentsMayStart(): Promise<string[]>;
  /** Resolves when the base is known to be good. @throws Stopped */
  mergesMayStart(): Promise<void>;
  stop(): void;
}

class Stopped extends Error {
  constructor() {
    super("the base check ended without letting agents start");
    this.name = "Stopped";
  }
}

export interface BaseCheckOptions {
  site: Pick<Site, "sandbox" | "repository" | "base">;
  forecast: Forecast;
  dataDir: string;
  /** SHA of the base as it was imported. */
  sha: string;
  /** The command of `--checks`. */
  command: string | null;
  /** Opens the pull on the base. Called only where no earlier run has checked it. */
  rehearse(): Promise<Rehearsal>;
  /** Called with the checks that are still awaited, from time to time. */
  waiting(names: readonly string[], until: BaseWait): void;
}

export function startBaseCheck(options: BaseCheckOptions): BaseCheck {
  const stop = new AbortController();
  const judgedNothing = new Set<string>();
  const outcome = check(options, stop.signal, judgedNothing);
  const good = outcome.then((end) => {
    if (end.kind !== "good") throw new Stopped();
  });
  const late = pause(AGENTS_WAIT_MS, stop.signal).then(() => {
    if (stop.signal.aborted) throw new Stopped();
  });
  // The run may end before anything waits for them.
  for (const each of [outcome, good, late]) each.catch(() => {});
  return {
    outcome,
    agentsMayStart: async () => {
      await Promise.race([good, late]);
      return [...judgedNothing];
    },
    mergesMayStart: () => good,
    stop: () => stop.abort(),
  };
}

async function check(options: BaseCheckOptions, signal: AbortSignal, judgedNothing: Set<string>): Promise<BaseOutcome> {
  const { site, forecast, dataDir, sha, command } = options;
  const required = forecast.required.map(({ name }) => name);
  const began = Date.now();
  const known = await readKept(dataDir, { sha, command, required });
  if (known !== null) {
    for (const { name } of known.notRun) judgedNothing.add(name);
    return conclude(options, known.notRun, { seconds: 0, kept: true });
  }
  const rehearsal = await options.rehearse();
  let results = await follow(rehearsal, options, { began, repeated: [] }, signal, judgedNothing);
  const failed = results.filter((one) => one.result === "failed");
  if (failed.length > 0 && !signal.aborted) {
    await rehearsal.repeat([...new Set(failed.map(({ run }) => run))]);
    const again = { began, repeated: failed.map(({ job }) => job) };
    results = await follow(rehearsal, options, again, signal, judgedNothing);
  }
  if (signal.aborted) return { kind: "stopped" };
  const failures = await failuresOf(rehearsal, results);
  if (failures.length > 0) return { kind: "refused", text: baseFailureText(site.base, failures, forecast.testCommand) };
  const passed = results.flatMap(({ name, result }) => (result === "passed" ? [name] : []));
  const notRun = results.flatMap((one) => (one.result === "not-run" ? [{ name: one.name, why: one.why }] : []));
  await keep(dataDir, { sha, command, passed, notRun });
  return conclude(options, notRun, { seconds: (Date.now() - began) / 1000, kept: false });
}

/** Requires what is left. A check that judged nothing on the base would let everything pass. */
async function conclude(
  { site, forecast }: BaseCheckOptions,
  notRun: readonly { name: string; why: string }[],
  how: { seconds: number; kept: boolean },
): Promise<BaseOutcome> {
  const gone = notRun.filter(({ name }) => forecast.required.some((check) => check.name === name));
  if (gone.length === 0) return { kind: "good", removed: [], ...how };
  const removed = gone.map(({ name, why }) => ({ name, unless: notRunReason(site.base, why) }));
  const required = forecast.required.filter(({ name }) => !gone.some((one) => one.name === name));
  const left: Forecast = { ...forecast, required, notWaitedFor: [...forecast.notWaitedFor, ...removed] };
  if (required.length === 0) return { kind: "refused", text: noGateText(site.base, left, left.testCommand) };
  await requireChecks(site, left);
  return { kind: "good", removed, ...how };
}

/** Resolves once every required check has ended, or will not begin. `repeated`: jobs whose end no longer counts. */
async function follow(
  rehearsal: Rehearsal,
  { forecast, waiting }: BaseCheckOptions,
  { began, repeated }: { began: number; repeated: readonly number[] },
  signal: AbortSignal,
  judgedNothing: Set<string>,
): Promise<BaseResult[]> {
  const required = forecast.required.map(({ name }) => name);
  let endedAt: number | null = null;
  let tellAt = Date.now() + TELL_FIRST_MS;
  let toldLate = false;
  let faults = 0;
  for (;;) {
    const seen = await rehearsal.read().catch((error: unknown) => {
      faults += 1;
      if (faults === MAX_FAULTS) throw error;
      return null;
    });
    if (seen === null) {
      if (signal.aborted) return [];
      await pause(MAX_POLL_MS, signal);
      continue;
    }
    faults = 0;
    const { checks, ended } = seen;
    const present = checks.map((one) => (repeated.includes(one.job) ? { ...one, conclusion: null } : one));
    // Where a job could not be repeated its first end is its last.
    const results = judgeBase(required, ended ? checks : present);
    judgedNothing.clear();
    for (const { name, result } of results) if (result === "not-run") judgedNothing.add(name);
    // While a run is under way, another job of the same name may begin later: one that waits for the jobs that it needs.
    const open = results.flatMap(({ name, result }) =>
      result === "pending" || (result === "not-run" && !ended) ? [name] : [],
    );
    const now = Date.now();
    endedAt = ended ? (endedAt ?? now) : null;
    const settled = open.length === 0 || (endedAt !== null && now - endedAt > SETTLED_MS);
    const never = checks.length === 0 && !ended && now - began > NO_RUN_MS;
    if (signal.aborted || settled || never || now - began > LIMIT_MS) return results;
    const late = now - began > AGENTS_WAIT_MS;
    if (now >= tellAt || (late && !toldLate)) {
      waiting(open, !late ? "agents" : toldLate ? "merges" : "late");
      toldLate ||= late;
      tellAt = now + TELL_EVERY_MS;
    }
    await pause(Math.min(MAX_POLL_MS, POLL_MS + (now - began) / 60), signal);
  }
}

async function failuresOf(rehearsal: Rehearsal, results: readonly BaseResult[]): Promise<BaseFailure[]> {
  const failures: BaseFailure[] = [];
  for (const one of results) {
    if (one.result === "pending") failures.push({ name: one.name, kind: one.reported ? "unfinished" : "missing" });
    if (one.result !== "failed") continue;
    const error = await rehearsal.firstError(one.job).catch(() => "");
    failures.push({ name: one.name, kind: "failed", conclusion: one.conclusion, error });
  }
  return failures;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
}
