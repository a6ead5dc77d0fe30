/** Answers JSON, typed by the operation in GitHub's description. A missing field does not compile. */
import type { operations } from "@octokit/openapi-types";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { HttpContext } from "./kit.ts";

type Json<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;

/** The answer of an operation. Operations are named as in the description: `issues/create`. */
export type Answer<
  Operation extends keyof operations,
  Status extends number = 200,
> = Status extends keyof operations[Operation]["responses"] ? Json<operations[Operation]["responses"][Status]> : never;

type Beside<Status> = Status extends 200 ? [] : [status: Status, headers?: Record<string, string>];

/**
 * Answers the operation. Pass the status as type and as value: without the type the compiler does not check the body
 * against that status.
 */
export function respond<Operation extends keyof operations, Status extends ContentfulStatusCode = 200>(
  http: HttpContext,
  body: Answer<Operation, Status>,
  ...[status, headers]: Beside<Status>
): Response {
  return http.json(body as object, status ?? 200, headers);
}
