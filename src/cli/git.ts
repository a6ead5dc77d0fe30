/** Runs git for `headgate run`, on users' repositories and on temporary folders. */
import { execFile } from "node:child_process";
import { devNull } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs git on a user's repository with the user's settings, but without hooks and Git LFS. Returns the trimmed standard output.
 * Throws with git's own message. Never prompts for a password: an unattended run would hang.
 */
export function git(folder: string, ...parameters: string[]): Promise<string> {
  const settings = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "maintenance.auto=false"];
  // Git LFS would ask the sandbox for contents that only the repository's own server has.
  const lfs = ["clean=", "smudge=", "process=", "required=false"].map((one) => `filter.lfs.${one}`);
  return runGit(
    folder,
    [...[...settings, ...lfs].flatMap((setting) => ["-c", setting]), ...parameters],
    placeless(process.env),
  );
}

/** Runs git on a folder that Headgate created, without any user settings. */
function ownGit(folder: string, ...parameters: string[]): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  return runGit(folder, parameters, { PATH, HOME, TMPDIR, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" });
}

async function runGit(folder: string, parameters: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run("git", parameters, {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...environment, LC_ALL: "C.UTF-8", GIT_TERMINAL_PROMPT: "0" },
    });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`git ${verbOf(parameters)}: ${(stderr ?? String(error)).trim()}`, { cause: error });
  }
}

function verbOf(parameters: readonly string[]): string {
  const options = parameters.findIndex((one, index) => one !== "-c" && parameters[index - 1] !== "-c");
  return parameters[options] ?? "";
}

/**
 * Removes GIT_DIR and similar variables. A caller's hook or alias may have set them, and git would work on another
 * repository.
 */
function placeless(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const places =
    /^GIT_(DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|ALTERNATE_\w+|QUARANTINE_PATH|NAMESPACE|CONFIG_(PARAMETERS|COUNT))$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !places.test(name)));
}

/** Commits exactly the folder's files in a new repository, on `branch`. */
export async function commitFolder(folder: string, branch: string, message: string): Promise<void> {
  await ownGit(folder, "init", "--quiet", `--initial-branch=${branch}`);
  await ownGit(folder, "add", "--all", "--force");
  const who = ["-c", "user.name=headgate", "-c", "user.email=headgate@localhost"];
  await ownGit(folder, ...who, "commit", "--quiet", "--no-verify", "-m", message);
}
