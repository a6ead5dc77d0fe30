import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Job } from "../src/store/entities.ts";
import { type Life, startLife } from "./actions-fixture.ts";

let folder: string;
let child: ChildProcess | undefined;
let life: Life | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-crash-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await life?.close();
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

/** Neither gone nor a zombie that waits for its parent. */
function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}

/** Finds the children of a process whose command line contains a word. A minimal machine has no `pgrep`. */
function childrenOf(parent: number, word: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return status.includes(`\nPPid:\t${parent}\n`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      // Ended between the listing and the reading.
      return false;
    }
  });
  return found.map(Number);
}

/** A sandbox in a process of its own with one job under way, and the processes that belong to the job. */
async function startDoomed() {
  const script = join(import.meta.dirname, "actions-crash-life.ts");
  child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
  const { workflow_run_id: runId, jobs } = JSON.parse(line) as { workflow_run_id: number; jobs: Job[] };
  const running = jobs.find((job) => job.name === "running");
  const workspace = join(folder, "data", "actions", "jobs", String(running!.id), "work", "shop", "shop");
  const pids = [running!.process!.pid, Number(readFileSync(join(workspace, "pid"), "utf8"))];
  const kill = async () => {
    child!.kill("SIGKILL");
    await once(child!, "exit");
  };
  return { runId, workspace, pids, pid: child.pid ?? 0, kill };
}

it("A killed sandbox leaves no process of a job behind", async () => {
  const { pids, kill } = await startDoomed();
  expect(pids.map(isRunning)).toEqual([true, true]);
  await kill();
  await expect.poll(() => pids.map(isRunning), { timeout: 10_000 }).toEqual([false, false]);
});

it("A sandbox ends the processes of an earlier life whose guard was killed too, and cancels its runs", async () => {
  const { runId, workspace, pids, pid, kill } = await startDoomed();
  const guards = childrenOf(pid, "sandbox-guard");
  expect(guards.length).toBeGreaterThan(0);
  for (const guard of guards) process.kill(guard, "SIGKILL");
  await kill();
  expect(pids.map(isRunning)).toEqual([true, true]);

  life = await startLife(join(folder, "data"));
  const { store } = life.context;
  await expect.poll(() => pids.map(isRunning)).toEqual([false, false]);
  expect(store.table("runs").get(runId)).toMatchObject({ status: "completed", conclusion: "cancelled" });
  const after = store.table("jobs").filter((job) => job.runId === runId);
  expect(after.map((job) => [job.name, job.status, job.conclusion, job.process])).toEqual([
    ["running", "completed", "cancelled", null],
    ["waiting", "completed", "cancelled", null],
  ]);
  expect(after[0]?.steps.at(-1)).toMatchObject({ status: "completed", conclusion: "cancelled" });
  expect(life.announced.map(({ event, action }) => `${event} ${action}`)).toEqual([
    "check_run completed",
    "workflow_job completed",
    "check_run completed",
    "workflow_job completed",
    "check_suite completed",
    "workflow_run completed",
  ]);
  expect(store.table("tokens").filter((token) => token.kind === "job")).toEqual([]);
  expect(existsSync(workspace)).toBe(false);
});
