import type { User } from "../store/entities.ts";

/** The user behind a change. `byJobToken`: made with an Actions GITHUB_TOKEN, so it starts no workflow. */
export interface Initiator {
  user: User;
  byJobToken: boolean;
}
