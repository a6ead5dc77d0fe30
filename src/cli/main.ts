/** The command line: `headgate run | plan | demo | explain | serve | sandbox`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "./bad-input.ts";
import type { Given } from "./command-line.ts";
import { help, overview, readFlags } from "./command-line.ts";
import * as commands from "./commands.ts";
import { EXIT } from "./exit.ts";
import { explain } from "./explain/index.ts";
import { freeFolder } from "./folders.ts";
import { plan } from "./plan/index.ts";
import { prepareDemo } from "./run/demo.ts";
import { run } from "./run/index.ts";
import { chooseModel } from "./run/model.ts";
import { type RunOptions, readOptions, STANDARD_OUTPUT } from "./run/options.ts";
import { createPrinter, type Printer } from "./run/printer.ts";
import { findSource } from "./run/source.ts";
import { serveSandbox } from "./sandbox.ts";
import { serve } from "./serve.ts";
import { exitWith, onInterruption } from "./signals.ts";

const all = [
  commands.runCommand,
  commands.planCommand,
  commands.demo,
  commands.explainCommand,
  commands.serveCommand,
  commands.sandbox,
];

/** Runs the subcommand. Resolves with the exit code. */
async function start(parameters: readonly string[]): Promise<number> {
  const [name, ...rest] = parameters;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview(all));
    return EXIT.completed;
  }
  if (name === "--version" || name === "-v") {
    console.log(version());
    return EXIT.completed;
  }
  const command = all.find((one) => one.name === name);
  if (command === undefined) throw new BadInput(`there is no command '${name}'; see headgate --help`);
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(help(command));
    return EXIT.completed;
  }
  const given = readFlags(command, rest);
  switch (command) {
    case commands.runCommand:
      return runFeature(given);
    case commands.planCommand:
      return planFeature(given);
    case commands.demo:
      return runDemo(given);
    case commands.explainCommand:
      return explain(given, process.env, (text) => console.log(text));
    case commands.serveCommand:
      return serve(process.env);
    default:
      return serveSandbox(given);
  }
}

async function runFeature(given: Given): Promise<number> {
  const options = readOptions(given);
  // A path that is no repository is named before a key that is missing.
  await findSource(options.repo, options.base);
  const model = await chooseModel(options, null, process.env);
  return run(options, model, printerFor(options));
}

/** Leaves standard output to a report that goes there. */
function printerFor({ json }: RunOptions): Printer {
  return createPrinter(json === STANDARD_OUTPUT ? process.stderr : process.stdout);
}

async function planFeature({ json, ...given }: Given): Promise<number> {
  const options = { ...readOptions(given), asJson: json !== undefined };
  return plan(options, process.env, (line) => console.log(line));
}

async function runDemo(given: Given): Promise<number> {
  // Handles signals before the first file is created, so that an interrupted run leaves nothing behind.
  const interruption = onInterruption();
  const demo = await prepareDemo();
  try {
    const out = given.out ?? freeFolder("headgate-demo");
    const options = readOptions({ ...given, repo: demo.repo, issue: demo.issue, out });
    const model = await chooseModel(options, demo.script, process.env);
    try {
      return await run(options, model, printerFor(options), interruption);
    } finally {
      await model.close();
    }
  } finally {
    await demo.remove();
  }
}

function version(): string {
  const path = join(import.meta.dirname, "..", "..", "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Returns the error's message, or its stack trace when DEBUG is set and the error is not a BadInput. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BadInput || process.env.DEBUG === undefined) return error.message;
  return error.stack ?? error.message;
}

try {
  exitWith(await start(process.argv.slice(2)));
} catch (error) {
  console.error(describe(error));
  exitWith(EXIT.error);
}
