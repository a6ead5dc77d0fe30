/** Finds out who can be assigned. */

import { unprocessable } from "../access/errors.ts";
import type { StoreScope } from "../store/store.ts";

/** Returns the ids of the users. @throws ApiError 422 if one cannot be assigned. */
export function assigneeIds({ store, repository }: StoreScope, logins: readonly string[]): number[] {
  return logins.map((login) => {
    const user = store.table("users").find((each) => each.login.toLowerCase() === login.toLowerCase());
    const belongs =
      user !== undefined && (user.id === repository.ownerId || String(user.id) in repository.collaborators);
    if (!belongs) throw unprocessable("Issue", [{ field: "assignees", code: "invalid" }]);
    return user.id;
  });
}
