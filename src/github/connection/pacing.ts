/**
 * Counts each request of an octokit, aborts it after a timeout, and spaces writes. GitHub asks for a second between
 * writes (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api). Does not wait for
 * rate limits: the loop's outbox does, because it survives restarts.
 */
import type { Octokit } from "@octokit/rest";

export interface Pacing {
  /** Milliseconds between the starts of two writes of one octokit. 0 disables the spacing. */
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
    // A query changes nothing, although it is sent by POST. No mutation is ever sent.
    const query = options.url.endsWith("/graphql");
    const write = options.method !== "GET" && options.method !== "HEAD" && !query;
    // A token request runs inside another request that has already waited for its turn.
    const authentication = options.url.endsWith("/access_tokens");
    if (write && !authentication) await turn();
    pacing.count(write ? "writes" : "reads");
    // Changes the options in place: octokit's inner hooks hold this object and ignore a copy.
    options.request = { ...options.request, signal: AbortSignal.timeout(pacing.timeoutMs) };
    return request(options);
  });
}

/** Returns true for an API on this machine: a sandbox, which has no secondary limits. */
export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
