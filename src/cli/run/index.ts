/**
 * `headgate run`: carry a feature out on a repository, on this machine alone. A sandbox stands for GitHub; the App in here
 * is the one that `headgate serve` runs.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pino from "pino";
import type { App } from "../../app.ts";
import { startApp } from "../../app.ts";
import { pricesWith } from "../../config/own-prices.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { standing } from "../../core/judge/standing.ts";
import { featureKey } from "../../core/keys.ts";
import type { Policy } from "../../core/policy.ts";
import { defaultPolicy, LABEL } from "../../core/policy.ts";
import type { Store } from "../../loop/store-port.ts";
import { filePlanner } from "../../planner/file-planner.ts";
import { createPlanner } from "../../planner/planner.ts";
import { openStore } from "../../store/open.ts";
import { untilSignal } from "../signals.ts";
import { requireChecks } from "./checks.ts";
import type { Follower } from "./follow.ts";
import { follow } from "./follow.ts";
import type { Model } from "./model.ts";
import type { RunOptions } from "./options.ts";
import type { Printer } from "./printer.ts";
import { report } from "./report.ts";
import { deliver, slugOf } from "./result.ts";
import type { Site } from "./site.ts";
import { openSite } from "./site.ts";
import { findSource } from "./source.ts";

export const EXIT = { completed: 0, error: 1, waits: 2, interrupted: 130 } as const;

/** Resolves with the exit code. Everything started is stopped again, also when it throws. */
export async function run(options: RunOptions, model: Model, printer: Printer): Promise<number> {
  const interrupted = untilSignal();
  const temporary = options.dataDir === null;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), "headgate-run-")) : resolve(options.dataDir ?? "");
  await mkdir(dataDir, { recursive: true });
  let kept = false;
  const closing: (() => Promise<void>)[] = [];
  try {
    const source = await findSource(options.repo, options.base);
    // Opened first: its lock on the folder is what keeps a second run away.
    const store = await openStore({ dataDir: join(dataDir, "store") });
    closing.push(() => store.close());
    await store.migrate();
    const site = await openSite(options, source, dataDir, model);
    closing.push(() => site.sandbox.close());
    const checks = await requireChecks(site, options.checks);
    printer.opening({ source, site, checks, model, dataDir: temporary ? null : dataDir });
    let changed = () => {};
    const app = await openApp(options, site, store, model, join(dataDir, "headgate.log"), () => changed());
    closing.push(() => app.stop());
    await site.sandbox.setWebhook(site.app, `${app.url}/api/github/webhooks`, site.webhookSecret);
    await label(site);

    const follower = follow(
      store,
      featureKey({ owner: site.repository.owner, name: site.repository.name }, site.issue),
    );
    const ended = untilStanding(follower, printer, (wake) => {
      changed = wake;
    });
    const outcome = await Promise.race([ended, interrupted.then(() => "interrupted" as const)]);
    if (outcome === "interrupted") {
      printer.interrupted(temporary ? null : dataDir);
      return EXIT.interrupted;
    }
    await settle(store, outcome);
    const result = await leaveBehind(options, source, site, outcome);
    const document = report(outcome, {
      baseSha: site.imported,
      result,
      model: {
        kind: model.kind,
        name: model.kind === "none" ? null : (outcome.planner.model ?? defaultPolicy.models.middle),
      },
      apiCalls: app.github.calls(),
      now: Date.now(),
    });
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify(document, null, 2)}\n`);
    printer.ending({ state: outcome, result, document, site, source, temporary: temporary && !options.keep });
    if (options.keep) {
      kept = true;
      printer.keeping(site, dataDir);
      await interrupted;
    }
    if (outcome.stage === "completed") return EXIT.completed;
    return standing(outcome) === "waits-for-person" ? EXIT.waits : EXIT.error;
  } finally {
    for (const close of closing.reverse()) await close();
    if (temporary && !kept) await rm(dataDir, { recursive: true, force: true });
  }
}

async function openApp(
  options: RunOptions,
  site: Site,
  store: Store,
  model: Model,
  logFile: string,
  decided: () => void,
): Promise<App> {
  const prices = pricesWith({});
  const defaults: Policy = { ...defaultPolicy, maxParallel: options.maxParallel };
  return startApp({
    appId: site.app.id,
    privateKey: site.privateKey,
    webhookSecret: site.webhookSecret,
    apiUrl: site.sandbox.apiUrl,
    host: "127.0.0.1",
    port: 0,
    store,
    planner: (github) =>
      options.plan !== null
        ? filePlanner(options.plan)
        : createPlanner({ github, model: { apiKey: model.apiKey ?? "", baseUrl: model.baseUrl }, priceOf: prices }),
    settings: {
      label: LABEL,
      baseBranch: site.base,
      statusEveryMs: 1_000,
      lookEveryMs: 100,
      sweepEveryMs: 60_000,
    },
    defaults,
    prices,
    log: pino({ level: "debug" }, pino.destination({ dest: logFile, sync: true })),
    decided,
  });
}

/** The maintainer's one act. On a folder with a past the label is there already. */
async function label(site: Site): Promise<void> {
  const where = { owner: site.repository.owner, repo: site.repository.name };
  const { data } = await site.owner.rest.issues.get({ ...where, issue_number: site.issue });
  const labels = data.labels.map((one) => (typeof one === "string" ? one : one.name));
  if (labels.includes(LABEL) || data.state === "closed") return;
  await site.owner.rest.issues.addLabels({ ...where, issue_number: site.issue, labels: [LABEL] });
}

/** Show what happens until nothing will happen any more without a person. */
async function untilStanding(
  follower: Follower,
  printer: Printer,
  onChange: (wake: () => void) => void,
): Promise<FeatureState> {
  let wake = () => {};
  let changed = true;
  onChange(() => {
    changed = true;
    wake();
  });
  for (;;) {
    while (changed) {
      changed = false;
      for (const happened of await follower.next()) printer.happened(happened);
    }
    const state = follower.state();
    if (state !== null && standing(state) !== "going") return state;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (changed) resolve();
    });
  }
}

/** Let the last words reach GitHub: the final edit of the comment, the closing of the issue. Bounded. */
async function settle(store: Store, state: FeatureState): Promise<void> {
  const until = Date.now() + 20_000;
  const soon = state.stage === "completed" || state.stage === "cancelled" ? 10_000 : 1_500;
  while (Date.now() < until) {
    const due = await store.nextDue(new Date().toISOString());
    if (due === null || Date.parse(due) > Date.now() + soon) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function leaveBehind(
  options: RunOptions,
  source: Awaited<ReturnType<typeof findSource>>,
  site: Site,
  state: FeatureState,
): Promise<{ branch: string } | { folder: string } | null> {
  if (!state.tasks.some((task) => task.landing !== null)) return null;
  const url = `${site.sandbox.url}/${site.repository.owner}/${site.repository.name}.git`;
  return deliver(source, { url, token: site.ownerToken, base: site.base }, slugOf(state.issue.title), options.out);
}
