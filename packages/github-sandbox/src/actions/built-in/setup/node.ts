/**
 * Does actions/setup-node: puts the Node.js that a job asks for on its PATH. It comes from this machine, from a version manager, or
 * from the npm registry. A version that cannot be had ends the job as not run here.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { NotHere } from "../../execute/lack.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { refuseInputs, textInput } from "../inputs.ts";
import { isNewest, rangeOf, satisfies } from "./node-versions/asked.ts";
import { nodesOnMachine } from "./node-versions/on-machine.ts";
import { nodePackage } from "./node-versions/package.ts";
import { installedVersions, installVersion, touch } from "./npm-packages.ts";
import { askedCache, keepPackages } from "./package-cache.ts";
import { versionInFile } from "./version-files.ts";
import { byVersion } from "./version-range.ts";
import type { Version } from "./versions.ts";

function askedFor({ job, inputs }: ActionCall): string {
  const given = textInput(inputs, "node-version");
  const file = textInput(inputs, "node-version-file");
  return given !== "" || file === "" ? given : versionInFile(job.folders.workspace, file, "node");
}

async function chooseNode({ job, log }: ActionCall, asked: string): Promise<Version> {
  const { nodePath, toolsDir, anyVersion } = job.request.options;
  const here = nodesOnMachine(nodePath);
  const [own] = here;
  if (own === undefined) throw new NotHere({ kind: "version", tool: "node", asked, present: null, why: null });
  if (isNewest(asked) || satisfies(asked, own.version, own.version)) return own;
  if (anyVersion) {
    log.warning(`The workflow asks for node ${asked}. This run uses ${own.version} instead.`);
    return own;
  }
  const installed = installedVersions(toolsDir, nodePackage);
  const found = [...here, ...installed]
    .filter(({ version }) => satisfies(asked, version, own.version))
    .sort((left, right) => byVersion(right.version, left.version))[0];
  if (found !== undefined) {
    if (installed.includes(found)) touch(nodePackage, found);
    return found;
  }
  const range = rangeOf(asked, own.version);
  const lack = { kind: "version", tool: "node", asked, present: own.version } as const;
  if (range === null) throw new NotHere({ ...lack, why: null });
  log.line(`Installing node ${asked} from the npm registry`);
  const fresh = await installVersion(toolsDir, nodePackage, range, nodePath);
  if ("why" in fresh) throw new NotHere({ ...lack, why: fresh.why });
  return fresh;
}

export function setupNode(cache: BuiltInAction): BuiltInAction {
  return async (call) => {
    await provideNode(call);
    const manager = askedCache(call);
    return manager === null ? undefined : keepPackages(call, manager, cache);
  };
}

async function provideNode(call: ActionCall): Promise<void> {
  const { job, inputs, outputs, log } = call;
  refuseInputs(inputs, "actions/setup-node", ["architecture", "mirror"]);
  const { version, bin } = await chooseNode(call, askedFor(call));
  job.paths.unshift(bin);
  outputs["node-version"] = `v${version}`;
  outputs["cache-hit"] = "false";

  const registry = textInput(inputs, "registry-url");
  if (registry !== "") {
    const settings = join(job.folders.temp, ".npmrc");
    const { host, pathname } = new URL(registry);
    const path = pathname.replace(/\/$/, "");
    appendFileSync(settings, `//${host}${path}/:_authToken=\${NODE_AUTH_TOKEN}\nregistry=${registry}\n`);
    job.env.NPM_CONFIG_USERCONFIG = settings;
  }
  log.line(`node: v${version}`);
}
