/** Starts a reader's process with limits of the operating system on its memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ProcessLimits {
  /** Megabytes that the process may write to. V8 and Node.js themselves take most of 600. */
  megabytes: number;
  /** Megabytes of V8's heap among them. */
  heap: number;
}

const ENTRY = fileURLToPath(new URL("./child.ts", import.meta.url));

/** A limit that the system does not know, as on macOS, is left out. V8's own limit always holds. */
const CONFINED = 'ulimit -d "$1" 2>/dev/null; ulimit -c 0 2>/dev/null; shift; exec "$@"';

export function startReader({ megabytes, heap }: ProcessLimits): ChildProcess {
  const node = [process.execPath, `--max-old-space-size=${heap}`, "--max-semi-space-size=8", "--v8-pool-size=1", ENTRY];
  const command =
    process.platform === "win32" ? node : ["/bin/sh", "-c", CONFINED, "sh", String(megabytes * 1024), ...node];
  const [program = "", ...parameters] = command;
  return spawn(program, parameters, {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "advanced",
    // Passes no environment of the server on: the process reads hostile bytes and needs no secret.
    env: { PATH: process.env.PATH ?? "", TMPDIR: process.env.TMPDIR ?? "/tmp", UV_THREADPOOL_SIZE: "1" },
  });
}
