/** Carries requests between Headgate and the modelled GitHub. Faults happen here. */
import { Refused, Unavailable } from "../../../src/loop/github-port.ts";
import { HttpAnswer } from "./model.ts";

export interface Wire {
  /**
   * Carries one request. `perform` is the server's work on arrival; its exception is the answer. The name is `<method
   * of the port>`, or `<method of the port>.<request>` where one method makes several requests.
   */
  send<T>(request: string, changing: boolean, perform: () => T): Promise<T>;
  counts(): { reads: number; writes: number };
}

/** Returns a wire without delays and faults. */
export function plainWire(): Wire {
  const counts = { reads: 0, writes: 0 };
  return {
    async send(_request, changing, perform) {
      counts[changing ? "writes" : "reads"] += 1;
      return perform();
    },
    counts: () => ({ ...counts }),
  };
}

/** A first 404 of these operations may come from a lagging replica, as in the adapter. */
const LAGGING = ["run", "artifact", "pull", "commit", "writeCommit", "cancelRun", "updatePull", "mergePull"];
const LIMIT_MS = 60_000;

/** Translates an answer that the caller does not handle, as the adapter does. */
export function meaningOf(request: string, error: unknown): Error {
  if (!(error instanceof HttpAnswer)) return error instanceof Error ? error : new Error(String(error));
  const { status, message, retryAfterMs } = error;
  const words = `${request}: ${message} (HTTP ${status})`;
  const method = request.split(".")[0] ?? request;
  if (isLimit(error)) return new Unavailable(words, retryAfterMs ?? LIMIT_MS);
  if (status >= 500 || status === 408 || status === 409) return new Unavailable(words, retryAfterMs);
  if (status === 404 && LAGGING.includes(method)) return new Unavailable(words);
  return new Refused(words);
}

export function isLimit({ status, message }: HttpAnswer): boolean {
  return status === 429 || (status === 403 && /rate limit/.test(message));
}
