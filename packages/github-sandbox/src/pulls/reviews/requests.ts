/** Requests reviews of a pull. https://docs.github.com/en/rest/pulls/review-requests */

import { ApiError } from "../../access/errors.ts";
import { roleOf } from "../../access/permissions.ts";
import type { ActingScope } from "../../context.ts";
import type { Pull, Repository, User } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import { announcePull } from "../announce.ts";

export function requestId(pull: Pull, userId: number): string {
  return `${pull.id}:${userId}`;
}

/** Requests reviews from these people, by login, once from each. @throws ApiError 422, and requests none. */
export async function requestReviews(scope: ActingScope, pull: Pull, logins: readonly string[]): Promise<void> {
  const { repository } = scope;
  const author = scope.store.table("issues").get(pull.id)?.userId;
  const users = logins.map((login) => {
    const user = userOf(scope.store, login);
    // https://github.com/kerthcet/github-workflow-as-kube/issues/16
    if (user?.id === author) throw new ApiError(422, "Review cannot be requested from pull request author.");
    if (user === undefined || roleOf(repository, user) === null) throw notCollaborator(repository);
    return user;
  });
  for (const user of users) {
    const id = requestId(pull, user.id);
    if (scope.store.table("reviewRequests").get(id) !== undefined) continue;
    scope.store.table("reviewRequests").put({ id, pullId: pull.id, userId: user.id });
    await announce(scope, pull, user, "review_requested");
  }
}

/** https://github.com/bkeepers/probot-owners/issues/21 */
export function notCollaborator({ owner, name }: Repository): ApiError {
  const who = `One or more of the users or teams you specified is not a collaborator of the ${owner}/${name} repository.`;
  return new ApiError(422, `Reviews may only be requested from collaborators. ${who}`);
}

/** Ignores people who were not asked. */
export async function withdrawRequests(scope: ActingScope, pull: Pull, logins: readonly string[]): Promise<void> {
  for (const login of logins) {
    const user = userOf(scope.store, login);
    if (user === undefined) continue;
    const id = requestId(pull, user.id);
    if (scope.store.table("reviewRequests").get(id) === undefined) continue;
    scope.store.table("reviewRequests").remove(id);
    await announce(scope, pull, user, "review_request_removed");
  }
}

function userOf(store: Store, login: string): User | undefined {
  return store.table("users").find((each) => each.login.toLowerCase() === login.toLowerCase());
}

function announce(
  scope: ActingScope,
  pull: Pull,
  user: User,
  action: "review_requested" | "review_request_removed",
): Promise<void> {
  return announcePull(scope, pull, { action, reviewer: user });
}
