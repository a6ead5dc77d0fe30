/** Keeps bodies that nobody has verified yet: small ones in memory, the rest of large ones in a temporary file. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes of a body in memory. GitHub's usual payloads are smaller, so that they never reach the disk. */
const MAX_IN_MEMORY = 256 * 1024;

/** One body. `close` removes it. */
export class Spool {
  #chunks: Buffer[] = [];
  #inMemory = 0;
  #file: FileHandle | null = null;
  #written = 0;

  get onDisk(): number {
    return this.#written;
  }

  get size(): number {
    return this.#inMemory + this.#written;
  }

  /** Returns null where the chunk went into memory. Otherwise wait before adding another one. */
  add(chunk: Buffer): Promise<void> | null {
    this.#inMemory += chunk.length;
    this.#chunks.push(chunk);
    return this.#inMemory <= MAX_IN_MEMORY ? null : this.#write();
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#chunks, this.#inMemory);
    this.#chunks = [];
    this.#inMemory = 0;
    this.#written += bytes.length;
    this.#file ??= await temporaryFile();
    await this.#file.writeFile(bytes);
  }

  async read(): Promise<Buffer> {
    const memory = Buffer.concat(this.#chunks, this.#inMemory);
    if (this.#file === null) return memory;
    const whole = Buffer.allocUnsafe(this.size);
    for (let at = 0; at < this.#written; ) {
      const { bytesRead } = await this.#file.read(whole, at, this.#written - at, at);
      if (bytesRead === 0) throw new Error("the temporary file of a body is shorter than what was written");
      at += bytesRead;
    }
    memory.copy(whole, this.#written);
    return whole;
  }

  async close(): Promise<void> {
    this.#chunks = [];
    this.#inMemory = 0;
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }
}

/** Opens a file that only this user can read, and removes its name at once: it is gone even when the process is killed. */
async function temporaryFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `headgate-body-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  return file;
}
