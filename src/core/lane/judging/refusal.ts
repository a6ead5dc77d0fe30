/** Tells whether GitHub could merge by now what it refused to merge. */
import type { PullSnapshot } from "../../github.ts";
import type { Entry } from "../state.ts";

/** Writes down what of a pull can change GitHub's answer. Times and URLs are left out: they change and mean nothing. */
export function factsOf({
  headSha,
  baseSha,
  draft,
  changesRequestedBy,
  approvedBy = [],
  checks,
}: PullSnapshot): string {
  const open = checks.filter(({ conclusion }) => conclusion !== "success").map(({ name }) => name);
  const people = [...approvedBy].sort().concat("|", [...changesRequestedBy].sort());
  return [headSha, baseSha, draft, people, checks.length, open.sort()].join(" ").slice(0, 1_000);
}

/** Forgets a refusal once the pull shows something new, or its time is over. */
export function reviewRefusal(entry: Entry, snapshot: PullSnapshot, at: number): void {
  const { refused } = entry;
  if (refused !== null && (at >= refused.until || factsOf(snapshot) !== refused.facts)) entry.refused = null;
}
