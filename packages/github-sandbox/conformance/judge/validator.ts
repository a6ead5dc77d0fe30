/** Validates values against the schemas of a document and words the complaints for a table. */
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Media, Ref, Schema } from "../description/openapi.ts";
import { resolved } from "../description/openapi.ts";

/** `<JSON path> <complaint>`, with `*` for positions in lists. One mistake then reads the same everywhere. */
export type Complaint = string;

const options: Options = { strict: false, allErrors: true, validateSchema: false, logger: false };

export class Validator {
  readonly #ajv: Ajv;
  readonly #document: object;
  readonly #known = new Map<Schema, ValidateFunction>();

  /** @param dialect The JSON Schema that the document's version of OpenAPI builds on. */
  constructor(document: object, dialect: "draft-07" | "2020-12") {
    this.#ajv = dialect === "draft-07" ? new Ajv(options) : new Ajv2020(options);
    addFormats.default(this.#ajv);
    // GitHub's own formats: seconds since 1970, and URLs with `{…}`. Their types are check enough.
    for (const name of ["timestamp", "repo.nwo"]) this.#ajv.addFormat(name, true);
    this.#document = document;
    this.#ajv.addSchema(document, "github");
  }

  /** @param schema A schema of the document itself. */
  complaints(schema: Schema, value: unknown): Complaint[] {
    const validate = this.#known.get(schema) ?? this.#ajv.compile(absolute(schema) as Schema);
    this.#known.set(schema, validate);
    return validate(value) ? [] : outermost(validate.errors ?? []);
  }

  /** Returns the examples that GitHub gives of this content. */
  examples(media: Media): unknown[] {
    return Object.values(media.examples ?? {}).map(
      (example) => resolved<{ value: unknown }>(this.#document, example as { value: unknown } | Ref).value,
    );
  }
}

/** Makes the references of a schema absolute, so that it compiles outside of its document. */
function absolute(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(absolute);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [
      key,
      key === "$ref" && typeof child === "string" ? child.replace(/^#/, "github#") : absolute(child),
    ]),
  );
}

/**
 * Keeps one complaint of a choice. When no branch fits, every branch complains; the complaint deepest in the value
 * belongs most likely to the intended branch.
 */
function outermost(errors: ErrorObject[]): Complaint[] {
  const isChoice = (error: ErrorObject) => error.keyword === "anyOf" || error.keyword === "oneOf";
  const within = (error: ErrorObject, choice: ErrorObject) =>
    error !== choice && `${error.instancePath}/`.startsWith(`${choice.instancePath}/`);
  const choices = errors.filter(isChoice);
  const errorsLeft = errors.filter(
    (error) => !choices.some((choice) => within(error, choice) && !within(choice, error)),
  );
  const kept = errorsLeft.filter((error) => isChoice(error) || !choices.some((choice) => within(error, choice)));
  const texts = kept.map((error) => {
    const inner = errors.filter((each) => !isChoice(each) && within(each, error) && each.params.type !== "null");
    const deepest = inner.sort((a, b) => b.instancePath.length - a.instancePath.length)[0];
    return isChoice(error) && deepest !== undefined ? `${text(error)} (${text(deepest)})` : text(error);
  });
  return [...new Set(texts)];
}

function text(error: ErrorObject): string {
  const path = error.instancePath.replaceAll(/\/\d+(?=\/|$)/g, "/*") || "/";
  const allowed = error.keyword === "enum" ? `: ${JSON.stringify(error.params.allowedValues).slice(0, 80)}` : "";
  return `${path} ${error.message ?? error.keyword}${allowed}`;
}
