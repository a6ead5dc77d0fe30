/** The parts of an OpenAPI document that the program reads. */

export type Schema = Record<string, unknown>;

export interface Ref {
  $ref: string;
}

export interface Media {
  schema?: Schema;
  examples?: Record<string, Ref | { value: unknown }>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema: Schema;
}

export interface Response {
  content?: Record<string, Media>;
  headers?: Record<string, unknown>;
}

export interface Operation {
  operationId: string;
  parameters?: (Parameter | Ref)[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Response | Ref>;
}

export type MergeMethod = "get" | "post" | "put" | "patch" | "delete";

export interface RestDocument {
  paths: Record<string, Partial<Record<MergeMethod, Operation>> & { parameters?: (Parameter | Ref)[] }>;
}

export interface WebhooksDocument {
  webhooks: Record<string, { post: Operation & { "x-github": { subcategory: string } } }>;
}

/** Resolves a JSON pointer such as `#/components/responses/not_found`. */
export function follow<Found>(document: object, pointer: string): Found {
  let at: unknown = document;
  for (const step of pointer.replace(/^#\//, "").split("/")) {
    at = (at as Record<string, unknown>)[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return at as Found;
}

export function resolved<Found extends object>(document: object, found: Found | Ref): Found {
  return "$ref" in found ? resolved(document, follow<Found | Ref>(document, found.$ref as string)) : found;
}

/**
 * Rewrites OpenAPI 3.0's `nullable`, which JSON Schema lacks, in place. A nullable schema without a type of its own
 * becomes a choice.
 */
export function withoutNullable(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  for (const child of Object.values(node)) withoutNullable(child);
  const schema = node as Schema;
  if (schema.nullable !== true) return;
  delete schema.nullable;
  if (typeof schema.type === "string") {
    schema.type = [schema.type, "null"];
    if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
    return;
  }
  const inner = { ...schema };
  for (const key of Object.keys(schema)) delete schema[key];
  schema.anyOf = [{ type: "null" }, inner];
}
