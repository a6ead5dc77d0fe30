/** Finds the targets of the names in a text. */
import { pathInUrl } from "../../render/git.ts";
import type { Repository } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import type { Meaning } from "./additions.ts";
import { anywhere } from "./names.ts";

/** The place where a text is written. */
export interface TextPlace {
  store: Store;
  repository: Repository;
  /** The commit or branch of its relative links; the default branch if missing. */
  ref?: string;
  /** Its folder, without a trailing slash. */
  folder?: string;
}

/** Each name costs a search through all issues or users. Further names stay plain. */
const maxNames = 1000;

export function meaningOf(text: string, place: TextPlace): Meaning {
  const { repository, ref, folder = "" } = place;
  const root = `/${repository.owner}/${repository.name}/blob/${pathInUrl(ref ?? repository.defaultBranch)}/`;
  return { hrefs: hrefsIn(text, place), base: folder === "" ? root : `${root}${pathInUrl(folder)}/` };
}

function hrefsIn(text: string, place: TextPlace): Map<string, string> {
  const seen = new Set<string>();
  const hrefs = new Map<string, string>();
  for (const [whole, login, owner, name, number] of text.matchAll(anywhere)) {
    if (seen.has(whole)) continue;
    if (seen.size === maxNames) break;
    seen.add(whole);
    const href =
      login === undefined ? issueHref(place, Number(number), owner, name) : userHref(place.store, login.toLowerCase());
    if (href !== null) hrefs.set(whole, href);
  }
  return hrefs;
}

function userHref(store: Store, login: string): string | null {
  const user = store.table("users").find((each) => each.login.toLowerCase() === login);
  return user === undefined ? null : `/${encodeURIComponent(user.login)}`;
}

function issueHref(place: TextPlace, number: number, owner?: string, name?: string): string | null {
  const { store } = place;
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const repository =
    owner === undefined || name === undefined
      ? place.repository
      : store.table("repositories").find((each) => same(each.owner, owner) && same(each.name, name));
  if (repository === undefined) return null;
  const issue = store.table("issues").find((each) => each.repositoryId === repository.id && each.number === number);
  if (issue === undefined) return null;
  return `/${repository.owner}/${repository.name}/${issue.isPull ? "pull" : "issues"}/${number}`;
}
