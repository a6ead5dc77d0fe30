/** The engine `command`: runs any shell command. Its exit code decides the outcome. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { ReportedUsage } from "../core/attempt.ts";
import { type Engine, tail, type Work } from "./engine.ts";

const MAX_TAIL = 64 * 1024;
const MAX_REST = 3_500;
const MAX_RESULT_BYTES = 256 * 1024;
/**
 * How long to wait, in milliseconds, for output that is still in the pipe. A process that left the group could hold the
 * pipe open for ever.
 */
const DRAIN_MS = 1_000;

/**
 * Runs the command in a process group of its own. If this job is killed, nothing else would end that group. So one
 * member waits for the pipe on descriptor 3, which closes with this process, and then kills the group.
 */
const SHELL = '( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 & exec 3<&-; exec bash -c "$1"';

/** The contents of HEADGATE_RESULT_FILE, which a command may write. */
const CommandResult = z.object({
  summary: z.string().max(20_000).optional(),
  notes: z.array(z.string().max(20_000)).max(50).optional(),
  usage: ReportedUsage.optional(),
});
type CommandResult = z.infer<typeof CommandResult>;

export function commandEngine(command: string): Engine {
  return async (work) => {
    const briefFile = join(work.scratch, "brief.json");
    const resultFile = join(work.scratch, "command-result.json");
    await writeFile(briefFile, JSON.stringify(work.brief, null, 2));
    const environment = {
      ...work.environment,
      HEADGATE_TASK_ID: work.brief.task,
      HEADGATE_ATTEMPT_KIND: work.brief.kind,
      HEADGATE_BRIEF_FILE: briefFile,
      HEADGATE_RESULT_FILE: resultFile,
    };
    const end = await runShell(command, environment, work);
    const said = await readCommandResult(resultFile, work);
    const report = { notes: said.notes ?? [], model: null, usage: said.usage ?? null };
    if (end.stopped) {
      const late = `time ran out after ${work.brief.limits.minutes} min`;
      return { ...report, outcome: "timed-out", summary: endedAs(late, end.output) };
    }
    if (end.exit !== "exit code 0") return { ...report, outcome: "failed", summary: endedAs(end.exit, end.output) };
    return { ...report, outcome: "completed", summary: said.summary ?? "" };
  };
}

/** Returns a line to quote, ending with the last output line, and then as much of the output's end as fits. */
function endedAs(how: string, output: string): string {
  const last = stripVTControlCharacters(output).trim().split("\n").at(-1)?.trim().slice(0, 200) ?? "";
  const line = last === "" ? how : `${how}: ${last}`;
  const rest = output.trim();
  return rest === last ? line : `${line}\n${tail(rest, MAX_REST)}`;
}

interface ShellEnd {
  exit: string;
  stopped: boolean;
  /** The end of the output. */
  output: string;
}

async function runShell(command: string, environment: Record<string, string>, work: Work): Promise<ShellEnd> {
  const child = spawn("bash", ["-c", SHELL, "headgate", command], {
    cwd: work.workspace,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  const take = (chunk: string): void => {
    output = (output + chunk).slice(-MAX_TAIL);
    work.log.agent(chunk);
  };
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = () => killGroup(child);
  work.stop.addEventListener("abort", kill, { once: true });
  if (work.stop.aborted) kill();
  try {
    const exit = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code === null ? `killed by ${signal}` : `exit code ${code}`));
    });
    // A process left running would change the worktree while Headgate reads it.
    kill();
    await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]);
    return { exit, stopped: work.stop.aborted, output };
  } finally {
    work.stop.removeEventListener("abort", kill);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The whole group has ended already.
  }
}

async function readCommandResult(path: string, work: Work): Promise<CommandResult> {
  const size = await stat(path).then(
    (file) => (file.isFile() ? file.size : Number.POSITIVE_INFINITY),
    () => null,
  );
  if (size === null) return {};
  if (size > MAX_RESULT_BYTES) {
    work.log.line(`HEADGATE_RESULT_FILE is ignored: it is no file of at most ${MAX_RESULT_BYTES} bytes`);
    return {};
  }
  try {
    return CommandResult.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    work.log.line(`HEADGATE_RESULT_FILE is ignored: ${why}`);
    return {};
  }
}
