/** Finds users. */
import type { User } from "./entities.ts";
import type { Store } from "./store.ts";

/** What GitHub shows where an account is gone: https://github.com/ghost */
const ghost: User = { id: 10137, login: "ghost", type: "User", name: "Deleted user", email: null };

export function userById(context: { store: Store }, id: number): User {
  return context.store.table("users").get(id) ?? ghost;
}
