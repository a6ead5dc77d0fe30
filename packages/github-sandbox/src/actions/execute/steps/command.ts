/** Runs a step's process and applies what it wrote to its command files. */
import { type CommandFiles, newCommandFiles } from "../machine/command-files.ts";
import { commandReader } from "../machine/commands.ts";
import { StepError } from "../step-error.ts";
import type { StepCall } from "./call.ts";

interface Command {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

function applyFiles({ job, outputs }: StepCall, files: CommandFiles): Record<string, string> {
  const outcome = files.read();
  Object.assign(outputs, outcome.outputs);
  Object.assign(job.env, outcome.env);
  for (const path of outcome.paths) job.paths.unshift(path);
  return outcome.state;
}

/** Returns the state that the process saved for its post step. Throws StepError for an exit code other than 0. */
export async function runCommand(
  call: StepCall,
  { command, args, cwd, env }: Command,
): Promise<Record<string, string>> {
  const { job, frame, log, signal } = call;
  const files = newCommandFiles(job.folders.temp);
  const exitCode = await job.processes.run({
    command,
    args,
    cwd,
    env: { ...job.processEnv(frame, { ...call.env, ...env }), ...files.env },
    signal,
    onLine: commandReader(log, job.masks, (message) => job.debug(message)),
  });
  const state = applyFiles(call, files);
  if (exitCode !== 0) throw new StepError(`Process completed with exit code ${exitCode}.`);
  return state;
}
