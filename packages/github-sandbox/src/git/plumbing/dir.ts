/** Runs git in one bare repository, with an environment of its own and without the user's git settings. */
import { execFile } from "node:child_process";
import { gitEnvironment, maxBuffer } from "./environment.ts";
import { ObjectReader } from "./reader.ts";

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
  readonly objects: ObjectReader;
  constructor(path: string) {
    this.path = path;
    this.objects = new ObjectReader(path);
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
