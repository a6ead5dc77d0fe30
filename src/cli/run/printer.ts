/** Prints the progress of a run: plain lines, coloured in a terminal. */

import { styleText } from "node:util";
import { tokensOf } from "../../core/attempt.ts";
import { tasksForPerson } from "../../core/feature/standing.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { activityOf } from "../../core/rules/activity.ts";
import { commandLines } from "../../messages/commands.ts";
import { explainFeature, explainTask } from "../../messages/explain.ts";
import { type BaseWait, baseGoodLines, baseWaitingText } from "../../messages/gate/base.ts";
import { gateLines } from "../../messages/gate/forecast.ts";
import { finalTable } from "../../messages/terminal/final-table.ts";
import { planTree } from "../../messages/terminal/plan-tree.ts";
import { progressLine } from "../../messages/terminal/progress.ts";
import type { Forecast } from "../gate/forecast.ts";
import { createHeartbeat } from "../heartbeat.ts";
import type { Model } from "./model.ts";
import type { RunOptions } from "./options.ts";
import type { report } from "./report.ts";
import type { Delivered } from "./result.ts";
import type { Site } from "./site.ts";
import type { Source } from "./source.ts";
import type { Happened } from "./watch.ts";

export interface Opening {
  source: Source;
  site: Site;
  forecast: Forecast;
  model: Model;
  /** Path of the user's data folder; null for a temporary one. */
  dataDir: string | null;
  imported: string;
}

export interface RunEnding {
  state: FeatureState;
  result: Delivered | null;
  document: ReturnType<typeof report>;
  source: Source;
  imported: string;
  options: RunOptions;
}

export interface Printer {
  opening(opening: Opening): void;
  /** Says which required checks of the base have not ended, and what waits for them. */
  baseWaiting(branch: string, names: readonly string[], wait: BaseWait): void;
  /** Says that the required checks pass on the base, and which of them are no longer required. */
  baseGood(branch: string, outcome: Parameters<typeof baseGoodLines>[1]): void;
  /** Prints an event. `past`: it happened in an earlier run on the data folder. */
  happened(happened: Happened, past: boolean): void;
  /** Says what goes on, which is printed when nothing else was for some seconds. null: nothing does. */
  busy(what: string | (() => string | null) | null): void;
  /** Prints something that happened beside the feature, such as an overloaded model. */
  note(text: string): void;
  ending(ending: RunEnding): void;
  /** Asks the owner, who sits at the terminal, to approve what waits for it. */
  asking(state: FeatureState): void;
  /** Says that the sandbox stays up. `again`: it already did in an earlier run. */
  keeping(site: Site, dataDir: string, again: boolean): void;
  status(state: FeatureState | null): void;
  commands(reason: string | null): void;
  stopping(): void;
  interrupted(dataDir: string | null): void;
}

export function createPrinter(output: NodeJS.WriteStream): Printer {
  const dim = (text: string) => styleText("dim", text, { stream: output });
  const heartbeat = createHeartbeat(output, dim, Date.now);
  const print = (line: string) => {
    heartbeat.printed();
    output.write(`${line}\n`);
  };
  /** True while events of an earlier run on the data folder are printed. */
  let replaying = false;
  const bold = (text: string) => styleText("bold", text, { stream: output });
  return {
    opening({ source, site, forecast, model, dataDir, imported }) {
      const where = source.standing === "detached" ? "detached HEAD" : `branch ${source.branch}`;
      print(bold(`Headgate on ${source.title}, ${where} (${imported.slice(0, 7)})`));
      print(`  model    ${model.description}`);
      for (const line of gateLines(forecast)) print(`  ${line}`);
      if (source.leftOut > 0) {
        const files = source.leftOut === 1 ? "1 changed file is" : `${source.leftOut} changed files are`;
        print(`  commits  ${files} left out: only what is committed is imported`);
      }
      print(dim(`  sandbox  ${site.sandbox.url}${dataDir === null ? "" : `  data ${dataDir}`}`));
      print("");
    },
    baseWaiting: (branch, names, wait) => void print(dim(baseWaitingText(branch, names, wait))),
    baseGood(branch, outcome) {
      for (const line of baseGoodLines(branch, outcome)) print(dim(line));
    },
    happened(happened, past) {
      const { state, before } = happened;
      const tree = before?.plan == null && state.plan !== null ? planTree(state) : [];
      const lines = progressLine({ ...happened, startedAt: state.startedAt });
      if (past !== replaying && lines.length + tree.length > 0) {
        print(dim(past ? "Earlier on this data folder:" : "Now:"));
        replaying = past;
      }
      for (const line of tree) print(past ? dim(line) : line);
      for (const line of lines) print(past ? dim(line) : colour(line, output));
    },
    busy: (what) => heartbeat.during(what),
    note: (text) => print(dim(`… ${text}`)),
    ending(ending) {
      const { state, result, document, source, imported } = ending;
      print("");
      if (state.tasks.length > 0) for (const line of [...finalTable(state), ""]) print(line);
      const { seconds, criticalPathSeconds } = document.makespan;
      const ratio = criticalPathSeconds > 0 ? ` (${(seconds / criticalPathSeconds).toFixed(2)} ×)` : "";
      print(`Took ${seconds.toFixed(1)} s against a critical path of ${criticalPathSeconds.toFixed(1)} s${ratio}.`);
      print(costLine(document));
      if (result !== null) for (const line of whereToLook(result, source, imported)) print(line);
      if (activityOf(state) !== "waits-for-person") return;
      for (const line of waitsFor(state)) print(bold(line));
      if (!ending.options.keep) print(howToContinue(ending.options));
    },
    asking(state) {
      print("");
      for (const line of waitsFor(state)) print(bold(line));
      print("Type the command here. Ctrl-D ends the run without it.");
    },
    keeping(site, dataDir, again) {
      if (again) return void print(dim("The sandbox is still up; Ctrl-C ends it."));
      const { repository, issue, ownerToken, sandbox } = site;
      const name = `${repository.owner}/${repository.name}`;
      print("");
      print(bold("The sandbox stays up until Ctrl-C. Type a command such as /headgate status here, or look:"));
      print(`  page      ${sandbox.url}`);
      print(`  clone     git clone http://you:${ownerToken}@${sandbox.url.replace("http://", "")}/${name}.git`);
      print(`  comments  curl -H "Authorization: Bearer ${ownerToken}" \\`);
      print(`              ${sandbox.apiUrl}/repos/${name}/issues/${issue}/comments`);
      print(dim(`  data      ${dataDir}`));
    },
    status(state) {
      if (state === null) return void print("Nothing has happened yet.");
      print(`${explainFeature(state).reason}.`);
      for (const line of finalTable(state)) print(line);
    },
    commands(reason) {
      if (reason !== null) print(reason);
      for (const line of commandLines()) print(line);
    },
    stopping() {
      print(dim("Stopping… (Ctrl-C again leaves at once, and leaves what is running)"));
    },
    interrupted(dataDir) {
      print(
        dataDir === null ? "Interrupted." : `Interrupted. Run again with --data-dir ${quoted(dataDir)} to continue.`,
      );
    },
  };
}

function costLine(document: ReturnType<typeof report>): string {
  const usages = [document.planner.usage, ...document.tasks.map((task) => task.usage)].filter(
    (usage) => usage !== null,
  );
  const { reads, writes } = document.apiCalls;
  const calls = `GitHub calls: ${reads} reads, ${writes} writes.`;
  if (usages.length === 0)
    return `${document.model.kind === "none" ? "What the agent's command cost is not known" : "No model was used"}. ${calls}`;
  const usd = usages.reduce((sum, usage) => sum + (usage.usd ?? 0), 0);
  const tokens = usages.reduce((sum, usage) => sum + tokensOf(usage), 0);
  const scripted =
    document.model.kind === "scripted" ? " by list price, but the model was scripted and nothing was paid" : "";
  if (usd === 0 && tokens > 0) return `Cost: unknown for ${tokens} tokens, since nobody reported a price. ${calls}`;
  const unpriced = usages.reduce(
    (sum, usage) => sum + (usage.usd === null ? (usage.unpricedTokens ?? tokensOf(usage)) : 0),
    0,
  );
  if (unpriced > 0) return `Cost: unknown, since nobody reported a price for ${unpriced} of ${tokens} tokens. ${calls}`;
  return `Cost: $${usd.toFixed(2)} for ${tokens} tokens${scripted}. ${calls}`;
}

function whereToLook(result: Delivered, source: Source, imported: string): string[] {
  if ("folder" in result) {
    const folder = quoted(result.folder);
    return [`The result is in ${result.folder}:`, `  git -C ${folder} log --oneline ${imported.slice(0, 7)}..`];
  }
  const git = `  git -C ${quoted(source.folder ?? ".")}`;
  const before = source.standing === "detached" ? imported.slice(0, 7) : quoted(source.branch);
  const { branch } = result;
  // A branch that is not checked out can be updated without a worktree.
  const take =
    source.standing === "branch" ? `${git} fetch . ${branch}:${quoted(source.branch)}` : `${git} merge ${branch}`;
  return [
    `The result is the branch ${branch}:`,
    `${git} log --oneline ${before}..${branch}`,
    `${git} diff ${before}...${branch}`,
    take,
  ];
}

/** Returns one line for each action that the user must take. */
function waitsFor(state: FeatureState): string[] {
  const needy = state.hold === null && state.parked === null ? tasksForPerson(state) : [];
  if (needy.length < 2) {
    const { reason, next } = explainFeature(state);
    return [`Waits for you: ${reason}`, `Next: ${next}`];
  }
  return [
    `Waits for you: ${needy.length} tasks need a person.`,
    ...needy.map((task) => {
      const { reason, next } = explainTask(state, task);
      return `  ${task.plan.id}: ${reason}; ${next}`;
    }),
  ];
}

function howToContinue({ dataDir }: RunOptions): string {
  return dataDir === null
    ? "Run with --keep to type commands, and with --data-dir to stop and continue later."
    : "Run this again with --keep to type commands.";
}

/** Quotes a text for a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function colour(line: string, output: NodeJS.WriteStream): string {
  if (/^\S+ ✗/.test(line)) return styleText("red", line, { stream: output });
  if (/^\S+ !/.test(line)) return styleText("yellow", line, { stream: output });
  if (/^\S+ [✓●]/.test(line)) return styleText("green", line, { stream: output });
  return line;
}
