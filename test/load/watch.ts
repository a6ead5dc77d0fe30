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

/** `starved`: others kept the processors from the server for longer than it ran, just then or shortly before. */
type Second = Times & { starved: boolean };

/** What the server used until then. Nanoseconds of its main thread: on a processor, and ready to run without one. */
interface Usage {
  at: number;
  megabytes: number;
  ran: number;
  waited: number;
}

export interface Watched {
  /** The medians of the whole time, and of each second of it. */
  median: Times;
  seconds: Second[];
  longest: number;
  megabytes: number;
}

const USAGE_MS = 100;
/** What queued while the server was starved is answered late for a while. */
const AFTER_MS = 2_000;

export class Watch {
  readonly #bare: ChildProcess;
  readonly #worker: Worker;
  readonly #samples: Sample[] = [];
  readonly #usage: Usage[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(url: string, pid: number, bare: ChildProcess, barePort: number) {
    this.#bare = bare;
    const workerData = { url, bareUrl: `http://127.0.0.1:${barePort}` };
    this.#worker = new Worker(new URL("./sampler.ts", import.meta.url), { workerData });
    this.#worker.on("message", (sample: Sample) => void this.#samples.push(sample));
    this.#timer = setInterval(() => this.#usage.push({ at: Date.now(), ...usageOf(pid) }), USAGE_MS);
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
    const seconds = [...Map.groupBy(samples, ({ at }) => Math.floor((at - from) / 1_000))];
    return {
      median: medians(samples),
      seconds: seconds.map(([second, some]) => {
        return {
          ...medians(some),
          starved: this.#isStarved(from + second * 1_000 - AFTER_MS, from + (second + 1) * 1_000),
        };
      }),
      longest: Math.max(...samples.map(({ ms }) => ms)),
      megabytes: Math.max(...this.#usage.filter(within).map(({ megabytes }) => megabytes)),
    };
  }

  #isStarved(from: number, to: number): boolean {
    const then = this.#usage.filter(({ at }) => at >= from && at < to);
    const [first, last] = [then[0], then.at(-1)];
    if (first === undefined || last === undefined) return false;
    return last.waited - first.waited > last.ran - first.ran;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#bare.kill();
    await this.#worker.terminate();
  }
}

/**
 * Returns how many times its idle median `/healthz` took in the worst second. A second in which the server was starved does not
 * count, and one in which the bare server was slower than idle counts by so much less.
 */
export function slowdown(idle: Watched, seen: Watched): number {
  const judged = seen.seconds.filter(({ starved }) => !starved);
  const ratios = judged.map(({ ms, bareMs }) => {
    const machine = Math.max(1, bareMs / idle.median.bareMs);
    return ms / (idle.median.ms * machine);
  });
  return Math.max(0, ...ratios);
}

function usageOf(pid: number): Omit<Usage, "at"> {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ").map(Number);
  return { megabytes: Number(kilobytes) / 1024, ran, waited };
}

function medians(samples: readonly Sample[]): Times {
  return { ms: medianOf(samples.map(({ ms }) => ms)), bareMs: medianOf(samples.map(({ bareMs }) => bareMs)) };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
