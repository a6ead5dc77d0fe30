/**
 * Ends the processes of jobs when this process dies without having done so, however it dies: a shell of its own session
 * waits for the end of a pipe that only this process holds. Without /proc it finds nothing; the next start ends the rest.
 */
import { spawn } from "node:child_process";
import { gitEnvironment } from "../../../git/plumbing/dir.ts";

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
  /** Every job has ended in good order. */
  dismiss(): void;
}

/** `tracking` is what the tracking ids of this sandbox's jobs begin with. */
export function startProcessGuard(tracking: string): ProcessGuard {
  const child = spawn("sh", ["-c", script, "sandbox-guard", tracking], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: gitEnvironment(),
  });
  // Without a shell there are no jobs to guard either.
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return { dismiss: () => void child.stdin.end("\n") };
}
