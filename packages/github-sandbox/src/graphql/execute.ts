/**
 * Answers one query in GitHub's form. A field of GitHub's schema that the sandbox lacks is refused by name. Clients
 * would take an answer without it for complete.
 */

import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  Kind,
  parse,
  validate,
} from "graphql";
import { ApiError } from "../access/errors.ts";
import { type Asking, type ErrorType, Refused } from "./fields.ts";
import { checkSize } from "./node-limit.ts";
import { gitHubSchema } from "./schema.ts";

export interface GraphqlRequest {
  query: string;
  variables: Record<string, unknown> | null;
  operationName: string | null;
}

export interface GraphqlAnswer {
  data?: unknown;
  errors?: Record<string, unknown>[];
}

const resolveField: GraphQLFieldResolver<Record<string, unknown>, Asking> = (source, given, asking, info) => {
  const { fieldName, parentType } = info;
  if (!Object.hasOwn(source, fieldName)) {
    throw new Refused("NOT_IMPLEMENTED", `The sandbox does not implement ${parentType.name}.${fieldName}`);
  }
  const value = source[fieldName];
  return typeof value === "function" ? value(given, asking, info) : value;
};

/** Answers the query. @param roots Makes the root fields, given whether the document mutates. */
export async function answerQuery(
  { query, variables, operationName }: GraphqlRequest,
  roots: (kind: "query" | "mutation") => { root: Record<string, unknown>; asking: Asking },
): Promise<GraphqlAnswer> {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: 20_000 });
  } catch (error) {
    return { errors: [renderError(error as GraphQLError)] };
  }
  const schema = await gitHubSchema();
  const mistakes = validate(schema, document);
  if (mistakes.length > 0) return { errors: mistakes.map(renderError) };
  try {
    checkSize(document, variables);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { errors: [{ type: error.type, message: error.message }] };
  }
  const { root, asking } = roots(kindOf(document, operationName));
  const result: ExecutionResult = await execute({
    schema,
    document,
    rootValue: root,
    contextValue: asking,
    variableValues: variables,
    operationName,
    fieldResolver: resolveField as GraphQLFieldResolver<unknown, unknown>,
  });
  const { data, errors } = result;
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(renderError) }),
  };
}

function kindOf(document: DocumentNode, operationName: string | null): "query" | "mutation" {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const chosen = operations.find((each) => operationName === null || each.name?.value === operationName);
  return chosen?.operation === "mutation" ? "mutation" : "query";
}

/** Renders an error as GitHub does: its type beside its message, GitHub's own message for an unknown field. */
function renderError(error: GraphQLError): Record<string, unknown> {
  const { message, locations, path, originalError } = error;
  const where = { ...(path === undefined ? {} : { path }), ...(locations === undefined ? {} : { locations }) };
  const type = typeOf(originalError);
  if (type !== null) return { type, ...where, message };
  const [, fieldName, typeName] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message) ?? [];
  if (fieldName === undefined) return { ...where, message };
  const extensions = { code: "undefinedField", typeName, fieldName };
  return { ...where, extensions, message: `Field '${fieldName}' doesn't exist on type '${typeName}'` };
}

function typeOf(error: unknown): ErrorType | null {
  if (error instanceof Refused) return error.type;
  if (!(error instanceof ApiError)) return null;
  if (error.status === 404) return "NOT_FOUND";
  return error.status === 403 ? "FORBIDDEN" : "UNPROCESSABLE";
}
