/**
 * Runs and ends the processes of one job. Each command leads a process group of its own. A process that outlives its step, such
 * as a server in the background, may serve the next steps. It ends with the job, as on GitHub, whose runner finds it by
 * RUNNER_TRACKING_ID in its environment.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** The first process of a group. With the start time, a later process that got the same id is not mistaken for it. */
export interface Leader {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since the machine's boot. */
  startTime: string;
}

export interface CommandLine {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  signal: AbortSignal;
  onLine(line: string): void;
}

/** Reads output for so long after a command ended, while a process that it left behind holds the pipe open. */
const drainMs = 200;
/** Cuts longer lines into several, so that output without line ends does not fill the memory. */
const maxLine = 64 * 1024;

/** Returns null when there is no such process, or no /proc. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command's name in parentheses, which may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has already ended.
  }
}

/** Finds the processes that carry the tracking id, in whatever group. */
function tracked(trackingId: string): number[] {
  const mark = `RUNNER_TRACKING_ID=${trackingId}\0`;
  const carries = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
    } catch {
      return false;
    }
  };
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && carries(name))
      .map(Number);
  } catch {
    return [];
  }
}

function killTracked(trackingId: string): void {
  for (const pid of tracked(trackingId)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has already ended.
    }
  }
}

/**
 * Ends the processes that a job of an earlier life left: the group of its last step, unless the leader's id belongs to another
 * process by now, and all processes that carry its tracking id.
 */
export function endEarlier(leader: Leader | null, trackingId: string): void {
  if (leader !== null && startTimeOf(leader.pid) === leader.startTime) signalGroup(leader.pid, "SIGKILL");
  killTracked(trackingId);
}

function readLines(stream: Readable, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    if (rest.length > maxLine) {
      onLine(rest);
      rest = "";
    }
  });
  return () => {
    const last = rest + decoder.end();
    if (last !== "") onLine(last);
    rest = "";
  };
}

export class Processes {
  readonly #trackingId: string;
  readonly #graceMs: number;
  readonly #onLeader: (leader: Leader | null) => void;
  readonly #leaders: Leader[] = [];

  /** Calls `onLeader` with the leader of each group when it starts, and with null when it ended. */
  constructor(trackingId: string, graceMs: number, onLeader: (leader: Leader | null) => void) {
    this.#trackingId = trackingId;
    this.#graceMs = graceMs;
    this.#onLeader = onLeader;
  }

  /**
   * Runs a command to its end and returns its exit code, 128 + n for signal n. An abort sends SIGINT to the group and, after
   * the grace, SIGKILL. Throws when the command cannot be started.
   */
  async run({ command, args, cwd, env, signal, onLine }: CommandLine): Promise<number> {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      cwd,
      env: { ...env, RUNNER_TRACKING_ID: this.#trackingId },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const finishes = [readLines(child.stdout, onLine), readLines(child.stderr, onLine)];
    const { pid } = child;
    if (pid !== undefined) this.#record(pid);
    const stopping = this.#stopOnAbort(child, signal);
    try {
      return await ended(child);
    } finally {
      stopping();
      for (const finish of finishes) finish();
      this.#onLeader(null);
    }
  }

  /** Sends SIGKILL to all processes that the job started and that still live. */
  end(): void {
    for (const { pid, startTime } of this.#leaders.splice(0)) {
      const present = startTimeOf(pid);
      // The kernel does not reuse a dead leader's id while its group lives, so a group without its leader is still this job's.
      if (present === null || present === startTime) signalGroup(pid, "SIGKILL");
    }
    killTracked(this.#trackingId);
  }

  #record(pid: number): void {
    const startTime = startTimeOf(pid);
    this.#leaders.push({ pid, startTime: startTime ?? "" });
    if (startTime !== null) this.#onLeader({ pid, startTime });
  }

  #stopOnAbort(child: ChildProcess, signal: AbortSignal): () => void {
    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      if (child.pid === undefined) return;
      const { pid } = child;
      signalGroup(pid, "SIGINT");
      kill = setTimeout(() => signalGroup(pid, "SIGKILL"), this.#graceMs);
    };
    signal.addEventListener("abort", stop, { once: true });
    return () => {
      clearTimeout(kill);
      signal.removeEventListener("abort", stop);
    };
  }
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
  SIGSEGV: 11,
  SIGABRT: 6,
};

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0));
      const drained = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
      child.once("close", () => {
        clearTimeout(drained);
        resolve(exitCode);
      });
    });
  });
}
