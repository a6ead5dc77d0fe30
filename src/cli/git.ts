/** The few git calls that `headgate run` makes on people's repositories and on folders of its own. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Standard output, trimmed. Throws with git's own words. Never asks for a password: there may be nobody to ask. */
export async function git(folder: string, ...parameters: string[]): Promise<string> {
  try {
    const { stdout } = await run("git", parameters, {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...withoutGit(process.env), GIT_TERMINAL_PROMPT: "0" },
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

/** A caller's hook or alias may have set GIT_DIR and the like, which would lead every call elsewhere. */
function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)),
  );
}

/** A commit of exactly these files in a new repository, on `branch`. */
export async function commitFolder(folder: string, branch: string, message: string): Promise<void> {
  await git(folder, "init", "--quiet", `--initial-branch=${branch}`);
  await git(folder, "add", "--all", "--force");
  const who = ["-c", "user.name=headgate", "-c", "user.email=headgate@localhost", "-c", "commit.gpgsign=false"];
  await git(folder, ...who, "commit", "--quiet", "--no-verify", "-m", message);
}
