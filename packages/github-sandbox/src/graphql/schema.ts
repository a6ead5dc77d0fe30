/** GitHub's schema, read when the first query comes: it takes most of a second, and the sandbox starts in less. */
import { readFile } from "node:fs/promises";
import { buildSchema, type GraphQLSchema } from "graphql";

let reading: Promise<GraphQLSchema> | undefined;

export function gitHubSchema(): Promise<GraphQLSchema> {
  reading ??= read();
  return reading;
}

/** The package's own entry point would read the schema a second time, as five megabytes of JSON. */
async function read(): Promise<GraphQLSchema> {
  const file = new URL("./schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
  return buildSchema(await readFile(file, "utf8"), { assumeValid: true, assumeValidSDL: true, noLocation: true });
}
