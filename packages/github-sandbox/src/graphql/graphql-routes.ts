/** `POST /graphql`. https://docs.github.com/en/graphql/guides/forming-calls-with-graphql */

import { z } from "zod";
import { ApiError } from "../access/errors.ts";
import type { SandboxContext } from "../context.ts";
import type { Limiter } from "../limits/limiter.ts";
import { initiatorOf, jsonBody, newRest, type Rest } from "../rest/kit.ts";
import type { GraphqlRequest } from "./execute.ts";
import { mutationRoot } from "./mutations/index.ts";
import { queryRoot } from "./query.ts";
import { asking } from "./show.ts";

const variables = z.record(z.string(), z.unknown());

export function graphqlRoutes(context: SandboxContext, limiter: Pick<Limiter, "seen" | "mutation">): Rest {
  const rest = newRest();

  rest.post("/graphql", async (http) => {
    const actor = http.get("actor");
    if (actor.kind !== "token") {
      const documentation =
        "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql";
      throw new ApiError(401, "This endpoint requires you to be authenticated.", { documentation_url: documentation });
    }
    const asked = read(await jsonBody(http));
    if (typeof asked === "string") return http.json({ errors: [{ message: asked }] });
    const { answerQuery } = await import("./execute.ts");
    const answer = await answerQuery(asked, (kind) => {
      const viewer = asking(context, actor);
      if (kind === "query") return { root: queryRoot(viewer, limiter.seen(actor, "graphql")), asking: viewer };
      const acting = { ...viewer, initiator: initiatorOf(http), spend: () => limiter.mutation(http) };
      return { root: mutationRoot(acting), asking: acting };
    });
    return http.json(answer);
  });

  return rest;
}

/** Reads the request, or returns what is wrong with it. */
function read(body: Record<string, unknown>): GraphqlRequest | string {
  const { query, operationName } = body;
  if (typeof query !== "string" || query === "") {
    return "A query attribute must be specified and must be a string.";
  }
  const given = variables.nullish().safeParse(body.variables);
  if (!given.success) return "Variables must be an object.";
  return {
    query,
    variables: given.data ?? null,
    operationName: typeof operationName === "string" ? operationName : null,
  };
}
