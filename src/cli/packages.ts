/**
 * Loads the two optional packages when a command asks for them: the GitHub for this machine and the scripted model. A server
 * image holds neither, and `serve` must start there: no other file of `src` imports a value of them.
 */
import { BadInput } from "./bad-input.ts";

export function loadSandbox() {
  return load("@headgate/github-sandbox", () => import("@headgate/github-sandbox"));
}

/** The sandbox in a process of its own. */
export function loadSandboxProcess() {
  return load("@headgate/github-sandbox", () => import("@headgate/github-sandbox/process"));
}

export function loadScriptedModel() {
  return load("@headgate/scripted-model", () => import("@headgate/scripted-model"));
}

/** @throws BadInput that says what to install, where the package is missing. */
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

/** Something that the package itself fails to find is another error: installing the package again would not help. */
function isMissing(error: unknown, name: string): boolean {
  if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") return false;
  return /^Cannot find \w+ '([^']*)'/.exec((error as Error).message)?.[1]?.includes(name) ?? false;
}
