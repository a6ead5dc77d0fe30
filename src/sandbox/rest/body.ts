/** Request bodies, checked; what is wrong with one is told in GitHub's form. */
import { z } from "zod";
import { ApiError, jsonBody, type RestContext } from "./kit.ts";

/**
 * The body as the schema reads it.
 * @throws ApiError 400 when it is not JSON, 422 when a field is missing or of another type.
 */
export async function bodyOf<Schema extends z.ZodType>(
  context: RestContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await jsonBody(context));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join("/");
    const missing = issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined");
    return missing ? `"${path}" wasn't supplied.` : `For 'properties/${path}', ${issue.message}.`;
  });
  throw new ApiError(422, `Invalid request.\n\n${lines.join("\n")}`);
}
