/** A whole webhook payload from an announcement, as Apps get it (but for `installation`) and as `github.event` shows it. */

import type { Announcement } from "../store/announce.ts";
import { userById } from "../store/users.ts";
import { renderRepository } from "./repository.ts";
import type { RenderContext } from "./site.ts";
import { renderOrganization, renderSimpleUser } from "./user.ts";

export function fullPayload(site: RenderContext, announcement: Announcement): Record<string, unknown> {
  const { action, payload, sender } = announcement;
  // What is announced may have been stored since the caller read the repository.
  const repository = site.store.table("repositories").get(announcement.repository.id) ?? announcement.repository;
  const owner = userById(site, repository.ownerId);
  return {
    ...(action === null ? {} : { action }),
    ...payload,
    repository: renderRepository(site, repository),
    ...(owner.type === "Organization" ? { organization: renderOrganization(site, owner) } : {}),
    sender: renderSimpleUser(site, sender),
  };
}
