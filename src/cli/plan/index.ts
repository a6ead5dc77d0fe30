/** `headgate plan`: shows the plan of a feature and its cost, without running it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pricesWith } from "../../config/own-prices.ts";
import { readPolicy } from "../../config/policy-file.ts";
import { readWorkflow } from "../../config/workflow-file.ts";
import { analysisOf } from "../../core/feature/planning/approval.ts";
import { defaultPolicy, LABEL } from "../../core/policy.ts";
import { connectApp, createGitHub } from "../../github/index.ts";
import type { Planner } from "../../loop/planner-port.ts";
import { parkedText } from "../../messages/explain/parked.ts";
import { gateLines, noGateText, unlessText } from "../../messages/gate/forecast.ts";
import { problemText, warningText } from "../../messages/problems/preflight.ts";
import { planReport } from "../../messages/terminal/plan-report.ts";
import { filePlanner } from "../../planner/file-planner.ts";
import { createPlanner } from "../../planner/planner.ts";
import { writtenPlan } from "../../planner/written/index.ts";
import { createScanner } from "../../secrets/scanner.ts";
import { BadInput } from "../bad-input.ts";
import { EXIT } from "../exit.ts";
import { type Forecast, forecastChecks, requireChecks } from "../gate/forecast.ts";
import type { RunOptions } from "../run/options.ts";
import { MAINTAINER, openSite } from "../run/site.ts";
import { findSource } from "../run/source.ts";
import { onInterruption } from "../signals.ts";
import { type DryRun, planOnly } from "./dry-run.ts";

export interface PlanOptions extends RunOptions {
  /** Prints one JSON document and nothing else. */
  asJson: boolean;
}

/** Runs `headgate plan`. Resolves with the exit code: 2 when a person must act before the feature could start. */
export async function plan(
  options: PlanOptions,
  env: Record<string, string | undefined>,
  print: (line: string) => void,
): Promise<number> {
  const interruption = onInterruption();
  const source = await findSource(options.repo, options.base);
  const folder = await mkdtemp(join(tmpdir(), "headgate-plan-"));
  try {
    const site = await interruption.after(openSite(options, source, folder, { apiKey: null, baseUrl: null }));
    try {
      const forecast = await interruption.after(forecastChecks(site, options));
      if (forecast.required.length > 0) await requireChecks(site, forecast);
      const prices = pricesWith({});
      const connection = await connectApp({
        appId: site.app.id,
        privateKey: site.privateKey,
        baseUrl: site.sandbox.apiUrl,
      });
      const github = createGitHub(connection, readWorkflow);
      const outside = {
        github,
        settings: {
          ...{ label: LABEL, baseBranch: site.base, baseIsCheckedApart: true },
          ...{ statusEveryMs: 0, observeEveryMs: 0, sweepEveryMs: 0 },
        },
        readPolicy: (text: string | null) =>
          readPolicy(text, { ...defaultPolicy, maxParallel: options.maxParallel }, prices),
        readWorkflow,
        priceOf: prices,
        scanner: createScanner(),
        planner: plannerFor(options, env, github, prices),
        now: Date.now,
      };
      const { id, owner, name } = site.repository;
      const repo = { id, owner, name };
      const issue = { number: site.issue, ...options.issue };
      const planned = await interruption.after(planOnly(outside, { repo, issue, by: MAINTAINER }));
      // The forecast says why there are none. Branch protection, which this problem names, is Headgate's own here.
      const problems = planned.problems.filter(({ kind }) => kind !== "no-required-checks");
      const dry = { ...planned, problems, forecast, base: site.base };
      show(dry, options, print);
      return codeOf(dry);
    } finally {
      await site.sandbox.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function plannerFor(
  options: RunOptions,
  env: Record<string, string | undefined>,
  github: ReturnType<typeof createGitHub>,
  priceOf: ReturnType<typeof pricesWith>,
): Planner {
  if (options.plan !== null) return filePlanner(options.plan);
  const apiKey = env.ANTHROPIC_API_KEY?.trim() ?? "";
  if (apiKey === "") return writtenOnly(github);
  const baseUrl = env.ANTHROPIC_BASE_URL?.trim() || null;
  return createPlanner({ github, model: { apiKey, baseUrl }, priceOf });
}

function writtenOnly(github: ReturnType<typeof createGitHub>): Planner {
  return {
    async plan(request) {
      const written = await writtenPlan(github, request);
      if (written !== null) return written;
      throw new BadInput(
        "ANTHROPIC_API_KEY is not set, and nobody wrote the tasks down: set it, give --plan, or put a task list into the issue",
      );
    },
  };
}

/** A plan, and what would judge it. */
interface Outcome extends DryRun {
  forecast: Forecast;
  base: string;
}

function codeOf({ state, problems, forecast }: Outcome): number {
  if (state.plan === null && state.questions === null) return EXIT.error;
  const ready = problems.length === 0 && forecast.required.length > 0 && state.plan !== null;
  return ready ? EXIT.completed : EXIT.waits;
}

function show({ state, problems, forecast, base }: Outcome, options: PlanOptions, print: (line: string) => void): void {
  const priced = options.engine === "builtin";
  if (options.asJson) {
    const whole = analysisOf(state);
    const analysis = priced || whole === null ? whole : { ...whole, usd: null };
    const questions = state.questions?.texts ?? [];
    const tasks = state.tasks.map((task) => task.plan);
    const { warnings, plan: made, parked, planner } = state;
    const failure = made === null && questions.length === 0 ? (parked === null ? null : parkedText(parked)) : null;
    const source = made?.source ?? null;
    const why = made?.why ?? null;
    const said = { problems: problems.map(problemText), warnings: warnings.map(warningText), questions, failure };
    const checks = {
      required: forecast.required.map(({ name }) => name),
      notWaitedFor: forecast.notWaitedFor.map(({ name, unless }) => ({ name, reason: unlessText(unless) })),
    };
    print(JSON.stringify({ tasks, source, why, analysis, checks, ...said, planner }, null, 2));
    return;
  }
  for (const line of planReport(state, problems, priced)) print(line);
  print("");
  const hasGate = forecast.required.length > 0;
  for (const line of hasGate ? gateLines(forecast) : noGateText(base, forecast, forecast.testCommand).split("\n"))
    print(line);
}
