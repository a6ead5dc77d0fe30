/** Request bodies, checked; what is wrong with one is told in GitHub's form. */
import type { z } from "zod";
import { ApiError, jsonBody, type RestContext } from "./kit.ts";

/**
 * The body as the schema reads it.
 * @throws ApiError 400 when it is not JSON, 422 when a field is missing or of another type.
 */
export async function bodyOf<Schema extends z.ZodType>(
  context: RestContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body = await jsonBody(context);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const isMissing = path.length === 1 && body[String(path[0])] === undefined;
    return isMissing ? `"${String(path[0])}" wasn't supplied.` : `For 'properties/${path.join("/")}', ${message}.`;
  });
  throw new ApiError(422, `Invalid request.\n\n${lines.join("\n")}`);
}
