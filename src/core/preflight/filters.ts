/** GitHub's filter patterns: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet */
import { RE2JS } from "re2js";
import type { Filters } from "./facts.ts";

/** Returns true where a branch passes. The last matching pattern decides; `!` excludes what an earlier one included. */
export function branchPasses({ branches, branchesIgnore }: Filters, branch: string): boolean {
  if (branches !== null) {
    let passes = false;
    for (const pattern of branches) {
      if (pattern.startsWith("!")) passes &&= !matches(pattern.slice(1), branch);
      else passes ||= matches(pattern, branch);
    }
    return passes;
  }
  return branchesIgnore === null || !branchesIgnore.some((pattern) => matches(pattern, branch));
}

/**
 * `*` stops at a slash and `**` does not; `?` and `+` are about the character before them, as in a regular expression.
 * Anybody's patterns, with quantifiers in them: only a matcher that never goes back is done in time.
 */
function matches(pattern: string, name: string): boolean {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern.charAt(at);
    if (pattern.startsWith("**/", at)) {
      source += "(?:.*/)?";
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      source += ".*";
      at += 1;
    } else if (sign === "*") source += "[^/]*";
    else if ("?+[]".includes(sign)) source += sign;
    else if (sign === "\\" && at + 1 < pattern.length) {
      at += 1;
      source += RE2JS.quote(pattern.charAt(at));
    } else source += RE2JS.quote(sign);
  }
  try {
    return RE2JS.compile(source).testExact(name);
  } catch {
    // Not a pattern: GitHub refuses the workflow, and so it lets nothing pass.
    return false;
  }
}
