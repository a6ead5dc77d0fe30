/** Keeps what package managers download between jobs, where a setup action is asked for it with `cache`. */
import { hashFiles } from "../../execute/machine/match-files.ts";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { linesInput, textInput } from "../inputs.ts";

interface Manager {
  /** The files whose content names the packages. */
  lockfiles: string[];
  /** The folders that hold what was downloaded. A job's home folder is its own. */
  folders: string[];
}

const managers: Record<string, Manager> = {
  npm: { lockfiles: ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock"], folders: ["~/.npm"] },
  pnpm: { lockfiles: ["pnpm-lock.yaml"], folders: ["~/.local/share/pnpm/store"] },
  yarn: { lockfiles: ["yarn.lock"], folders: ["~/.cache/yarn", "~/.yarn/berry/cache"] },
  pip: { lockfiles: ["**/requirements.txt", "pyproject.toml"], folders: ["~/.cache/pip"] },
  uv: { lockfiles: ["**/uv.lock", "**/requirements*.txt", "pyproject.toml"], folders: ["~/.cache/uv"] },
  pipenv: { lockfiles: ["**/Pipfile.lock"], folders: ["~/.cache/pipenv", "~/.cache/pip"] },
  poetry: { lockfiles: ["**/poetry.lock"], folders: ["~/.cache/pypoetry"] },
  gradle: { lockfiles: ["**/*.gradle*", "**/gradle-wrapper.properties"], folders: ["~/.gradle/caches"] },
  maven: { lockfiles: ["**/pom.xml"], folders: ["~/.m2/repository"] },
  go: { lockfiles: ["go.sum"], folders: ["~/.cache/go-build", "~/go/pkg/mod"] },
};

/**
 * Restores the cache of a package manager, and returns the post step that saves it. `cache` is the action actions/cache: the same
 * limits hold, and a cache is seen by the same refs.
 */
export async function keepPackages(call: ActionCall, manager: string, cache: BuiltInAction): ReturnType<BuiltInAction> {
  const known = Object.hasOwn(managers, manager) ? managers[manager] : undefined;
  if (known === undefined) throw new StepError(`Caching for '${manager}' is not supported`);
  const given = linesInput(call.inputs, "cache-dependency-path");
  const hash = hashFiles(call.job.folders.workspace, given.length > 0 ? given : known.lockfiles);
  if (hash === "") {
    call.log.warning(`No cache of ${manager} is kept: no file of ${known.lockfiles.join(", ")} is here.`);
    return undefined;
  }
  const key = `setup-${process.platform}-${process.arch}-${manager}-${hash}`;
  return cache({ ...call, inputs: { key, path: known.folders.join("\n") } });
}

/** Returns the package manager that `cache` names; null: none. */
export function askedCache({ inputs }: ActionCall): string | null {
  const asked = textInput(inputs, "cache");
  return asked === "" || asked === "false" ? null : asked;
}
