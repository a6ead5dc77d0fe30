import type { User } from "../store/entities.ts";

/** The user who makes a change. `byJobToken` is true for an Actions GITHUB_TOKEN; such a change starts no workflow. */
export interface Initiator {
  user: User;
  byJobToken: boolean;
}
