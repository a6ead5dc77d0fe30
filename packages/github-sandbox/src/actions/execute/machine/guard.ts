/**
 * Ends the processes of jobs when this process dies without having ended them, by SIGKILL too: a shell in a session of its own
 * waits for the end of a pipe that only this process holds. Without /proc the shell finds nothing; the next start ends the rest.
 */
import { spawn } from "node:child_process";
import { gitEnvironment } from "../../../git/plumbing/environment.ts";

const script = `
read -r _ && exit 0
rounds=0
while [ $rounds -lt 100 ]; do
  found=$(grep -lsF "RUNNER_TRACKING_ID=$1" /proc/[0-9]*/environ)
  [ -n "$found" ] || exit 0
  for file in $found; do pid=\${file#/proc/}; kill -9 "\${pid%/environ}"; done
  rounds=$((rounds + 1))
  sleep 0.05
done
`;

export interface ProcessGuard {
  /** Call it when every job has ended. */
  dismiss(): void;
}

/** `tracking` is the common start of the tracking ids of this sandbox's jobs. */
export function startProcessGuard(tracking: string): ProcessGuard {
  const child = spawn("sh", ["-c", script, "sandbox-guard", tracking], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: gitEnvironment(),
  });
  // A machine without a shell runs no jobs either.
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return { dismiss: () => void child.stdin.end("\n") };
}
