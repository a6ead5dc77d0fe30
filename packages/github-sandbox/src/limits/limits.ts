/**
 * Defines the limits for one client. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 * and https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import type { Actor } from "../access/permissions.ts";

/** The kinds of callers with limits of their own. */
export type Caller = "anonymous" | "user" | "app" | "installation" | "job";

export interface Limits {
  /** REST requests an hour. */
  hourly: Record<Caller, number>;
  /** GraphQL points an hour. */
  graphqlHourly: number;
  /** Concurrent requests, REST and GraphQL together. */
  concurrent: number;
  /** A read costs one point, a write five. */
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

/** The default: clients see the headers, and nobody runs into a limit. */
const generous: Limits = {
  hourly: everyone(100_000),
  graphqlHourly: 100_000,
  concurrent: Number.POSITIVE_INFINITY,
  restPointsPerMinute: Number.POSITIVE_INFINITY,
  graphqlPointsPerMinute: Number.POSITIVE_INFINITY,
  contentPerMinute: Number.POSITIVE_INFINITY,
  contentPerHour: Number.POSITIVE_INFINITY,
};

/** GitHub's limits for accounts outside its Enterprise Cloud. A job's token has 1,000 requests per repository. */
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

/** Returns the key under which requests count together: by installation, by person, by the jobs of a repository. */
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
