/** Runs a `run` step: writes its script and starts the shell. */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { evaluateText } from "../../parse/expressions.ts";
import type { RunStep } from "../../parse/model.ts";
import { NotHere } from "../lack.ts";
import { StepError } from "../step-error.ts";
import type { StepCall } from "./call.ts";
import { runCommand } from "./command.ts";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const shells: Record<string, string> = {
  "": "bash -e {0}",
  bash: "bash --noprofile --norc -eo pipefail {0}",
  sh: "sh -e {0}",
  python: "python {0}",
  node: "node {0}",
};

let scripts = 0;

function commandLine(shell: string, script: string): { command: string; args: string[] } {
  const template = shells[shell] ?? shell;
  if (!template.includes("{0}")) throw new NotHere({ kind: "shell", shell });
  const [command = "", ...args] = template.split(/\s+/).map((part) => part.replace("{0}", script));
  return { command, args };
}

export async function runScript(spec: RunStep, call: StepCall): Promise<void> {
  const { job, frame, log } = call;
  const scope = job.scope(frame, call.env);
  // The defaults of a workflow do not reach the steps of a composite action.
  const defaults = frame.depth === 0 ? [job.request.spec.defaults, job.request.workflow.defaults] : [];
  const text = (own: "shell" | "workingDirectory") =>
    evaluateText(spec[own] ?? defaults.find((each) => each[own] !== undefined)?.[own], scope);

  const source = evaluateText(spec.run, scope);
  const shell = text("shell");
  const cwd = resolve(job.folders.workspace, text("workingDirectory"));
  if (!existsSync(cwd)) throw new StepError(`The working directory '${cwd}' does not exist.`);
  scripts += 1;
  const script = join(job.folders.temp, `script_${scripts}${shell === "python" ? ".py" : ".sh"}`);
  writeFileSync(script, source.endsWith("\n") ? source : `${source}\n`);
  const { command, args } = commandLine(shell, script);

  log.line(`##[group]Run ${source.trim().split("\n")[0] ?? ""}`);
  log.line(source.trimEnd());
  log.line(`shell: ${shells[shell] ?? shell}`);
  log.line("##[endgroup]");
  await runCommand(call, { command, args, cwd, env: { GITHUB_ACTION: spec.id ?? "__run" } });
}
