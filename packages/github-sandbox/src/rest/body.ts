/** Parses request bodies and answers errors in them as GitHub does. */

import { z } from "zod";
import { ApiError, unprocessable } from "../access/errors.ts";
import { type HttpContext, jsonBody, jsonValue } from "./kit.ts";

/**
 * Parses the body with the schema.
 * @throws ApiError 400 if it is no JSON, 422 if a field is missing or has the wrong type.
 */
export async function bodyOf<Schema extends z.ZodType>(http: HttpContext, schema: Schema): Promise<z.output<Schema>> {
  const body = await jsonBody(http);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const isMissing = path.length === 1 && body[String(path[0])] === undefined;
    return isMissing ? `"${String(path[0])}" wasn't supplied.` : `For 'properties/${path.join("/")}', ${message}.`;
  });
  throw new ApiError(422, `Invalid request.\n\n${lines.join("\n")}`);
}

/** Reads a list of names, bare or under the key `key`. GitHub takes both. @throws ApiError 400 or 422 */
export async function namesOf(http: HttpContext, key: string): Promise<string[]> {
  const body = await jsonValue(http);
  const names = z.array(z.string());
  const parsed = z.union([names, z.object({ [key]: names })]).safeParse(body);
  if (!parsed.success) throw new ApiError(422, `Invalid request.\n\n"${key}" wasn't supplied.`);
  return Array.isArray(parsed.data) ? parsed.data : (parsed.data[key] ?? []);
}

const longest = { title: 256, body: 65_536 };

/**
 * Checks the lengths of title and body. Message: https://github.com/JasonEtco/create-an-issue/issues/123. @throws
 * ApiError 422
 */
export function checkLengths(
  resource: "Issue" | "PullRequest",
  texts: { title?: string | null | undefined; body?: string | null | undefined },
): void {
  const errors = (["title", "body"] as const)
    .filter((field) => (texts[field]?.length ?? 0) > longest[field])
    .map((field) => ({
      field,
      code: "custom",
      message: `${field} is too long (maximum is ${longest[field]} characters)`,
    }));
  if (errors.length > 0) throw unprocessable(resource, errors);
}

/** Checks a comment's length. Message: https://github.com/vebr/jest-lcov-reporter/issues/14. @throws ApiError 422 */
export function checkComment(body: string): void {
  if (body.length <= longest.body) return;
  const message = `Body is too long (maximum is ${longest.body} characters)`;
  throw unprocessable("IssueComment", [{ field: "data", code: "unprocessable", message }]);
}
