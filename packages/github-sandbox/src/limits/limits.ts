/**
 * How much one client may ask. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import type { Actor } from "../access/permissions.ts";

/** Whose requests are counted together, and as what. */
export type Caller = "anonymous" | "user" | "app" | "installation" | "job";

export interface Limits {
  /** REST requests an hour. */
  hourly: Record<Caller, number>;
  /** GraphQL points an hour. */
  graphqlHourly: number;
  /** Requests at the same time, REST and GraphQL together. */
  concurrent: number;
  /** A reading request is one point, a changing one five. */
  restPointsPerMinute: number;
  graphqlPointsPerMinute: number;
  contentPerMinute: number;
  contentPerHour: number;
}

const everyone = (number: number): Limits["hourly"] => ({
  anonymous: number,
  user: number,
  app: number,
  installation: number,
  job: number,
});

/** The default: there for clients that watch the headers, and out of everybody's way. */
const generous: Limits = {
  hourly: everyone(100_000),
  graphqlHourly: 100_000,
  concurrent: Number.POSITIVE_INFINITY,
  restPointsPerMinute: Number.POSITIVE_INFINITY,
  graphqlPointsPerMinute: Number.POSITIVE_INFINITY,
  contentPerMinute: Number.POSITIVE_INFINITY,
  contentPerHour: Number.POSITIVE_INFINITY,
};

/** GitHub's own, for accounts that are not on its Enterprise Cloud. A job's token has its repository's thousand. */
const github: Limits = {
  hourly: { ...everyone(5_000), anonymous: 60, job: 1_000 },
  graphqlHourly: 5_000,
  concurrent: 100,
  restPointsPerMinute: 900,
  graphqlPointsPerMinute: 2_000,
  contentPerMinute: 80,
  contentPerHour: 500,
};

export type LimitsName = "generous" | "github";

export function limitsOf(wanted: LimitsName | Limits | undefined): Limits {
  if (wanted === undefined || wanted === "generous") return generous;
  return wanted === "github" ? github : wanted;
}

export function callerOf(actor: Actor): Caller {
  if (actor.kind !== "token") return actor.kind;
  return actor.token.kind;
}

/** One count for all tokens of an installation, of a person, and of the jobs of a repository. */
export function keyOf(actor: Actor): string {
  switch (actor.kind) {
    case "anonymous":
      return "anonymous";
    case "app":
      return `app:${actor.app.id}`;
    case "token": {
      const { kind, installationId, userId, repositories } = actor.token;
      if (kind === "job") return `job:${repositories?.[0] ?? 0}`;
      return kind === "installation" ? `installation:${installationId}` : `user:${userId}`;
    }
  }
}
