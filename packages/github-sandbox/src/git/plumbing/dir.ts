/** Runs git in one bare repository, with an environment of its own and without the user's git settings. */
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
  /** Exit codes besides 0 that are answers, not errors. */
  accept?: readonly number[];
}

export interface Ran {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Returns git's environment: PATH, the locale, no settings of machine or user. git must never prompt a person. */
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

/** The largest output of git kept in memory, in bytes. GitHub limits a blob to 100 MB. */
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
    // git may exit without reading its whole input. The exit code carries the reason.
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

  /** Returns git's output without its last line break. */
  async text(args: readonly string[], options?: RunOptions): Promise<string> {
    const { stdout } = await this.run(args, options);
    return stdout.toString("utf8").replace(/\n$/, "");
  }

  /** Splits git's output at the NULs that `-z` prints. */
  async fields(args: readonly string[], options?: RunOptions): Promise<string[]> {
    const { stdout } = await this.run(args, options);
    const fields = stdout.toString("utf8").split("\0");
    if (fields.at(-1) === "") fields.pop();
    return fields;
  }
}
