/** The command line: `headgate run | demo | serve | sandbox`. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cac } from "cac";
import { prepareDemo } from "./run/demo.ts";
import { EXIT, run } from "./run/index.ts";
import { chooseModel } from "./run/model.ts";
import type { RunOptions } from "./run/options.ts";
import { BadInput, readOptions } from "./run/options.ts";
import { createPrinter } from "./run/printer.ts";
import { serveSandbox } from "./sandbox.ts";
import { serve } from "./serve.ts";

const cli = cac("headgate");

type Flags = Record<string, unknown>;

function runFlags(command: ReturnType<typeof cli.command>): typeof command {
  return command
    .option("--max-parallel <n>", "attempts that may run at the same time", { default: 4 })
    .option("--data-dir <dir>", "keep everything here; run again on it to go on where it stopped")
    .option("--out <folder>", "clone the result into this new folder")
    .option("--json <file>", "write a report")
    .option("--keep", "leave the sandbox up at the end")
    .option("--port <n>", "the sandbox's port (default: any free one)");
}

runFlags(
  cli
    .command("run", "carry a feature out on a repository, on this machine")
    .option("--repo <repo>", "path or git URL of the repository; its committed HEAD is imported")
    .option("--base <branch>", "the branch to land on (default: the current one)")
    .option("--issue <file.md>", "the feature: a title and a description")
    .option("--plan <plan.json>", "a plan; without it the model plans")
    .option("--engine <engine>", "builtin or command")
    .option("--agent-command <shell>", "the agent of the engine `command`: runs in each task's checkout")
    .option("--checks <shell>", "a required check of its own, for repositories whose workflows run none"),
).action((flags: Flags) => end(runFeature(flags)));

runFlags(cli.command("demo", "run the bundled sample")).action((flags: Flags) => end(runDemo(flags)));

cli.command("serve", "the GitHub App; configured by its environment").action(() => end(serve(process.env)));

cli
  .command("sandbox", "a GitHub for this machine, alone")
  .option("--port <n>", "port to listen on (default: any free one)")
  .option("--data-dir <dir>", "keep its state here (default: .headgate/sandbox)")
  .option("--slots <n>", "jobs at the same time", { default: 8 })
  .option("--app-port <n>", "where `headgate serve` will listen: webhooks go there", { default: 3000 })
  .action((flags: Flags) => end(serveSandbox(flags)));

cli.help();

async function runFeature(flags: Flags): Promise<number> {
  const options = readOptions(flags);
  const model = await chooseModel(options, null, process.env);
  return run(options, model, createPrinter(process.stdout));
}

async function runDemo(flags: Flags): Promise<number> {
  const demo = await prepareDemo();
  try {
    const folder = typeof flags.out === "string" ? flags.out : freeFolder("headgate-demo");
    const options: RunOptions = readOptions({ ...flags, repo: demo.repo, issue: demo.issue, out: folder });
    const model = await chooseModel(options, demo.script, process.env);
    try {
      return await run(options, model, createPrinter(process.stdout));
    } finally {
      await model.close();
    }
  } finally {
    await demo.remove();
  }
}

/** The result is left where the user stands, beside results of earlier demos. */
function freeFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = resolve(join(".headgate", number === 1 ? name : `${name}-${number}`));
    if (!existsSync(folder)) return folder;
  }
}

function end(running: Promise<number>): void {
  running.then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof BadInput ? error.message : describe(error));
      process.exit(EXIT.error);
    },
  );
}

/** One line for what a person can mend; the whole trace only for what is our fault. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known =
    error.name !== "Error" &&
    error.name.endsWith("Error") &&
    !["TypeError", "RangeError", "ReferenceError"].includes(error.name);
  return known || process.env.DEBUG === undefined ? error.message : (error.stack ?? error.message);
}

try {
  const parsed = cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && !parsed.options.help) {
    const given = parsed.args[0];
    if (given !== undefined) throw new BadInput(`there is no command '${given}'; see headgate --help`);
    cli.outputHelp();
  } else {
    cli.runMatchedCommand();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = EXIT.error;
}
