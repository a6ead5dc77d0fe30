/** Error answers with GitHub's messages and statuses. REST, GraphQL and git each render them in their own form. */

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 422;

/** An error answer as GitHub gives it. */
export class ApiError extends Error {
  readonly status: RefusalStatus;
  readonly body: { message: string; documentation_url: string; status: string };
  constructor(status: RefusalStatus, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.body = { message, documentation_url: "https://docs.github.com/rest", status: String(status), ...more };
  }
}

export function notFound(message = "Not Found"): ApiError {
  return new ApiError(404, message);
}

export function forbidden(message = "Resource not accessible by integration"): ApiError {
  return new ApiError(403, message);
}

export const SUSPENDED = "This installation has been suspended";

/** Returns a 422 with one error per field. */
export function unprocessable(
  resource: string,
  errors: { field?: string; code: string; message?: string }[],
  message = "Validation Failed",
): ApiError {
  return new ApiError(422, message, { errors: errors.map((error) => ({ resource, ...error })) });
}
