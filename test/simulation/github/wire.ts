/** The way between us and GitHub: each request is one entry of it, and faults happen there. */
import { Refused, Unavailable } from "../../../src/loop/github-port.ts";
import { HttpAnswer } from "./hub.ts";

export interface Wire {
  /**
   * Carry one request. `perform` is what the server does when it arrives; whatever it throws is the answer. The name is
   * `<method of the port>` or `<method of the port>.<request>` where one method makes several.
   */
  send<T>(request: string, changing: boolean, perform: () => T): Promise<T>;
  counts(): { reads: number; writes: number };
}

/** A wire on which nothing takes time and nothing breaks. */
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

/** A 404 of these may be a replica that lags, as it is for the adapter. */
const LAGGING = ["run", "artifact", "pull", "commit", "writeCommit", "cancelRun", "updatePull", "mergePull"];
const LIMIT_MS = 60_000;

/** What the adapter makes of an answer it does not treat itself. */
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
