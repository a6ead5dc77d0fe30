/**
 * Matches the filter patterns of `branches`, `tags` and `paths`: `*` stays within a segment, `**` does not, `?` and `+` repeat
 * the character before them, and a later `!pattern` takes back what an earlier one matched
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet).
 * Anyone writes these patterns, with quantifiers, so only a matcher without backtracking ends in time.
 */
import { RE2JS } from "re2js";

function expressionOf(pattern: string): RE2JS {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? "";
    if (pattern.startsWith("**/", index)) {
      source += "(?:.*/)?";
      index += 2;
    } else if (pattern.startsWith("**", index)) {
      source += ".*";
      index += 1;
    } else if (character === "*") {
      source += "[^/]*";
    } else if (character === "\\") {
      index += 1;
      source += RE2JS.quote(pattern[index] ?? "\\");
    } else if ("?+[]".includes(character)) {
      source += character;
    } else {
      source += RE2JS.quote(character);
    }
  }
  return RE2JS.compile(source);
}

/** True when the last pattern that matches the text has no `!`. */
export function matches(patterns: readonly string[], text: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith("!");
    if (expressionOf(negative ? pattern.slice(1) : pattern).testExact(text)) matched = !negative;
  }
  return matched;
}
