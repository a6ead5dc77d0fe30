/** Does actions/setup-python and actions/setup-go: links this machine's tools under the names that workflows use. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { refuseInputs, textInput } from "../inputs.ts";
import { isInRange } from "./version-range.ts";

interface Tool {
  action: string;
  /** Its name in inputs and outputs, such as `python`. */
  name: string;
  /** The programs to look for, best first. */
  programs: string[];
  versionArgs: string[];
}

const run = promisify(execFile);

async function versionOf(call: ActionCall, program: string, { versionArgs }: Tool): Promise<string | null> {
  try {
    const { stdout } = await run(program, versionArgs, {
      env: call.job.processEnv(call.frame),
      cwd: call.job.folders.home,
    });
    return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

function setup(tool: Tool): BuiltInAction {
  return async (call) => {
    const { job, inputs, outputs, log } = call;
    refuseInputs(inputs, tool.action, ["architecture", `${tool.name}-version-file`]);
    const asked = textInput(inputs, `${tool.name}-version`);
    for (const program of tool.programs) {
      const version = await versionOf(call, program, tool);
      if (version === null) continue;
      // setup-go calls the newest version stable.
      if (!/^(|stable)$/.test(asked) && !isInRange(asked, version)) {
        throw new StepError(`The version '${asked}' of ${tool.name} is not here: this machine has ${version}.`);
      }
      const bin = join(job.folders.tools, tool.name);
      mkdirSync(bin, { recursive: true });
      rmSync(join(bin, tool.name), { force: true });
      const { stdout } = await run("sh", ["-c", `command -v ${program}`], { env: job.processEnv(call.frame) });
      symlinkSync(stdout.trim(), join(bin, tool.name));
      job.paths.unshift(bin);
      outputs[`${tool.name}-version`] = version;
      outputs["cache-hit"] = "";
      log.line(`${tool.name}: ${version}`);
      return undefined;
    }
    throw new StepError(`This machine has no ${tool.name}, which ${tool.action} would set up.`);
  };
}

export const setupPython = setup({
  action: "actions/setup-python",
  name: "python",
  programs: ["python3", "python"],
  versionArgs: ["--version"],
});

export const setupGo = setup({ action: "actions/setup-go", name: "go", programs: ["go"], versionArgs: ["version"] });
