/**
 * Types that the GraphQL objects share. An object holds the fields that the sandbox has. Any other field is refused by
 * name and never answered with null (`execute.ts`).
 */
import type { Actor } from "../access/permissions.ts";
import type { RepositoryScope, SandboxContext } from "../context.ts";
import type { Issue, Label, Pull } from "../store/entities.ts";

/** Fields of a type of GitHub's schema. The compiler checks their names, the execution their values. */
export type Fields<Type> = { __typename: string } & { [Name in Exclude<keyof Type, "__typename">]?: unknown };
export type Shown = { __typename: string } & Record<string, unknown>;
export type Arguments = Record<string, unknown>;

/** The sender of a query, and all that its answer needs. */
export interface Asking {
  context: SandboxContext;
  actor: Actor;
  show: Show;
}

/**
 * Renderers of the GraphQL objects. The objects refer to each other, and this interface keeps their files free of
 * cycles.
 */
export interface Show {
  repository(scope: RepositoryScope): Shown;
  issue(scope: RepositoryScope, issue: Issue): Shown;
  pull(scope: RepositoryScope, pull: Pull): Shown;
  label(scope: RepositoryScope, label: Label): Shown;
  commit(scope: RepositoryScope, sha: string): Promise<Shown>;
  ref(scope: RepositoryScope, ref: string): Promise<Shown | null>;
  /** A person, an App's bot or an organisation. */
  actor(userId: number): Shown;
}

export type ErrorType =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNPROCESSABLE"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "MAX_NODE_LIMIT_EXCEEDED"
  | "RESOURCE_LIMITS_EXCEEDED"
  | "NOT_IMPLEMENTED";

/** An error in GitHub's form, with a `type` beside its message. */
export class Refused extends Error {
  readonly type: ErrorType;
  constructor(type: ErrorType, message: string) {
    super(message);
    this.type = type;
  }
}
