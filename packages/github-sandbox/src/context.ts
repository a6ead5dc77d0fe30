/** Names what every room of the sandbox shares: the store, git, the way to announce events, and the addresses. */
import type { Announce } from "./events/event.ts";
import type { GitStore } from "./git/store.ts";
import type { Clock, Store } from "./store/store.ts";

export interface SandboxContext {
  store: Store;
  git: GitStore;
  announce: Announce;
  clock: Clock;
  /** Base URL of the REST API, such as `http://127.0.0.1:4000/api/v3`; known once the server listens. */
  apiUrl(): string;
  /** Base URL of the web side and of git, such as `http://127.0.0.1:4000`. */
  serverUrl(): string;
}
