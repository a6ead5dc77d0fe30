/**
 * Loads the two optional packages, the GitHub sandbox and the scripted model, when a command needs them. A server image
 * contains neither, and `serve` must still start. So no other file of `src` may import a value from them.
 */
import { BadInput } from "./bad-input.ts";

export function loadSandbox() {
  return load("@headgate/github-sandbox", () => import("@headgate/github-sandbox"));
}

/** Loads the sandbox that runs in a process of its own. */
export function loadSandboxProcess() {
  return load("@headgate/github-sandbox", () => import("@headgate/github-sandbox/process"));
}

export function loadScriptedModel() {
  return load("@headgate/scripted-model", () => import("@headgate/scripted-model"));
}

/** @throws BadInput with the install command when the package is missing */
async function load<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new BadInput(`This command needs the package ${name}; install it with: npm install ${name}`, {
      cause: error,
    });
  }
}

/**
 * Returns true when the package itself is missing. If the package lacks a dependency, installing it again would not
 * help.
 */
function isMissing(error: unknown, name: string): boolean {
  if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") return false;
  return /^Cannot find \w+ '([^']*)'/.exec((error as Error).message)?.[1]?.includes(name) ?? false;
}
