/**
 * How the sandbox's things are shown in GraphQL. Each is an object of GitHub's type with the fields that are there; a
 * field that is not is refused by its name, never answered with null (`execute.ts`).
 */
import type { Actor } from "../access/permissions.ts";
import type { SandboxContext } from "../context.ts";
import type { Issue, Label, Pull, Repository } from "../store/entities.ts";

/** Names are checked against GitHub's schema when this compiles, values when they are answered. */
export type Fields<Type> = { __typename: string } & { [Name in Exclude<keyof Type, "__typename">]?: unknown };
export type Shown = { __typename: string } & Record<string, unknown>;
export type Arguments = Record<string, unknown>;

/** One request. */
export interface Asking {
  context: SandboxContext;
  actor: Actor;
  show: Show;
}

/** How each thing is shown. They refer to each other in circles, so they know each other only through this. */
export interface Show {
  repository(repository: Repository): Shown;
  issue(repository: Repository, issue: Issue): Shown;
  pull(repository: Repository, pull: Pull): Shown;
  label(repository: Repository, label: Label): Shown;
  commit(repository: Repository, sha: string): Promise<Shown>;
  ref(repository: Repository, ref: string): Promise<Shown | null>;
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

/** An error in GitHub's form: its `type` stands beside the message. */
export class Refused extends Error {
  readonly type: ErrorType;
  constructor(type: ErrorType, message: string) {
    super(message);
    this.type = type;
  }
}
