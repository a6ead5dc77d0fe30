/** Starts the processes of one run over one database: the modelled GitHub and replicas. Kills them and starts them again. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Ask, askAt } from "./remote.ts";
import type { Tallies } from "./world.ts";

/**
 * Effects at a time in each replica. Few, so that GitHub's 100 ms bound a replica and not this machine's processors, which it shares
 * with the others: what is measured is whether replicas hinder each other.
 */
const PLACES = 8;
const LOOK_MS = 100;

export class Fleet {
  readonly #databaseUrl: string;
  readonly #github: Started;
  readonly #ask: Ask;
  readonly #replicas: Started[] = [];

  private constructor(databaseUrl: string, github: Started) {
    this.#databaseUrl = databaseUrl;
    this.#github = github;
    this.#ask = askAt(Number(github.said));
  }

  static async start(databaseUrl: string, replicas: number): Promise<Fleet> {
    const fleet = new Fleet(databaseUrl, await start("github.ts"));
    for (let index = 0; index < replicas; index += 1) await fleet.#add();
    return fleet;
  }

  async #add(): Promise<void> {
    this.#replicas.push(await start("replica.ts", this.#databaseUrl, this.#github.said, String(PLACES)));
    await this.#ask({ kind: "replicas", urls: this.#replicas.map(({ said }) => said) });
  }

  async label(count: number): Promise<void> {
    await this.#ask({ kind: "label", names: Array.from({ length: count }, (_, n) => `repo-${n}`) });
  }

  /** Kills the oldest replica, without a word, and starts another. */
  async replace(): Promise<void> {
    const killed = this.#replicas.shift();
    killed?.process.kill("SIGKILL");
    await this.#add();
  }

  /** Returns once every feature has ended, or the time is up. */
  async end(withinMs: number): Promise<Tallies> {
    const until = performance.now() + withinMs;
    for (;;) {
      const tallies = (await this.#ask({ kind: "tallies" })) as Tallies;
      if (tallies.open.length === 0 || performance.now() > until) return tallies;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  stop(): void {
    for (const { process } of [...this.#replicas, this.#github]) process.kill("SIGKILL");
  }
}

interface Started {
  process: ChildProcess;
  /** Its first line. */
  said: string;
}

async function start(file: string, ...words: string[]): Promise<Started> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const out = process.env.HEADGATE_BENCH_LOG === undefined ? "ignore" : "inherit";
  const child = spawn(process.execPath, [path, ...words], { stdio: ["ignore", "pipe", out] });
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (data) => resolve(String(data).trim()));
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
  });
  return { process: child, said };
}
