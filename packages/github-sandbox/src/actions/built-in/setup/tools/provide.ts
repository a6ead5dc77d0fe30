/**
 * Does the setup actions of the table: puts the version of a tool that a job asks for on its PATH. It comes from this machine, from a
 * version manager, or from the npm registry. A version that cannot be had ends the job as not run here.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { NotHere } from "../../../execute/lack.ts";
import type { ActionCall, BuiltInAction } from "../../../execute/steps/call.ts";
import { refuseInputs } from "../../inputs.ts";
import { installedVersions, installVersion, touch } from "../npm-packages.ts";
import { keepPackages } from "../package-cache.ts";
import { byVersion, isInRange } from "../version-range.ts";
import { versionsIn } from "../versions.ts";
import type { Tool } from "./table.ts";

const run = promisify(execFile);
const limitMs = 60_000;

interface Found {
  version: string;
  program: string;
  /** True where the job's PATH has it already. */
  onPath: boolean;
}

/** `action`: its name. `ref`: stands behind the `@` of the step's `uses`. */
export function provide(action: string, ref: string, tool: Tool, cache: BuiltInAction): BuiltInAction {
  return async (call) => {
    const { job, outputs, log } = call;
    refuseInputs(call.inputs, action, tool.refused);
    const found = await choose(call, tool, tool.asked(call, ref));
    if (!found.onPath) job.paths.unshift(dirname(found.program));
    if (!(tool.name === "python" && (await makeEnvironment(call, found)))) link(call, tool, found);
    Object.assign(job.env, tool.variables(call));
    outputs[`${tool.name}-version`] = found.version;
    outputs["cache-hit"] = "";
    log.line(`${tool.name}: ${found.version}`);
    const manager = tool.cached(call);
    return manager === null ? undefined : keepPackages(call, manager, cache);
  };
}

async function choose(call: ActionCall, tool: Tool, asked: string): Promise<Found> {
  const { nodePath, toolsDir, anyVersion } = call.job.request.options;
  const { name, newest, npm } = tool;
  const here = await versionsOnPath(call, tool);
  const [own] = here;
  const fits = ({ version }: Found) => newest.test(asked) || isInRange(asked, version);
  const found = [...here, ...managedVersions(tool)].find(fits);
  if (found !== undefined) return found;
  if (own !== undefined && anyVersion) {
    call.log.warning(`The workflow asks for ${name} ${asked}. This run uses ${own.version} instead.`);
    return own;
  }
  const lack = { kind: "version", tool: name, asked, present: own?.version ?? null } as const;
  const range = newest.test(asked) ? "latest" : asked;
  if (npm === null || !/^[\w\s.*^~<>=|-]+$/.test(range)) throw new NotHere({ ...lack, why: null });
  const installed = ({ version, bin }: { version: string; bin: string }): Found => {
    return { version, program: join(bin, name), onPath: false };
  };
  const before = installedVersions(toolsDir, npm)
    .sort(newestFirst)
    .find((one) => fits(installed(one)));
  if (before !== undefined) {
    touch(npm, before);
    return installed(before);
  }
  call.log.line(`Installing ${name} ${range} from the npm registry`);
  const fresh = await installVersion(toolsDir, npm, range, nodePath);
  if ("why" in fresh) throw new NotHere({ ...lack, why: fresh.why });
  return installed(fresh);
}

function newestFirst(left: { version: string }, right: { version: string }): number {
  return byVersion(right.version, left.version);
}

async function versionsOnPath({ job, frame }: ActionCall, { programs, versionArgs }: Tool): Promise<Found[]> {
  const env = job.processEnv(frame);
  const folders = (env.PATH ?? "").split(delimiter);
  const found: Found[] = [];
  for (const name of programs) {
    const program = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (program === undefined) continue;
    const options = { env, cwd: job.folders.home, timeout: limitMs };
    // A shim of a version manager without a version fails.
    const said = await run(program, [...versionArgs], options).catch(() => null);
    const version = /\d+(?:\.\d+)+/.exec(said?.stdout ?? "")?.[0];
    if (version !== undefined) found.push({ version, program, onPath: true });
  }
  return found;
}

function managedVersions({ managers, programs }: Tool): Found[] {
  const [program = ""] = programs;
  const found = managers(process.env)
    .flatMap((place) => versionsIn({ ...place, program }))
    .sort(newestFirst);
  return found.map(({ version, bin }) => ({ version, program: join(bin, program), onPath: false }));
}

/** Gives the job packages of its own, as GitHub's machines do. Otherwise `pip install` would change this machine's. */
async function makeEnvironment({ job, frame, signal }: ActionCall, { program }: Found): Promise<boolean> {
  const folder = join(job.folders.tools, "python");
  const options = { env: job.processEnv(frame), cwd: job.folders.home, timeout: limitMs, signal };
  await run(program, ["-m", "venv", "--clear", folder], options).catch(() => null);
  const bin = join(folder, "bin");
  // A Python without its module `venv` makes none, or one without pip.
  if (!existsSync(join(bin, "pip"))) return false;
  job.paths.unshift(bin);
  job.env.VIRTUAL_ENV = folder;
  return true;
}

/** Puts the program on the PATH under its other names. */
function link({ job }: ActionCall, { name, aliases }: Tool, { program }: Found): void {
  if (aliases.length === 0) return;
  const bin = join(job.folders.tools, `${name}-names`);
  mkdirSync(bin, { recursive: true });
  for (const alias of aliases) {
    rmSync(join(bin, alias), { force: true });
    symlinkSync(program, join(bin, alias));
  }
  job.paths.unshift(bin);
}
