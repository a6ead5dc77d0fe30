/** Runs git in one bare repository, with an environment of its own and without the user's git settings. */
import { execFile } from "node:child_process";
import { gitEnvironment, maxBuffer } from "./environment.ts";
import { isSha } from "./names.ts";
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

/** Bytes of answers that one repository keeps. */
const MOST_KEPT = 4_000_000;

export class GitDir {
  readonly path: string;
  readonly objects: ObjectReader;
  /** Answers that never change, oldest first. */
  readonly #kept = new Map<string, Ran>();
  #keptBytes = 0;
  constructor(path: string) {
    this.path = path;
    this.objects = new ObjectReader(path);
  }

  /**
   * Runs a command that asks about `revisions` only. Keeps the answer where all of them are SHAs: objects never change, starting git
   * costs ten milliseconds and more in a large parent, and each look at a pull asks the same again.
   */
  async about(revisions: readonly string[], args: readonly string[], options?: RunOptions): Promise<Ran> {
    if (!revisions.every((revision) => isSha(revision.split(":", 1)[0] ?? ""))) return this.run(args, options);
    const key = args.join("\0");
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const ran = await this.run(args, options);
    // An object that is missing now may be pushed later.
    if (ran.code < 128 && ran.stdout.length < MOST_KEPT / 10 && !this.#kept.has(key)) this.#keep(key, ran);
    return ran;
  }

  #keep(key: string, ran: Ran): void {
    this.#kept.set(key, ran);
    this.#keptBytes += key.length + ran.stdout.length;
    for (const [oldest, { stdout }] of this.#kept) {
      if (this.#keptBytes <= MOST_KEPT) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= oldest.length + stdout.length;
    }
  }

  run(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return runGit(["--git-dir", this.path, ...args], options);
  }

  /** Returns git's output without its last line break. */
  async text(args: readonly string[], options?: RunOptions): Promise<string> {
    return textOf(await this.run(args, options));
  }

  /** Splits git's output at the NULs that `-z` prints. */
  async fields(args: readonly string[], options?: RunOptions): Promise<string[]> {
    return fieldsOf(await this.run(args, options));
  }
}

export function textOf({ stdout }: Ran): string {
  return stdout.toString("utf8").replace(/\n$/, "");
}

export function fieldsOf({ stdout }: Ran): string[] {
  const fields = stdout.toString("utf8").split("\0");
  if (fields.at(-1) === "") fields.pop();
  return fields;
}
