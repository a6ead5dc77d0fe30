/**
 * Translates GitHub's failures in one place: explains a refusal, and distinguishes outcomes that share a status by
 * their message text. Each failure that its caller does not handle becomes `Unavailable` or `Refused` here.
 */
import { z } from "zod";
import type { Requirement } from "../core/github.ts";
import { Closed, Refused, Unavailable } from "../loop/github-port.ts";

const RequestFailure = z.object({
  status: z.number(),
  message: z.string(),
  response: z
    .object({
      headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()).catch({}),
      data: z.unknown(),
      url: z.string().optional().catch(undefined),
    })
    .optional(),
});

const ErrorBody = z.object({
  message: z.string(),
  errors: z.array(z.union([z.string(), z.object({ message: z.string() }).loose(), z.unknown()])).optional(),
});

/**
 * Returns the HTTP status of an octokit error, or null for any other error. Octokit reports 500 for a request without
 * an answer.
 */
export function statusOf(error: unknown): number | null {
  const failure = RequestFailure.safeParse(error);
  return error instanceof Error && failure.success ? failure.data.status : null;
}

/** Returns the address that answered, after redirects; "": none did. */
export function addressOf(error: unknown): string {
  const failure = RequestFailure.safeParse(error);
  return failure.success ? (failure.data.response?.url ?? "") : "";
}

/** Returns GitHub's own message and those of its `errors`, without octokit's link to the documentation. */
export function wordsOf(error: unknown): string {
  const failure = RequestFailure.safeParse(error);
  if (!failure.success) return error instanceof Error ? error.message : String(error);
  const body = ErrorBody.safeParse(failure.data.response?.data);
  if (!body.success) return failure.data.message.slice(0, 300);
  const details = (body.data.errors ?? []).map((detail) => {
    if (typeof detail === "string") return detail;
    const worded = z.object({ message: z.string() }).safeParse(detail);
    return worded.success ? worded.data.message : JSON.stringify(detail);
  });
  return [body.data.message, ...details].join(": ");
}

/**
 * Operations whose first 404 proves nothing. GitHub's read replicas miss an object for some seconds after its creation
 * or completion (artifact and log links, runs, pull requests, commits).
 */
const LAGGING = new Set(["run", "artifact", "pull", "commit", "writeCommit", "cancelRun", "updatePull", "mergePull"]);

/**
 * GitHub's advice for a secondary limit without a time:
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
const SECONDARY_LIMIT_WAIT_MS = 60_000;

/**
 * Translates an error of `operation` into the loop's terms. Returns any error that comes neither from GitHub nor from
 * the network unchanged: it is a bug in Headgate.
 */
export function meaningOf(operation: string, error: unknown, now: number): Error {
  if (error instanceof Unavailable || error instanceof Refused) return error;
  if (error instanceof z.ZodError) {
    // A proxy's page, a truncated body or a changed API: octokit returns each of them as a success.
    return new Unavailable(`${operation}: GitHub's answer is not what it documents: ${z.prettifyError(error)}`, null, {
      cause: error,
    });
  }
  const status = statusOf(error);
  if (status === null) return error instanceof Error ? error : new Error(String(error));
  const words = `${operation}: ${wordsOf(error)} (HTTP ${status})`;
  const limit = limitOf(error, status, now);
  if (limit !== null) return new Unavailable(words, limit, { cause: error });
  if (status >= 500 || status === 408 || status === 409)
    return new Unavailable(words, retryAfter(error), { cause: error });
  const closed = status === 403 ? closureOf(wordsOf(error)) : null;
  if (closed !== null) return new Closed(closed, words, { cause: error });
  if (status === 404 && LAGGING.has(operation)) return new Unavailable(words, null, { cause: error });
  return new Refused(`${words}. ${remedy(error, status)}`.trimEnd(), { cause: error });
}

/** GitHub has no other sign of these than its words. */
function closureOf(words: string): "archived" | "suspended" | null {
  if (/repository was archived/i.test(words)) return "archived";
  if (/installation has been suspended/i.test(words)) return "suspended";
  return null;
}

/** Returns true where the App lacks a permission for what it asked. */
export function lacksPermission(error: unknown): boolean {
  return statusOf(error) === 403 && /not accessible by integration/i.test(wordsOf(error));
}

/**
 * Returns the milliseconds to wait for a rate limit, or null for any other answer. GitHub uses 403 and 429 for both of
 * its limits.
 */
function limitOf(error: unknown, status: number, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const asked = retryAfter(error);
  if (asked !== null) return asked;
  if (headerOf(error, "x-ratelimit-remaining") === "0") {
    const reset = Number(headerOf(error, "x-ratelimit-reset"));
    return Number.isFinite(reset) && reset > 0 ? Math.max(1_000, reset * 1_000 - now) : SECONDARY_LIMIT_WAIT_MS;
  }
  if (status === 429 || /rate limit|abuse detection/i.test(wordsOf(error))) return SECONDARY_LIMIT_WAIT_MS;
  return null;
}

function retryAfter(error: unknown): number | null {
  const header = headerOf(error, "retry-after");
  if (header === null) return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

function headerOf(error: unknown, name: string): string | null {
  const failure = RequestFailure.safeParse(error);
  const value = failure.success ? failure.data.response?.headers[name] : undefined;
  return value === undefined ? null : String(value);
}

function remedy(error: unknown, status: number): string {
  const words = wordsOf(error);
  if (status === 401) return "Check the App's id and private key.";
  if (status === 403 && /not accessible by integration/i.test(words)) {
    // GitHub names the permissions that would have sufficed: `contents=write; pull_requests=write`.
    const needed = headerOf(error, "x-accepted-github-permissions");
    return `Grant the App ${needed ?? "the missing permission"} and accept it for the installation.`;
  }
  if (status === 404) return "It does not exist, or the App is not installed there or lacks the permission to see it.";
  if (/without `?workflows`? permission/i.test(words)) return "Grant the App the permission workflows: write.";
  return "";
}

/** Classifies why GitHub did not update a pull request's head (422). Returns null for an unknown reason. */
export function updateRefusal(words: string): "moved" | "conflict" | "current" | null {
  // github.com writes "didn’t" with a typographic apostrophe.
  if (/expected head sha/i.test(words)) return "moved";
  if (/merge conflict/i.test(words)) return "conflict";
  if (/no new commits on the base/i.test(words)) return "current";
  return null;
}

/**
 * Returns true when a 405 on merge is temporary: GitHub still recomputes mergeability after another merge. Tide matches
 * the same message (https://github.com/kubernetes-sigs/prow, pkg/github).
 */
export function mergeMayPass(words: string): boolean {
  return /base branch was modified|merge already in progress/i.test(words);
}

/** Returns what GitHub requires before it merges a pull request; null: its words name nothing that comes by itself. */
export function requirementIn(words: string): Requirement["of"] | null {
  return REQUIREMENTS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

const REQUIREMENTS: readonly (readonly [RegExp, Requirement["of"]])[] = [
  [/code owner review/i, "code-owner-review"],
  [/approving reviews? (?:is|are) required|review (?:is )?required/i, "approving-review"],
  [/conversation must be resolved|comments must be resolved/i, "conversations"],
  [/locked branch|branch is locked/i, "unlocked-branch"],
  [/deployment/i, "deployment"],
  [/required status check|required workflow/i, "check"],
];

export function saysAlreadyExists(words: string): boolean {
  return /already exists/i.test(words);
}

export function saysNoSuchReference(words: string): boolean {
  return /reference does not exist/i.test(words);
}

/** Returns true when a branch cannot be made because its commit does not exist. */
export function saysNoSuchObject(words: string): boolean {
  return /object does not exist/i.test(words);
}

export function saysNotFastForward(words: string): boolean {
  return /not a fast.?forward/i.test(words);
}

/** Returns true when GitHub refuses to re-run jobs because an earlier re-run is still in progress. */
export function saysAlreadyRunning(words: string): boolean {
  return /already running/i.test(words);
}

/**
 * Returns true when the server does not know the field, such as GHES before 3.20
 * (https://github.com/benc-uk/workflow-dispatch/issues/86).
 */
export function saysUnknownField(words: string, field: string): boolean {
  return words.includes(field);
}
