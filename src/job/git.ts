/** Git in the checkout. */
import { execFile } from "node:child_process";
import { join } from "node:path";

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Git ended with an exit code other than 0. The message is git's own. */
export class GitFailed extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`git ${command}: ${stderr.trim() || `exit code ${exitCode}`}`);
    this.name = "GitFailed";
    this.exitCode = exitCode;
  }
}

export type Git = (args: readonly string[], options?: { input?: string; index?: string }) => Promise<Buffer>;

/**
 * The repository's configuration may be an agent's by the time git runs, filters and all, so git gets the agent's
 * environment and never the job's.
 */
export function gitIn(workspace: string, environment: Record<string, string>): Git {
  // The runner's user may not own the checkout (containers), which git refuses unless told.
  const place = ["-c", "safe.directory=*", "--git-dir", join(workspace, ".git"), "--work-tree", workspace];
  const inert = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];
  const identity = ["-c", "user.name=headgate", "-c", "user.email=headgate@users.noreply.github.com"];

  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        "git",
        [...place, ...inert, ...identity, ...args],
        {
          cwd: workspace,
          encoding: "buffer",
          maxBuffer: MAX_OUTPUT_BYTES,
          env: {
            ...environment,
            GIT_TERMINAL_PROMPT: "0",
            ...(options.index === undefined ? {} : { GIT_INDEX_FILE: options.index }),
          },
        },
        (error, stdout, stderr) => {
          if (error === null) return resolve(stdout);
          const exitCode = typeof error.code === "number" ? error.code : null;
          reject(new GitFailed(args[0] ?? "", exitCode, stderr.toString("utf8") || error.message));
        },
      );
      // Git may end before it has read everything; its exit code tells.
      child.stdin?.on("error", () => {});
      child.stdin?.end(options.input ?? "");
    });
}
