import type { User } from "./entities.ts";
import type { Store } from "./store.ts";

/** GitHub's stand-in for a deleted account: https://github.com/ghost */
const ghost: User = { id: 10137, login: "ghost", type: "User", name: "Deleted user", email: null };

export function userById(context: { store: Store }, id: number): User {
  return context.store.table("users").get(id) ?? ghost;
}
