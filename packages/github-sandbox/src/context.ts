/** What every room of the sandbox shares: its memory, its git, its voice, and where it can be reached. */
import type { GitStore } from "./git/store.ts";
import type { Announce } from "./world/announce.ts";
import type { Clock, World } from "./world/world.ts";

export interface SandboxContext {
  world: World;
  git: GitStore;
  announce: Announce;
  clock: Clock;
  /** Base URL of the REST API, such as `http://127.0.0.1:4000/api/v3`; known once the server listens. */
  apiUrl(): string;
  /** Base URL of the web side and of git, such as `http://127.0.0.1:4000`. */
  serverUrl(): string;
}
