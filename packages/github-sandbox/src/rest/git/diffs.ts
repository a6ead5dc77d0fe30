/** Renders the files of a comparison. */
import type { SandboxContext } from "../../context.ts";
import { changes } from "../../git/plumbing/diff.ts";
import { renderDiffEntry } from "../../render/git.ts";
import type { Schema } from "../../render/site.ts";
import type { Repository } from "../../store/entities.ts";

export async function diffEntries(
  context: SandboxContext,
  repository: Repository,
  from: string,
  to: string,
): Promise<Schema<"diff-entry">[]> {
  const found = await changes(context.git.at(repository), from, to);
  return found.map((change) => renderDiffEntry(context, repository, to, change));
}
