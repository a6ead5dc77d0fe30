/** Tells an outage of the database from a statement that is wrong: the first ends by itself, the second never does. */

/** Of PostgreSQL: connection, resources (full disk, too many clients), shut down by an operator, I/O, and what only reads now. */
const STATES = /^(08|53|57P|58)|^(25006|57014)$/;
/** Of the system, under PostgreSQL's connection or under PGlite's files. */
const CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "ENOSPC",
  "EROFS",
]);
/** What pg says without a code. */
const SENTENCES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered)/;

export function isOutage(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return STATES.test(error.code) || CODES.has(error.code);
  return SENTENCES.test(error.message);
}
