/**
 * What happens to every request of an octokit: it is counted, given up after a time, and, if it changes something,
 * spaced from the one before. GitHub asks for a second between writes
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api); rate limits themselves are
 * not waited for here but told to the loop, whose outbox remembers them across restarts.
 */
import type { Octokit } from "@octokit/rest";

export interface Pacing {
  /** Milliseconds between the starts of two writes of one octokit; 0: none. */
  spacingMs: number;
  timeoutMs: number;
  now(): number;
  wait(ms: number): Promise<void>;
  count(kind: "reads" | "writes"): void;
}

export function pace(octokit: Octokit, pacing: Pacing): void {
  let free = 0;

  async function turn(): Promise<void> {
    const now = pacing.now();
    const start = Math.max(now, free);
    free = start + pacing.spacingMs;
    if (start > now) await pacing.wait(start - now);
  }

  octokit.hook.wrap("request", async (request, options) => {
    const write = options.method !== "GET" && options.method !== "HEAD";
    // Tokens are asked for from inside another request, which has had its turn.
    const authentication = options.url.endsWith("/access_tokens");
    if (write && !authentication) await turn();
    pacing.count(write ? "writes" : "reads");
    // In place: octokit's inner hooks are bound to this very object and ignore a copy passed on.
    options.request = { ...options.request, signal: AbortSignal.timeout(pacing.timeoutMs) };
    return request(options);
  });
}

/** Whether the API is on this machine: a sandbox, which has no secondary limits to respect. */
export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
