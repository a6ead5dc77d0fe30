/** actions/setup-node: puts the one Node.js this runner has on PATH. */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ActionCall } from "../job/call.ts";
import { StepError } from "../job/step-error.ts";
import { refuseInputs, textInput } from "./inputs.ts";

const versions = new Map<string, string>();

/** The version without `v`, such as `24.21.0`. */
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

/** Majors decide: `lts/*`, `latest` and a bare range without a number take any. */
function satisfied(asked: string, version: string): boolean {
  const wanted = /\d+/.exec(asked)?.[0];
  if (wanted === undefined) return true;
  const major = Number(version.split(".")[0]);
  return /^\s*>/.test(asked) ? major >= Number(wanted) : major === Number(wanted);
}

export async function setupNode(call: ActionCall): Promise<undefined> {
  const { job, inputs, outputs, log } = call;
  refuseInputs(inputs, "actions/setup-node", ["architecture", "mirror"]);
  const { nodePath } = job.request.options;
  const version = versionOf(nodePath);
  const asked = askedFor(call);
  if (!satisfied(asked, version)) {
    log.warning(`Node.js ${asked} was asked for; this runner has only ${version} and goes on with it.`);
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
