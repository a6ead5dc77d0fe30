/** Finds the versions of Node.js that this machine has: on PATH, and in the folders of version managers. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { basePath } from "../../../execute/machine/environment.ts";
import { type Version, versionsIn } from "../versions.ts";

const versions = new Map<string, string | null>();

/** Returns the version of a Node.js program; null when it does not run. */
function versionOf(program: string): string | null {
  const known = program === process.execPath ? process.versions.node : versions.get(program);
  if (known !== undefined) return known;
  let version: string | null = null;
  try {
    version = execFileSync(program, ["--version"], { encoding: "utf8", timeout: 10_000 }).trim().replace(/^v/, "");
  } catch {
    // A shim of a version manager without a version fails like this.
  }
  versions.set(program, version);
  return version;
}

/** The folders of version managers: where versions lie, and where in a version's folder its programs are. */
function managers(env: NodeJS.ProcessEnv): [folder: string, bin: string][] {
  const home = env.HOME ?? homedir();
  const data = env.XDG_DATA_HOME ?? join(home, ".local", "share");
  return [
    [join(env.NVM_DIR ?? join(home, ".nvm"), "versions", "node"), "bin"],
    [join(env.FNM_DIR ?? join(data, "fnm"), "node-versions"), "installation/bin"],
    [join(home, "Library", "Application Support", "fnm", "node-versions"), "installation/bin"],
    [join(env.VOLTA_HOME ?? join(home, ".volta"), "tools", "image", "node"), "bin"],
    [join(env.ASDF_DATA_DIR ?? join(home, ".asdf"), "installs", "nodejs"), "bin"],
    [join(env.MISE_DATA_DIR ?? join(data, "mise"), "installs", "node"), "bin"],
    [join(env.N_PREFIX ?? "/usr/local", "n", "versions", "node"), "bin"],
  ];
}

/** Returns every version that is here. The first is the one that jobs have without asking. */
export function nodesOnMachine(nodePath: string, env: NodeJS.ProcessEnv = process.env): Version[] {
  const onPath = basePath(nodePath).flatMap((bin) => {
    const program = join(bin, "node");
    const version = existsSync(program) ? versionOf(program) : null;
    return version === null ? [] : [{ version, bin }];
  });
  const own = versionOf(nodePath);
  const first = own === null ? [] : [{ version: own, bin: dirname(nodePath) }];
  return [
    ...first,
    ...onPath,
    ...managers(env).flatMap(([folder, bin]) => versionsIn({ folder, bin, program: "node" })),
  ];
}
