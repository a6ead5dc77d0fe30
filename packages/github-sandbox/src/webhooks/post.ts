/** Sends one POST to a webhook's target. Returns the result in the words of GitHub's delivery log and never rejects. */
import type { Delivery } from "../store/entities.ts";

type Answer = Pick<Delivery, "status" | "statusCode" | "responseHeaders" | "responseBody">;

/** The result for a target that was not reached, as in GitHub's log. */
export const noConnection: Answer = {
  status: "failed to connect to host",
  statusCode: 0,
  responseHeaders: {},
  responseBody: null,
};

const longestBody = 64 * 1024;

export async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const signal = AbortSignal.any([late, closing]);
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    const text = await response.text();
    return {
      status: response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`,
      statusCode: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody: text.slice(0, longestBody),
    };
  } catch {
    return late.aborted ? { ...noConnection, status: "timed out" } : noConnection;
  }
}
