/** JSON answers, each tied to the operation of GitHub's description that its route is: a missing field does not compile. */
import type { operations } from "@octokit/openapi-types";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { HttpContext } from "./kit.ts";

type Json<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;

/** What GitHub answers an operation with. The operation is named as in the description: `issues/create`. */
export type Answer<
  Operation extends keyof operations,
  Status extends number = 200,
> = Status extends keyof operations[Operation]["responses"] ? Json<operations[Operation]["responses"][Status]> : never;

type Beside<Status> = Status extends 200 ? [] : [status: Status, headers?: Record<string, string>];

/** The status is given twice, as a type and as a value, since only so is the body checked against that status. */
export function respond<Operation extends keyof operations, Status extends ContentfulStatusCode = 200>(
  http: HttpContext,
  body: Answer<Operation, Status>,
  ...[status, headers]: Beside<Status>
): Response {
  return http.json(body as object, status ?? 200, headers);
}
