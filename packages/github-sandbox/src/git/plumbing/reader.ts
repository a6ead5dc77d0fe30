/**
 * Reads objects of one repository through a git process that stays. Starting a process costs ten milliseconds and more in
 * a large parent, and a request of the API reads a handful of objects.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { gitEnvironment, maxBuffer } from "./environment.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface StoredObject {
  sha: string;
  type: ObjectType;
  /** Bytes. */
  size: number;
}

interface Question {
  verb: "info" | "contents";
  name: string;
  resolve(answer: Answer | null): void;
  reject(error: Error): void;
}

interface Answer extends StoredObject {
  /** Empty for `info`. */
  content: Buffer;
}

/** Ends the process after this long without a question. The next question starts another. */
const IDLE_MS = 5_000;

export class ObjectReader {
  readonly #path: string;
  /** Questions without an answer, in the order in which git answers them. */
  #open: Question[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  #chunks: Buffer[] = [];
  #received = 0;
  /** The bytes that the next answer needs at least. */
  #needed = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Finds the object that a SHA, a ref or an expression such as `main^{tree}` names; null if there is none. */
  find(name: string): Promise<StoredObject | null> {
    return this.#ask("info", name);
  }

  /** Returns the object with its bytes, or null. @throws Error if it is larger than what is kept in memory. */
  async read(name: string): Promise<(StoredObject & { content: Buffer }) | null> {
    const found = await this.find(name);
    if (found === null) return null;
    if (found.size > maxBuffer)
      throw new Error(`object ${found.sha} has ${found.size} bytes; ${maxBuffer} can be read`);
    return this.#ask("contents", found.sha);
  }

  /** Ends the process. Open questions fail. */
  close(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (child === null) return;
    // The next question starts another process. Asked of this one, it would fail.
    this.#end(child, new Error("the reader was closed"));
    child.kill();
  }

  #ask(verb: Question["verb"], name: string): Promise<Answer | null> {
    // git reads one question a line.
    if (/[\0\n]/.test(name)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      clearTimeout(this.#idle);
      this.#open.push({ verb, name, resolve, reject });
      this.#child ??= this.#start();
      this.#child.stdin.write(`${verb} ${name}\n`);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn("git", ["--git-dir", this.#path, "cat-file", "--batch-command"], { env: gitEnvironment() });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors = `${errors}${chunk.toString("utf8")}`.slice(-1000);
    });
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => {
      if (this.#child === child) this.#take(chunk);
    });
    child.once("error", (error) => this.#end(child, error));
    child.once("close", (code) => this.#end(child, new Error(`git cat-file ended with ${code}: ${errors.trim()}`)));
    return child;
  }

  #end(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#chunks = [];
    this.#received = 0;
    this.#needed = 1;
    for (const { reject } of this.#open.splice(0)) reject(error);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    // A large blob arrives in thousands of chunks. Joining them once keeps that linear.
    while (this.#received >= this.#needed && this.#open.length > 0) {
      const bytes = Buffer.concat(this.#chunks);
      this.#chunks = [bytes];
      const end = this.#answer(bytes);
      if (end === null) break;
      this.#chunks = [bytes.subarray(end)];
      this.#received = bytes.length - end;
      this.#needed = 1;
    }
    if (this.#open.length > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  /** Answers the first open question, and returns where its answer ends; null when bytes are missing. */
  #answer(bytes: Buffer): number | null {
    const line = bytes.indexOf("\n");
    if (line === -1) {
      this.#needed = bytes.length + 1;
      return null;
    }
    const [, sha, type, length] = header.exec(bytes.toString("latin1", 0, line)) ?? [];
    const question = this.#open[0];
    const size = Number(length);
    const start = line + 1;
    const withContent = question?.verb === "contents" && sha !== undefined;
    const end = withContent ? start + size + 1 : start;
    if (bytes.length < end) {
      this.#needed = end;
      return null;
    }
    this.#open.shift();
    if (sha === undefined) question?.resolve(null);
    else {
      const content = withContent ? Buffer.from(bytes.subarray(start, start + size)) : Buffer.alloc(0);
      question?.resolve({ sha, type: type as ObjectType, size, content });
    }
    return end;
  }
}

const header = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/;
