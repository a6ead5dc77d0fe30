/** `headgate run` as a user starts it: a process of its own, on a small repository with checks. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { report } from "../../src/cli/run/report.ts";

const main = resolve(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const crash = resolve(import.meta.dirname, "crash.mjs");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Of both streams. */
  output: string;
  /** Of standard output alone. */
  printed: string;
}

export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "headgate-scenario-"));
  readonly repo = join(this.folder, "tool");
  readonly #children = new Set<ChildProcess>();

  constructor(files: Record<string, string>) {
    this.write({ ...files }, this.repo);
    this.git("init", "--quiet", "--initial-branch=main");
    this.commit("first");
  }

  write(files: Record<string, string>, folder = this.folder): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  commit(message: string): void {
    this.git("add", "--all");
    this.git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "-m", message);
  }

  git(...parameters: string[]): string {
    return execFileSync("git", parameters, { cwd: this.repo, encoding: "utf8" }).trim();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(path: string): string {
    return readFileSync(join(this.repo, path), "utf8");
  }

  /** A report, as `--json` writes it. */
  json(name: string): ReturnType<typeof report> {
    return JSON.parse(readFileSync(this.path(name), "utf8"));
  }

  /** `crashAt`: see crash.mjs. */
  start(
    parameters: string[],
    environment: Record<string, string> = {},
    crashAt?: string,
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const { ANTHROPIC_API_KEY: _, ...inherited } = process.env;
    const child = spawn(
      process.execPath,
      [...(crashAt === undefined ? [] : ["--import", crash]), main, ...parameters],
      {
        cwd: this.folder,
        env: { ...inherited, ...environment, ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }) },
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    this.#children.add(child);
    let output = "";
    let printed = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      printed += chunk;
    });
    child.stderr?.on("data", (chunk) => (output += chunk));
    const ended = new Promise<Ended>((done) => {
      child.on("close", (code, signal) => {
        this.#children.delete(child);
        done({ code, signal, output, printed });
      });
    });
    return { child, ended };
  }

  run(parameters: string[], environment: Record<string, string> = {}, crashAt?: string): Promise<Ended> {
    return this.start(parameters, environment, crashAt).ended;
  }

  remove(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A repository whose only check is its own `test.sh`. */
export function checkedRepository(test: string, files: Record<string, string> = {}): Record<string, string> {
  return {
    "README.md": "# Tool\n",
    "test.sh": `set -e\n${test}\n`,
    ".github/workflows/ci.yml": [
      "name: CI",
      "on: pull_request",
      "permissions: { contents: read }",
      "jobs:",
      "  unit:",
      "    runs-on: ubuntu-latest",
      "    steps:",
      "      - uses: actions/checkout@v7",
      "      - run: bash test.sh",
      "",
    ].join("\n"),
    ...files,
  };
}
