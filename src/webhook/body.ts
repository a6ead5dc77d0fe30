/**
 * Receives bodies within limits. Anybody can send one, so a body costs little memory until its signature is verified, and the
 * slowest ones give way when too many arrive.
 */
import type { IncomingMessage } from "node:http";
import type { SignatureCheck } from "./delivery.ts";
import { RefusedDelivery } from "./refusals.ts";
import { Spool } from "./spool.ts";

export interface BodyLimits {
  /** Bytes of one body. */
  bytes: number;
  /** Milliseconds from the headers to the last byte. */
  ms: number;
  /** Bodies that arrive at once. */
  bodies: number;
  /** Bytes on the disk of all bodies that arrive. */
  disk: number;
  /** Milliseconds during which a body cannot lose its place to a newer one. */
  protectedMs: number;
}

/** GitHub sends at most 25 MB and gives up after ten seconds. */
export const BODY_LIMITS: BodyLimits = {
  bytes: 25 * 1024 * 1024,
  ms: 10_000,
  bodies: 128,
  disk: 1024 * 1024 * 1024,
  protectedMs: 2_000,
};

interface Arriving {
  since: number;
  spool: Spool;
  giveWay(): void;
}

export class Bodies {
  readonly #limits: BodyLimits;
  readonly #now: () => number;
  /** Oldest first. */
  readonly #arriving = new Set<Arriving>();

  constructor(limits: BodyLimits = BODY_LIMITS, now: () => number = performance.now.bind(performance)) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Throws RefusedDelivery. Calls `use` once the signature is verified, and removes the body after that. `counted` is called with
   * each chunk's size.
   */
  async receive<Result>(
    request: IncomingMessage,
    check: SignatureCheck,
    counted: (bytes: number) => void,
    use: (body: Spool) => Promise<Result>,
  ): Promise<Result> {
    if (Number(request.headers["content-length"] ?? 0) > this.#limits.bytes) throw new RefusedDelivery("too-large");
    if (this.#arriving.size >= this.#limits.bodies && !this.#makeRoom(null)) throw new RefusedDelivery("busy");
    const spool = new Spool();
    const stop = new AbortController();
    const arriving: Arriving = { since: this.#now(), spool, giveWay: () => stop.abort(new RefusedDelivery("busy")) };
    this.#arriving.add(arriving);
    const late = setTimeout(() => stop.abort(new RefusedDelivery("too-slow")), this.#limits.ms);
    try {
      await eachChunk(request, stop.signal, (chunk) => {
        counted(chunk.length);
        if (spool.size + chunk.length > this.#limits.bytes) throw new RefusedDelivery("too-large");
        check.add(chunk);
        const written = spool.add(chunk);
        if (written !== null && this.#onDisk() > this.#limits.disk && !this.#makeRoom(arriving)) {
          stop.abort(new RefusedDelivery("busy"));
        }
        return written;
      });
      check.verify();
      clearTimeout(late);
      this.#arriving.delete(arriving);
      return await use(spool);
    } finally {
      clearTimeout(late);
      this.#arriving.delete(arriving);
      await spool.close();
    }
  }

  #onDisk(): number {
    let sum = 0;
    for (const { spool } of this.#arriving) sum += spool.onDisk;
    return sum;
  }

  /** Takes the place of the oldest body that has had its time. False: all are new. `not`: must be another one. */
  #makeRoom(not: Arriving | null): boolean {
    for (const one of this.#arriving) {
      if (this.#now() - one.since < this.#limits.protectedMs) return false;
      if (one === not || (not !== null && one.spool.onDisk === 0)) continue;
      this.#arriving.delete(one);
      one.giveWay();
      return true;
    }
    return false;
  }
}

/** Reads one chunk at a time. Rejects when `take` throws or rejects, with the signal's reason, or when the sender goes away. */
function eachChunk(
  request: IncomingMessage,
  signal: AbortSignal,
  take: (chunk: Buffer) => Promise<void> | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let writing: Promise<void> | null = null;
    const end = (settle: () => void) => {
      request.off("data", onData);
      request.off("end", onEnd);
      request.off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      request.pause();
      // The file may not be closed under a write.
      if (writing === null) settle();
      else void writing.then(settle, settle);
    };
    const fail = (error: unknown) => end(() => reject(error));
    const onData = (chunk: Buffer) => {
      try {
        writing = take(chunk);
      } catch (error) {
        fail(error);
        return;
      }
      if (writing === null) return;
      request.pause();
      writing.then(() => {
        writing = null;
        request.resume();
      }, fail);
    };
    const onEnd = () => end(resolve);
    const onClose = () => fail(new RefusedDelivery("broken-off"));
    const onAbort = () => fail(signal.reason);
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    request.on("data", onData).once("end", onEnd).once("close", onClose);
    // A broken connection also emits `close`. Without a listener its error would end the process.
    request.on("error", () => {});
  });
}
