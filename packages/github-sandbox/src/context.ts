/** The context that every room of the sandbox shares: the store, git, the ways to publish events, and the URLs. */
import type { Initiator } from "./access/initiator.ts";
import type { Announce, Announcement, DomainEvent, PushEvent } from "./events/event.ts";
import type { GitStore } from "./git/store.ts";
import type { Repository } from "./store/entities.ts";
import type { Clock, Store } from "./store/store.ts";
import type { WebhookEvent } from "./store/webhook-event.ts";

export interface SandboxContext {
  store: Store;
  git: GitStore;
  announce: Announce;
  /** Run in this order after each move of a branch or tag, inside `git.exclusive`. */
  refSubscribers: readonly RefSubscriber[];
  /** Resolves when a test merge of the pull may begin. Fault injection delays some. */
  beforeTestMerge(pullId: number): Promise<void>;
  clock: Clock;
  /** Base URL of the REST API, such as `http://127.0.0.1:4000/api/v3`; known once the server listens. */
  apiUrl(): string;
  /** Base URL of the web side and of git, such as `http://127.0.0.1:4000`. */
  serverUrl(): string;
}

/**
 * Follows a move of a ref before the move is announced. A client that gets the webhook then finds everything up to
 * date. Returns what must run after the announcement, or null.
 */
export type RefSubscriber = (scope: ActingScope, push: PushEvent) => Promise<(() => Promise<void>) | null>;

/**
 * The context and the repository that a function works on. `repository` is a snapshot: read the table again where an earlier
 * step may have changed it.
 */
export interface RepositoryScope extends SandboxContext {
  readonly repository: Repository;
}

/** A repository's scope and the user who acts there. */
export interface ActingScope extends RepositoryScope {
  readonly initiator: Initiator;
}

/** Binds the repository to a context. A scope as context keeps its initiator. */
export function scopeOf<Context extends object>(
  context: Context,
  repository: Repository,
): Context & { readonly repository: Repository } {
  return { ...context, repository };
}

/** Binds the repository and the user who acts there to the context. */
export function actingScope(context: SandboxContext, repository: Repository, initiator: Initiator): ActingScope {
  return { ...context, repository, initiator };
}

/** Announces an event in the scope's repository, made by its initiator. */
export function announce(scope: ActingScope, event: DomainEvent & Pick<Announcement, "toAppId">): WebhookEvent {
  return scope.announce({ ...event, repository: scope.repository, initiator: scope.initiator });
}
