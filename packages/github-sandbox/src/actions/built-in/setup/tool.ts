/** Does actions/setup-python and actions/setup-go: links this machine's tools under the names that workflows use. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { NotHere } from "../../execute/lack.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { booleanInput, refuseInputs, textInput } from "../inputs.ts";
import { askedCache, keepPackages } from "./package-cache.ts";
import { versionInFile } from "./version-files.ts";
import { isInRange } from "./version-range.ts";

interface Tool {
  action: string;
  /** Its name in inputs and outputs, such as `python`. */
  name: "python" | "go";
  /** The programs to look for, best first. */
  programs: string[];
  versionArgs: string[];
  /** Returns the package manager whose downloads are kept; null: none. */
  cached(call: ActionCall): string | null;
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

function askedFor({ job, inputs }: ActionCall, { name }: Tool): string {
  const given = textInput(inputs, `${name}-version`);
  const file = textInput(inputs, `${name}-version-file`);
  return given !== "" || file === "" ? given : versionInFile(job.folders.workspace, file, name);
}

function setup(tool: Tool, cache: BuiltInAction): BuiltInAction {
  return async (call) => {
    const { job, inputs, outputs, log } = call;
    refuseInputs(inputs, tool.action, ["architecture"]);
    const asked = askedFor(call, tool);
    let present: string | null = null;
    for (const program of tool.programs) {
      const version = await versionOf(call, program, tool);
      if (version === null) continue;
      present ??= version;
      // setup-go calls the newest version stable.
      if (!/^(|stable)$/.test(asked) && !isInRange(asked, version)) {
        if (!job.request.options.anyVersion) continue;
        log.warning(`The workflow asks for ${tool.name} ${asked}. This run uses ${version} instead.`);
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
      const manager = tool.cached(call);
      return manager === null ? undefined : keepPackages(call, manager, cache);
    }
    throw new NotHere({ kind: "version", tool: tool.name, asked, present, why: null });
  };
}

const python: Tool = {
  action: "actions/setup-python",
  name: "python",
  programs: ["python3", "python"],
  versionArgs: ["--version"],
  cached: askedCache,
};

const go: Tool = {
  action: "actions/setup-go",
  name: "go",
  programs: ["go"],
  versionArgs: ["version"],
  // Keeps them by default, as the action does.
  cached: ({ inputs }) => (booleanInput(inputs, "cache", true) ? "go" : null),
};

export function setupPython(cache: BuiltInAction): BuiltInAction {
  return setup(python, cache);
}

export function setupGo(cache: BuiltInAction): BuiltInAction {
  return setup(go, cache);
}
