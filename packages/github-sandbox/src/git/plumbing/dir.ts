/** One bare repository, and git run in it with nothing of this process's environment or of anyone's git settings. */
import { execFile } from "node:child_process";

export class GitError extends Error {
  readonly code: number;
  readonly stderr: string;
  constructor(args: readonly string[], code: number, stderr: string) {
    super(`git ${args[0]} ended with ${code}: ${stderr.trim()}`);
    this.code = code;
    this.stderr = stderr;
  }
}

export interface RunOptions {
  input?: string | Buffer;
  env?: Record<string, string>;
  /** Exit codes that are answers rather than errors; 0 always is. */
  accept?: readonly number[];
}

export interface Ran {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** git's environment: PATH and the locale, no settings of the machine or the user, and never a question to a person. */
export function gitEnvironment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    ...more,
  };
}

/** git's largest answer we hold in memory, in bytes: GitHub's limit for a blob is 100 MB. */
const maxBuffer = 128 * 1024 * 1024;

export function runGit(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      args,
      { encoding: "buffer", maxBuffer, env: gitEnvironment(options.env) },
      (error, stdout, errorText) => {
        const stderr = errorText.toString("utf8");
        const code = error === null ? 0 : error.code;
        if (typeof code !== "number") return reject(error);
        if (code !== 0 && !options.accept?.includes(code)) return reject(new GitError(args, code, stderr));
        resolve({ code, stdout, stderr });
      },
    );
    // git may end without reading all it was given; its exit code tells why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

export class GitDir {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }

  run(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return runGit(["--git-dir", this.path, ...args], options);
  }

  /** What git printed, without its last line end. */
  async text(args: readonly string[], options?: RunOptions): Promise<string> {
    const { stdout } = await this.run(args, options);
    return stdout.toString("utf8").replace(/\n$/, "");
  }

  /** What git printed with `-z`, cut at the NULs. */
  async fields(args: readonly string[], options?: RunOptions): Promise<string[]> {
    const { stdout } = await this.run(args, options);
    const fields = stdout.toString("utf8").split("\0");
    if (fields.at(-1) === "") fields.pop();
    return fields;
  }
}
