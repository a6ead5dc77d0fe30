/**
 * The processes of one job. Each command leads a process group of its own; what outlives its step (a server started in
 * the background) may serve the next steps and is ended with the job, as on GitHub, where the runner finds it by
 * RUNNER_TRACKING_ID in its environment.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A process id alone may have been given to someone else since; with the start time it is never mistaken. */
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

/** How long output is still read after a command ended, when something it left behind holds the pipe open. */
const drainMs = 200;
/** A line longer than this is cut into several. */
const maxLine = 64 * 1024;

/** null: there is no such process, or the system does not tell. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command's name in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

/** Processes that carry the tracking id, whatever group they went to. */
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
      // Ended by itself.
    }
  }
}

/** Ends what a job of an earlier life left: its last step's group, if that still is the same one, and all that is tracked. */
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

  /** `onLeader` is told each group's leader as soon as there is one, and null when it ended. */
  constructor(trackingId: string, graceMs: number, onLeader: (leader: Leader | null) => void) {
    this.#trackingId = trackingId;
    this.#graceMs = graceMs;
    this.#onLeader = onLeader;
  }

  /**
   * Runs a command to its end and gives its exit code, 128 + n for signal n. An abort sends SIGINT to the group and,
   * after the grace, SIGKILL. Throws when the command cannot be started.
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

  /** SIGKILL for everything the job started and that still lives. */
  end(): void {
    for (const { pid, startTime } of this.#leaders.splice(0)) {
      const present = startTimeOf(pid);
      // A dead leader's number stays with its group, so a group without its leader is still ours.
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
