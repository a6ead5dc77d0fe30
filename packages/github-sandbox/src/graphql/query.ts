/** Lists the root fields of queries. https://docs.github.com/en/graphql/reference/queries */

import type { GitHubMetadata, Query } from "@octokit/graphql-schema";
import { may } from "../access/permissions.ts";
import { scopeOf } from "../context.ts";
import type { Schema } from "../render/site.ts";
import { findRepository } from "../repositories/make.ts";
import type { User } from "../store/entities.ts";
import { type Arguments, type Asking, type Fields, Refused } from "./fields.ts";
import { nodeShown } from "./nodes.ts";

export function queryRoot(asking: Asking, rate: Schema<"rate-limit">) {
  const { context, actor, show } = asking;
  const { store } = context;

  function named(login: unknown, types: readonly User["type"][], what: string) {
    const wanted = String(login).toLowerCase();
    const user = store.table("users").find((each) => each.login.toLowerCase() === wanted && types.includes(each.type));
    if (user === undefined) {
      throw new Refused("NOT_FOUND", `Could not resolve to ${what} with the login of '${String(login)}'.`);
    }
    return show.actor(user.id);
  }

  return {
    __typename: "Query",
    // For an installation's token the viewer is the App's bot: https://github.com/orgs/community/discussions/24382
    viewer: () => (actor.kind === "token" ? { ...show.actor(actor.user.id), __typename: "User" } : null),
    rateLimit: {
      __typename: "RateLimit",
      cost: 1,
      nodeCount: 0,
      limit: rate.limit,
      remaining: rate.remaining,
      used: rate.used,
      resetAt: new Date(rate.reset * 1000).toISOString(),
    },
    meta: {
      __typename: "GitHubMetadata",
      isPasswordAuthenticationVerifiable: false,
    } satisfies Fields<GitHubMetadata>,
    node: ({ id }: Arguments) => nodeShown(asking, id),
    nodes: ({ ids }: Arguments) => (Array.isArray(ids) ? ids : []).map((id) => nodeShown(asking, id)),
    user: ({ login }: Arguments) => named(login, ["User"], "a User"),
    organization: ({ login }: Arguments) => named(login, ["Organization"], "an Organization"),
    repositoryOwner: ({ login }: Arguments) => named(login, ["User", "Organization"], "a RepositoryOwner"),
    repository: ({ owner, name }: Arguments) => {
      const repository = findRepository(store, String(owner), String(name));
      if (repository !== undefined && may(actor, repository, "metadata", "read"))
        return show.repository(scopeOf(context, repository));
      throw new Refused("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
    },
  } satisfies Fields<Query>;
}
