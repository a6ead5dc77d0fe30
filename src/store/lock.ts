/**
 * Locks a data folder, because PGlite does not: two processes that write would ruin it. The lock is a file that names its
 * holder, so that a lock left by a crash can be distinguished from a live one. A process id is not enough, since in containers every
 * process is 1. The boot id and the start time show whether it is still the same process.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { StoreError } from "./errors.ts";

const Holder = z.object({ boot: z.string(), host: z.string(), pid: z.number().int().positive(), started: z.string() });
type Holder = z.infer<typeof Holder>;

const MAX_TRIES = 5;

/** Takes the lock and returns what gives it back. Throws a StoreError that names the holder if it may be alive. */
export function lockFile(path: string): () => void {
  const mine = JSON.stringify(thisProcess());
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    if (createWhole(path, mine)) return once(() => removeIf(path, mine));
    const theirs = readIfThere(path);
    if (theirs === null) continue;
    refuseUnlessDead(path, theirs);
    removeIf(path, theirs);
  }
  throw new StoreError(`The lock ${path} keeps changing hands. Is another process starting on the same folder?`);
}

/** Runs the work only once. Releasing twice could take the lock from a later holder in this process, with the same content. */
function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}

/** Creates the file with all its content or not at all. Returns false if it exists. */
function createWhole(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the file if it still holds `content`. Moves it aside first: of several processes that found the same stale lock only one
 * gets it, and a process that moved another's new lock by mistake puts it back.
 */
function removeIf(path: string, content: string): void {
  const aside = `${path}.${process.pid}.aside`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const found = readFileSync(aside, "utf8");
  rmSync(aside);
  if (found !== content) createWhole(path, found);
}

function refuseUnlessDead(path: string, content: string): void {
  const holder = parseHolder(content);
  const advice = `If nothing else uses the folder, delete ${path}.`;
  if (holder === null) throw new StoreError(`The lock of the data folder is unreadable. ${advice}`);
  const me = thisProcess();
  const who = `process ${holder.pid} on ${holder.host}`;
  if (holder.host !== me.host)
    throw new StoreError(`The data folder is locked by ${who}, which cannot be checked from here. ${advice}`);
  if (holder.boot !== me.boot || startTime(holder.pid) !== holder.started) return;
  throw new StoreError(`The data folder is in use by ${who}. Stop it first, or use another folder.`);
}

function parseHolder(content: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

function thisProcess(): Holder {
  const boot = readIfThere("/proc/sys/kernel/random/boot_id")?.trim() ?? "unknown";
  return { boot, host: hostname(), pid: process.pid, started: startTime(process.pid) ?? "unknown" };
}

/** Returns when a process started; null: there is none. Without /proc any process with the id counts as the same. */
function startTime(pid: number): string | null {
  if (process.platform !== "linux") return isThere(pid) ? "unknown" : null;
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command's name is in parentheses and may contain anything. The state is field 3, the start in clock ticks field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const dead = fields[0] === "Z" || fields[0] === "X";
  return dead ? null : (fields[19] ?? null);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
