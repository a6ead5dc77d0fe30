/**
 * Reads files by GitHub's schemas with the official workflow parser. Imports the parser's modules below its index, because the
 * index imports JSON without an import attribute, which plain Node refuses. Adds `cache-mode`, which the schema (0.3.61) lacks
 * (https://github.blog/changelog/2026-09-10-control-github-actions-cache-access-with-cache-mode).
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { JSONObjectReader } from "@actions/workflow-parser/templates/json-object-reader";
import { TemplateSchema } from "@actions/workflow-parser/templates/schema/index";
import { TemplateContext, TemplateValidationErrors } from "@actions/workflow-parser/templates/template-context";
import { readTemplate } from "@actions/workflow-parser/templates/template-reader";
import { type LiteralToken, type MappingToken, StringToken } from "@actions/workflow-parser/templates/tokens/index";
import { isMapping, isString } from "@actions/workflow-parser/templates/tokens/type-guards";
import { NoOperationTraceWriter } from "@actions/workflow-parser/templates/trace-writer";
import { YamlObjectReader } from "@actions/workflow-parser/workflows/yaml-object-reader";
import { sizeRefusal } from "./size.ts";

/**
 * Drops each token's YAML source. From it the parser (0.3.61, made for editors) would build a block's expression with the
 * block's indentation and without its folding, where GitHub takes the value.
 */
class ValueReader extends YamlObjectReader {
  override allowLiteral(): LiteralToken | undefined {
    const token = super.allowLiteral();
    if (token === undefined || !isString(token)) return token;
    return new StringToken(token.file, token.range, token.value, token.definitionInfo);
  }
}

type Kind = "workflow" | "action";
interface SchemaFile {
  definitions: Record<string, { mapping?: { properties: Record<string, unknown> } } & Record<string, unknown>>;
}

const roots: Record<Kind, string> = { workflow: "workflow-root-strict", action: "action-root" };
const schemas = new Map<Kind, TemplateSchema>();

function addCacheMode({ definitions }: SchemaFile): void {
  const modes = ["read", "write", "write-only", "none"];
  for (const mode of modes) definitions[`cache-mode-${mode}`] = { string: { constant: mode } };
  definitions["cache-mode"] = { "one-of": modes.map((mode) => `cache-mode-${mode}`) };
  for (const place of ["workflow-root-strict", "job-factory", "workflow-job"]) {
    const properties = definitions[place]?.mapping?.properties;
    if (properties !== undefined) properties["cache-mode"] ??= "cache-mode";
  }
}

function schema(kind: Kind): TemplateSchema {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const manifest = findPackageJSON("@actions/workflow-parser", import.meta.url);
  if (manifest === undefined) throw new Error("the package @actions/workflow-parser is not installed");
  const file = JSON.parse(readFileSync(join(dirname(manifest), "dist", `${kind}-v1.0.min.json`), "utf8")) as SchemaFile;
  if (kind === "workflow") addCacheMode(file);
  const loaded = TemplateSchema.load(new JSONObjectReader(undefined, JSON.stringify(file)));
  schemas.set(kind, loaded);
  return loaded;
}

export interface Parsed {
  /** Collects errors, now and in later conversions. */
  context: TemplateContext;
  /** null when the file is not readable at all. */
  root: MappingToken | null;
}

/** Reads a file by GitHub's schema. Its errors are in `context.errors`. */
export function readBySchema(kind: Kind, path: string, text: string): Parsed {
  const context = new TemplateContext(new TemplateValidationErrors(), schema(kind), new NoOperationTraceWriter());
  const fileId = context.getFileId(path);
  const tooMuch = sizeRefusal(text);
  if (tooMuch !== null) {
    context.error(fileId, tooMuch);
    return { context, root: null };
  }
  const reader = new ValueReader(fileId, text);
  for (const error of reader.errors) context.error(fileId, error.message, error.range);
  if (reader.errors.length > 0) return { context, root: null };
  const root = readTemplate(context, roots[kind], reader, fileId);
  return { context, root: root !== undefined && isMapping(root) ? root : null };
}

export function problems(context: TemplateContext): string[] {
  return context.errors.getErrors().map((error) => error.message);
}
