/** The files of a difference. */
import type { Hub } from "../../hub.ts";
import { diffEntry } from "../../shapes/git.ts";
import type { Schema } from "../../shapes/site.ts";
import type { Repository } from "../../world/entities.ts";
import { changes } from "../plumbing/diff.ts";

export async function diffEntries(
  hub: Hub,
  repository: Repository,
  from: string,
  to: string,
): Promise<Schema<"diff-entry">[]> {
  const found = await changes(hub.git.at(repository), from, to);
  return found.map((change) => diffEntry(hub, repository, to, change));
}
