/** A repository with a GraphQL client of Octokit's. */
import { graphql } from "@octokit/graphql";
import { expect } from "vitest";
import { startGitFixture } from "./git-fixture.ts";

interface Problem {
  type?: string;
  message: string;
  path?: string[];
}

export type GraphqlFixture = Awaited<ReturnType<typeof startGraphqlFixture>>;

export async function startGraphqlFixture() {
  const fixture = await startGitFixture({ allowAutoMerge: true });

  function ask(query: string, variables = {}, token = fixture.tokens.ada) {
    const client = graphql.defaults({
      baseUrl: fixture.context.apiUrl(),
      headers: { authorization: `token ${token}` },
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query gave it.
    return client<any>(query, variables);
  }

  /** Returns the errors of a query that must have some. */
  async function problems(query: string, variables = {}, token = fixture.tokens.ada): Promise<Problem[]> {
    const error = await ask(query, variables, token).catch((thrown) => thrown);
    expect(error.errors, JSON.stringify(error)).toBeDefined();
    return error.errors;
  }

  /** Opens the pull "Add a", which closes issue 1. */
  async function open(head = "side", more = {}) {
    const given = { ...fixture.at, title: "Add a", head, base: "main", body: "Closes #1", ...more };
    return (await fixture.bot.rest.pulls.create(given)).data;
  }

  return { ...fixture, ask, problems, open };
}
