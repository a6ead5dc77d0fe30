/**
 * Runs readers in processes with limits, so that what strangers or agents wrote can neither block nor kill the server. A process
 * is used for many readers, one at a time, and replaced after a death or many uses.
 */
import type { ChildProcess } from "node:child_process";
import { ReaderStopped } from "../loop/readers-port.ts";
import { type ProcessLimits, startReader } from "./process.ts";
import { ReadMessage } from "./protocol.ts";
import { type ReaderInput, type ReaderName, type ReaderOutput, readers } from "./readers.ts";

export interface RoomLimits extends ProcessLimits {
  processes: number;
  /** Milliseconds for a process to start. A busy machine may need many seconds. */
  startMs: number;
  /** Readers that one process runs. */
  uses: number;
  /** Milliseconds without work after which a process ends. */
  idleMs: number;
  /** Multiplies the time of each reader. Tests lower it. */
  patience: number;
}

const ROOM_LIMITS: RoomLimits = {
  megabytes: 1_200,
  heap: 256,
  processes: 2,
  startMs: 60_000,
  uses: 500,
  idleMs: 30_000,
  patience: 1,
};

/** Reports that the bytes themselves are bad, in words for people. */
export class BadBytes extends Error {}

export interface Room {
  /** Rejects with BadBytes, with ReaderStopped, or with an error that is a defect of the reader. */
  read<Name extends ReaderName>(name: Name, ...input: ReaderInput<Name>): Promise<ReaderOutput<Name>>;
  /** Ends the processes. Readings under way reject. */
  close(): void;
}

interface Job {
  reader: ReaderName;
  input: unknown[];
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

interface Worker {
  child: ChildProcess;
  uses: number;
  job: Job | null;
  timer: NodeJS.Timeout | null;
  /** Why this side ended the process; null: it did not. */
  killed: ReaderStopped["by"] | null;
}

export function openRoom(changed: Partial<RoomLimits> = {}): Room {
  const limits = { ...ROOM_LIMITS, ...changed };
  const waiting: Job[] = [];
  const workers = new Set<Worker>();

  function next(): void {
    while (waiting.length > 0) {
      const idle = [...workers].find((worker) => worker.job === null && worker.killed === null);
      const worker = idle ?? (workers.size < limits.processes ? start() : null);
      const job = worker === null ? undefined : waiting.shift();
      if (worker === null || job === undefined) return;
      give(worker, job);
    }
  }

  function start(): Worker {
    const child = startReader(limits);
    const worker: Worker = { child, uses: 0, job: null, timer: null, killed: null };
    workers.add(worker);
    child.on("message", (message) => onMessage(worker, message));
    child.once("exit", (_, signal) => onEnd(worker, signal === null ? "end" : "memory"));
    // It could not be started, or its channel broke: `exit` may not follow.
    child.on("error", () => onEnd(worker, "end"));
    return worker;
  }

  function give(worker: Worker, job: Job): void {
    worker.job = job;
    worker.uses += 1;
    hold(worker);
    setLimit(worker, limits.startMs, "end");
    const request = { id: worker.uses, reader: job.reader, input: job.input };
    worker.child.send(request, (error) => {
      if (error !== null) stop(worker, "end");
    });
  }

  function onMessage(worker: Worker, raw: unknown): void {
    const message = ReadMessage.parse(raw);
    const { job } = worker;
    if (job === null || message.id !== worker.uses) return;
    if (message.type === "begun") {
      setLimit(worker, readers[job.reader].ms * limits.patience, "time");
      return;
    }
    worker.job = null;
    if (message.type === "done") {
      const output = readers[job.reader].output.safeParse(message.output);
      if (output.success) job.resolve(output.data);
      else job.reject(new Error(`the reader ${job.reader} gave no answer that is known`));
    } else if (message.kind === "bad") job.reject(new BadBytes(message.message));
    else if (message.kind === "memory") job.reject(new ReaderStopped("memory", job.reader));
    else job.reject(new Error(`the reader ${job.reader} failed: ${message.message}`));
    if (worker.uses >= limits.uses || message.type === "failed") stop(worker, "end");
    else rest(worker);
    next();
  }

  function onEnd(worker: Worker, by: ReaderStopped["by"]): void {
    if (!workers.delete(worker)) return;
    if (worker.timer !== null) clearTimeout(worker.timer);
    worker.job?.reject(new ReaderStopped(worker.killed ?? by, worker.job.reader));
    worker.job = null;
    next();
  }

  function stop(worker: Worker, by: ReaderStopped["by"]): void {
    worker.killed ??= by;
    worker.child.kill("SIGKILL");
  }

  function setLimit(worker: Worker, ms: number, by: ReaderStopped["by"]): void {
    if (worker.timer !== null) clearTimeout(worker.timer);
    worker.timer = setTimeout(() => stop(worker, by), ms);
  }

  /** Keeps the server's process alive while a reader works. */
  function hold({ child }: Worker): void {
    child.ref();
    child.channel?.ref();
  }

  /** An idle process neither keeps the server alive nor stays for long. */
  function rest(worker: Worker): void {
    setLimit(worker, limits.idleMs, "end");
    worker.timer?.unref();
    worker.child.unref();
    worker.child.channel?.unref();
  }

  return {
    read(reader, ...input) {
      return new Promise((resolve, reject) => {
        // The schema of the reader's answer has its type.
        waiting.push({ reader, input, resolve: resolve as (output: unknown) => void, reject });
        next();
      });
    },
    close() {
      for (const job of waiting.splice(0)) job.reject(new ReaderStopped("end", job.reader));
      for (const worker of workers) stop(worker, "end");
    },
  };
}
