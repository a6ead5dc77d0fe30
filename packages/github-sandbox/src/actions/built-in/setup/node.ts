/** Does actions/setup-node: puts the one Node.js of this runner on PATH. */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall } from "../../execute/steps/call.ts";
import { refuseInputs, textInput } from "../inputs.ts";
import { isInRange } from "./version-range.ts";

const versions = new Map<string, string>();

/** Returns the version without `v`, such as `24.21.0`. */
function versionOf(nodePath: string): string {
  const known = nodePath === process.execPath ? process.versions.node : versions.get(nodePath);
  if (known !== undefined) return known;
  const version = execFileSync(nodePath, ["--version"], { encoding: "utf8" }).trim().replace(/^v/, "");
  versions.set(nodePath, version);
  return version;
}

function askedFor({ job, inputs }: ActionCall): string {
  const given = textInput(inputs, "node-version");
  const file = textInput(inputs, "node-version-file");
  if (given !== "" || file === "") return given;
  const path = resolve(job.folders.workspace, file);
  if (!existsSync(path)) throw new StepError(`The specified node version file at: ${path} does not exist`);
  const text = readFileSync(path, "utf8").trim();
  if (!file.endsWith("package.json")) return text;
  const { engines, volta } = JSON.parse(text) as { engines?: { node?: string }; volta?: { node?: string } };
  return volta?.node ?? engines?.node ?? "";
}

/** https://github.com/nodejs/release#release-schedule */
const longTerm = [
  "argon",
  "boron",
  "carbon",
  "dubnium",
  "erbium",
  "fermium",
  "gallium",
  "hydrogen",
  "iron",
  "jod",
  "krypton",
];

/** Treats the version of this machine as the latest one and as the current LTS. */
function isSatisfied(asked: string, version: string): boolean {
  if (/^(|latest|node|current|lts\/\*)$/.test(asked)) return true;
  const codename = /^lts\/(\w+)$/.exec(asked)?.[1]?.toLowerCase();
  if (codename !== undefined) return longTerm[(Number.parseInt(version, 10) - 4) / 2] === codename;
  return isInRange(asked, version);
}

export async function setupNode(call: ActionCall): Promise<undefined> {
  const { job, inputs, outputs, log } = call;
  refuseInputs(inputs, "actions/setup-node", ["architecture", "mirror"]);
  const { nodePath } = job.request.options;
  const version = versionOf(nodePath);
  const asked = askedFor(call);
  if (!isSatisfied(asked, version)) {
    throw new StepError(`The version '${asked}' of node is not here: this machine has ${version}.`);
  }
  job.paths.unshift(dirname(nodePath));
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
