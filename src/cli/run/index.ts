/**
 * `headgate run`: carries out a feature on this machine alone. The sandbox replaces GitHub; the App is the one that
 * `headgate serve` runs.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "../../app.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { entryOf, landingOf } from "../../core/feature/task.ts";
import { featureKey } from "../../core/keys.ts";
import { SCHEMAS } from "../../core/migrations/index.ts";
import { defaultPolicy } from "../../core/policy.ts";
import { activityOf } from "../../core/rules/activity.ts";
import type { Store } from "../../loop/store-port.ts";
import { explainFeature } from "../../messages/explain.ts";
import { modelWaitText } from "../../messages/terminal/model-wait.ts";
import { stoppedText } from "../../messages/terminal/progress.ts";
import { openStore } from "../../store/open.ts";
import { BadInput } from "../bad-input.ts";
import { EXIT } from "../exit.ts";
import { freeFolder, refused } from "../folders.ts";
import { type BaseCheck, startBaseCheck } from "../gate/base-check.ts";
import { forecastChecks, requireChecks } from "../gate/forecast.ts";
import { rehearse } from "../gate/rehearsal.ts";
import type { Interruption } from "../signals.ts";
import { Interrupted, onInterruption } from "../signals.ts";
import { label, openApp, settleApp } from "./app.ts";
import { codeTab } from "./code-tab.ts";
import { Owner } from "./commands.ts";
import type { Memory } from "./memory.ts";
import { recall, remember } from "./memory.ts";
import type { Model } from "./model.ts";
import { type RunOptions, STANDARD_OUTPUT } from "./options.ts";
import type { Printer } from "./printer.ts";
import { report } from "./report.ts";
import type { Delivered } from "./result.ts";
import { deliver, makeSureOfRoom, slugOf } from "./result.ts";
import type { Site } from "./site.ts";
import { openSite } from "./site.ts";
import type { Source } from "./source.ts";
import { findSource } from "./source.ts";
import type { Happened, Watch } from "./watch.ts";
import { watch } from "./watch.ts";

/** Everything that runs while the feature is followed. */
interface Running {
  options: RunOptions;
  model: Model;
  printer: Printer;
  interruption: Interruption;
  dataDir: string;
  source: Source;
  memory: Memory;
  /** The folder to clone the result into. null: it becomes a branch of the source. */
  out: string | null;
  store: Store;
  site: Site;
  app: App;
  watched: Watch;
  base: BaseCheck;
}

/** Closes what was opened, last opened first, and removes a temporary data folder. */
class Cleanup {
  readonly #closing: (() => Promise<void>)[] = [];
  temporary: string | null = null;

  opened(close: () => Promise<void>): void {
    this.#closing.push(close);
  }

  async leave(): Promise<void> {
    for (let close = this.#closing.pop(); close !== undefined; close = this.#closing.pop()) await close();
    if (this.temporary !== null) await rm(this.temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Resolves with the exit code. Stops everything that it started, also when it throws. */
export async function run(
  options: RunOptions,
  model: Model,
  printer: Printer,
  interruption: Interruption = onInterruption(),
): Promise<number> {
  const place = new Cleanup();
  let left = false;
  void interruption.wanted.then(() => left || printer.stopping());
  try {
    return await followToItsEnd(await start(options, model, printer, interruption, place), place);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await place.leave();
    printer.busy(null);
    printer.interrupted(options.dataDir);
    return EXIT.interrupted;
  } finally {
    left = true;
    printer.busy(null);
    await place.leave();
  }
}

async function start(
  options: RunOptions,
  model: Model,
  printer: Printer,
  interruption: Interruption,
  place: Cleanup,
): Promise<Running> {
  printer.busy("Reading the repository");
  const source = await findSource(options.repo, options.base);
  if (options.dataDir === null) place.temporary = await mkdtemp(join(tmpdir(), "headgate-run-"));
  const dataDir = place.temporary ?? options.dataDir ?? "";
  const memory = await recall(dataDir, source, options.issue);
  // A remote repository gets no branch, so the result is cloned into the current folder.
  const out = options.out ?? memory.out ?? (source.folder === null ? freeFolder(source.name) : null);
  await makeSureOfRoom(source, out, memory.out);
  // Opens the store first: its lock on the folder keeps a second run away.
  const store = await interruption.after(
    openStore({ dataDir: join(dataDir, "store") }).catch((error) => refused(error, { dataDir, port: options.port })),
  );
  place.opened(() => store.close());
  await store.migrate(SCHEMAS);
  printer.busy("Starting the sandbox and importing the repository");
  const opening = openSite(options, source, dataDir, model, (wait) => printer.note(modelWaitText(wait)));
  const site = await opening.catch((error) => refused(error, { dataDir, port: options.port }));
  place.opened(() => site.sandbox.close());
  memory.imported ??= site.tip;
  await remember(dataDir, memory);
  const forecast = await interruption.after(forecastChecks(site, options));
  await interruption.after(requireChecks(site, forecast));
  printer.opening({ source, site, forecast, model, dataDir: options.dataDir, imported: memory.imported });
  const { imported } = memory;
  const base = startBaseCheck({
    ...{ site, forecast, dataDir, sha: imported, command: options.checks },
    rehearse: () => rehearse(site, { commit: imported, ownCheck: options.checks !== null }),
    waiting: (names, wait) => printer.baseWaiting(site.base, names, wait),
  });
  place.opened(async () => base.stop());
  const began = Date.now();
  const feature = featureKey(site.repository, site.issue);
  const showCode = codeTab(site);
  const show = (happened: Happened) => {
    printer.happened(happened, happened.at < began);
    showCode(happened.state);
  };
  const watched = watch(store, feature, show, (defect) => printer.note(stoppedText(defect)));
  place.opened(async () => watched.stop());
  printer.busy(() => goingOn(watched.state()));
  const note = printer.note;
  const app = await openApp(options, { site, store, model, dataDir, base, note }, () => watched.wake());
  place.opened(() => {
    // Its effects may be waiting for the base check.
    base.stop();
    return app.stop();
  });
  await site.sandbox.setWebhook(site.app, `${app.url}/api/github/webhooks`, site.webhookSecret);
  await interruption.after(label(site));
  return { options, model, printer, interruption, dataDir, source, memory, out, store, site, app, watched, base };
}

const never = new Promise<null>(() => {});

/**
 * Follows the feature until it rests. With --keep it continues to follow, because commands may restart the feature. In a terminal it
 * also continues while changes wait for an approval, until its owner has typed that or ends the input.
 */
async function followToItsEnd(running: Running, place: Cleanup): Promise<number> {
  const { options, printer, interruption, watched, site, dataDir } = running;
  const ended = interruption.wanted.then(() => null);
  const noGate = refusalOf(running);
  let code: number | null = null;
  const owner = new Owner(process.stdin, site, {
    commands: (reason) => printer.commands(reason),
    status: () => printer.status(watched.state()),
  });
  try {
    for (;;) {
      const left = options.keep || owner.hasLeft ? never : owner.left.then(() => watched.state());
      const state = await Promise.race([watched.rest(), ended, left, noGate]);
      if (state === null) break;
      await Promise.race([settleApp(running.store, running.app, state), ended]);
      // The last command before the end of the input may have restarted the feature.
      if (owner.hasLeft && !options.keep && isGoing(watched)) continue;
      if (!options.keep && process.stdin.isTTY && waitsForApproval(state) && (await owner.listens())) {
        printer.asking(state);
        continue;
      }
      await conclude(running, state, place);
      const again = code !== null;
      code = codeOf(state);
      if (!options.keep) return code;
      printer.keeping(site, dataDir, again);
      await owner.listens();
    }
  } finally {
    owner.stop();
  }
  // Interrupted while the feature was under way, or with --keep while it rested.
  const last = watched.state();
  if (code !== null && last !== null && activityOf(last) !== "going") return code;
  if (last !== null) await writeReport(running, documentOf(running, last, null, true));
  throw new Interrupted();
}

/** Says how the base was judged. @throws BadInput where a required check fails on the base itself */
async function refusalOf({ base, printer, site }: Running): Promise<null> {
  const outcome = await base.outcome;
  if (outcome.kind === "refused") throw new BadInput(outcome.text);
  if (outcome.kind === "good") printer.baseGood(site.base, outcome);
  return never;
}

/** Returns null where the feature waits for a person: then nothing happens. */
function goingOn(state: FeatureState | null): string | null {
  if (state === null) return "Waiting for the label";
  return activityOf(state) === "going" ? explainFeature(state).reason : null;
}

function isGoing({ state }: Watch): boolean {
  const present = state();
  return present !== null && activityOf(present) === "going";
}

function waitsForApproval(state: FeatureState): boolean {
  return state.tasks.some((task) => entryOf(task)?.standing?.kind === "approval");
}

function codeOf(state: FeatureState): number {
  if (state.stage === "completed") return EXIT.completed;
  return activityOf(state) === "waits-for-person" ? EXIT.waits : EXIT.error;
}

/** Delivers the result, writes the report and prints the ending. */
async function conclude(running: Running, state: FeatureState, place: Cleanup): Promise<void> {
  const { options, printer, memory, site, source } = running;
  printer.busy(null);
  const result = await deliverResult(running, state, place);
  const document = documentOf(running, state, result, false);
  await writeReport(running, document);
  printer.ending({ state, result, document, source, imported: memory.imported ?? site.tip, options });
}

type Report = ReturnType<typeof report>;

function documentOf(running: Running, state: FeatureState, result: Delivered | null, interrupted: boolean): Report {
  const { model, memory, site, app } = running;
  return report(state, {
    baseSha: memory.imported ?? site.tip,
    result,
    interrupted,
    engine: running.options.engine,
    model: {
      kind: model.kind,
      name: model.kind === "none" ? null : (state.planner.model ?? defaultPolicy.models.middle),
    },
    apiCalls: app.github.calls(),
    now: Date.now(),
  });
}

async function writeReport({ options }: Running, document: Report): Promise<void> {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (options.json === STANDARD_OUTPUT) {
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  } else if (options.json !== null) await writeFile(options.json, text);
}

async function deliverResult(running: Running, state: FeatureState, place: Cleanup): Promise<Delivered | null> {
  const { source, site, memory, out, dataDir } = running;
  if (!state.tasks.some((task) => landingOf(task) !== null)) return null;
  const url = `${site.sandbox.url}/${site.repository.owner}/${site.repository.name}.git`;
  const origin = { url, token: site.ownerToken, base: site.base };
  try {
    const result = await deliver(source, origin, slugOf(state.issue.title), out);
    memory.out = out;
    await remember(dataDir, memory);
    return result;
  } catch (error) {
    // Keeps the data folder, so that the finished work is not lost.
    place.temporary = null;
    const why = (error as Error).message;
    throw new Error(`${why}\nThe result is kept. Fix this, then run again with --data-dir ${dataDir}`, {
      cause: error,
    });
  }
}
