/** Runs git in the checkout. */
import { execFile } from "node:child_process";
import { join } from "node:path";

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Git ended with a non-zero exit code. The message is git's own. */
export class GitFailed extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`git ${command}: ${stderr.trim() || `exit code ${exitCode}`}`);
    this.name = "GitFailed";
    this.exitCode = exitCode;
  }
}

export type Git = (
  args: readonly string[],
  options?: { input?: string; index?: string; signal?: AbortSignal },
) => Promise<Buffer>;

/**
 * Runs git with the agent's environment, never the job's. An agent may have changed the repository's configuration, and
 * its filters would see the job's secrets.
 */
export function gitIn(workspace: string, environment: Record<string, string>): Git {
  // In a container the runner's user may not own the checkout. Git refuses such a folder without this setting.
  const place = ["-c", "safe.directory=*", "--git-dir", join(workspace, ".git"), "--work-tree", workspace];
  const inert = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];
  // Git LFS would replace the content of a changed file by a pointer, and its server would never get that content.
  const lfs = ["clean=", "smudge=", "process=", "required=false"].flatMap((one) => ["-c", `filter.lfs.${one}`]);
  const identity = ["-c", "user.name=headgate", "-c", "user.email=headgate@users.noreply.github.com"];

  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        "git",
        [...place, ...inert, ...lfs, ...identity, ...args],
        {
          cwd: workspace,
          encoding: "buffer",
          maxBuffer: MAX_OUTPUT_BYTES,
          ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: "SIGKILL" as const }),
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
      // Git may exit before it has read all input. Its exit code reports the failure.
      child.stdin?.on("error", () => {});
      child.stdin?.end(options.input ?? "");
    });
}
