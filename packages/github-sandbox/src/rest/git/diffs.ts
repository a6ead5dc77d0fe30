/** Renders the files of a comparison. */
import type { RepositoryScope } from "../../context.ts";
import { changes } from "../../git/plumbing/diff.ts";
import { renderDiffEntry } from "../../render/git.ts";
import type { Schema } from "../../render/site.ts";

export async function diffEntries(scope: RepositoryScope, from: string, to: string): Promise<Schema<"diff-entry">[]> {
  const found = await changes(scope.git.at(scope.repository), from, to);
  return found.map((change) => renderDiffEntry(scope, to, change));
}
