/** Watches a server from outside: the times of `/healthz` and the memory of its process. */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

interface Sample {
  at: number;
  ms: number;
}

export interface Watched {
  /** Median of each second, the worst one, and the longest of all, in milliseconds. */
  worstSecond: number;
  median: number;
  longest: number;
  megabytes: number;
}

const MEMORY_MS = 100;

export class Watch {
  readonly #worker: Worker;
  readonly #samples: Sample[] = [];
  readonly #memory: { at: number; megabytes: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, pid: number) {
    this.#worker = new Worker(new URL("./sampler.ts", import.meta.url), { workerData: url });
    this.#worker.on("message", (sample: Sample) => void this.#samples.push(sample));
    this.#timer = setInterval(() => this.#memory.push({ at: Date.now(), megabytes: residentOf(pid) }), MEMORY_MS);
  }

  /** Returns what was measured between two times. */
  between(from: number, to: number): Watched {
    const within = ({ at }: { at: number }) => at >= from && at < to;
    const samples = this.#samples.filter(within);
    const seconds = [...Map.groupBy(samples, ({ at }) => Math.floor((at - from) / 1_000)).values()];
    return {
      worstSecond: Math.max(...seconds.map((second) => medianOf(second.map(({ ms }) => ms)))),
      median: medianOf(samples.map(({ ms }) => ms)),
      longest: Math.max(...samples.map(({ ms }) => ms)),
      megabytes: Math.max(...this.#memory.filter(within).map(({ megabytes }) => megabytes)),
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}

function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
