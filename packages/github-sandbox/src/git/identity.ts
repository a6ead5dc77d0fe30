/** Maps users to the authors and committers of commits, and back. */
import type { User } from "../store/entities.ts";
import type { Store } from "../store/store.ts";
import type { Signature } from "./plumbing/objects.ts";

/**
 * Returns the user as author or committer. Without a public address GitHub uses `ID+login@users.noreply.github.com`. An
 * App's commits bear `ID+slug[bot]@…`, and GitHub finds the bot by this address:
 * https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
 */
export function signatureOf(user: User, date: string): Signature {
  return { name: user.name ?? user.login, email: emailOf(user), date };
}

export function emailOf(user: User): string {
  return user.email ?? `${user.id}+${user.login}@users.noreply.github.com`;
}

/** Returns the committer of GitHub's own commits: merges, squashes and files changed through the API. */
export function githubSignature(date: string): Signature {
  return { name: "GitHub", email: "noreply@github.com", date };
}

/** Finds the user to whom a commit's email address belongs. */
export function userOfEmail(store: Store, email: string): User | null {
  const users = store.table("users");
  const private_ = /^(?:(\d+)\+)?(.+)@users\.noreply\.github\.com$/.exec(email);
  if (private_ === null) return users.find((user) => user.email === email) ?? null;
  const [, id, login] = private_;
  return (id === undefined ? users.find((user) => user.login === login) : users.get(Number(id))) ?? null;
}
