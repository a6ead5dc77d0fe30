/**
 * Watches a server from outside: the times of `/healthz` and the memory of its process. A bare server is asked in the same moments:
 * whatever else a machine does slows both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

interface Sample {
  at: number;
  ms: number;
  bareMs: number;
}

/** Milliseconds. */
type Times = Omit<Sample, "at">;

export interface Watched {
  /** The medians of the whole time, and of each second of it. */
  median: Times;
  seconds: Times[];
  longest: number;
  megabytes: number;
}

const MEMORY_MS = 100;

export class Watch {
  readonly #bare: ChildProcess;
  readonly #worker: Worker;
  readonly #samples: Sample[] = [];
  readonly #memory: { at: number; megabytes: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(url: string, pid: number, bare: ChildProcess, barePort: number) {
    this.#bare = bare;
    const workerData = { url, bareUrl: `http://127.0.0.1:${barePort}` };
    this.#worker = new Worker(new URL("./sampler.ts", import.meta.url), { workerData });
    this.#worker.on("message", (sample: Sample) => void this.#samples.push(sample));
    this.#timer = setInterval(() => this.#memory.push({ at: Date.now(), megabytes: residentOf(pid) }), MEMORY_MS);
  }

  static async start(url: string, pid: number): Promise<Watch> {
    const file = join(import.meta.dirname, "bare.ts");
    const bare = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
    const [port] = await once(bare.stdout, "data");
    return new Watch(url, pid, bare, Number(port));
  }

  /** Returns what was measured between two times. */
  between(from: number, to: number): Watched {
    const within = ({ at }: { at: number }) => at >= from && at < to;
    const samples = this.#samples.filter(within);
    return {
      median: medians(samples),
      seconds: [...Map.groupBy(samples, ({ at }) => Math.floor((at - from) / 1_000)).values()].map(medians),
      longest: Math.max(...samples.map(({ ms }) => ms)),
      megabytes: Math.max(...this.#memory.filter(within).map(({ megabytes }) => megabytes)),
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#bare.kill();
    await this.#worker.terminate();
  }
}

/** Returns how many times its idle median `/healthz` took in the worst second. A second in which the bare server was slower than idle counts by so much less. */
export function slowdown(idle: Watched, seen: Watched): number {
  const ratios = seen.seconds.map(({ ms, bareMs }) => {
    const machine = Math.max(1, bareMs / idle.median.bareMs);
    return ms / (idle.median.ms * machine);
  });
  return Math.max(...ratios);
}

function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function medians(samples: readonly Sample[]): Times {
  return { ms: medianOf(samples.map(({ ms }) => ms)), bareMs: medianOf(samples.map(({ bareMs }) => bareMs)) };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
