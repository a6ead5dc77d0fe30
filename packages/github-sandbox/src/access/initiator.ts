import type { User } from "../store/entities.ts";

/** Who changes something, and whether with an Actions GITHUB_TOKEN, whose changes start no workflow. */
export interface Initiator {
  user: User;
  byJobToken: boolean;
}
