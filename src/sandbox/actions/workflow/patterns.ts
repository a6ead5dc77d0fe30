/**
 * Filter patterns of `branches`, `tags` and `paths`: `*` stays within a segment, `**` does not, `?` and `+` repeat the
 * character before them, and a later `!pattern` takes back what an earlier one matched
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet).
 */
function regexOf(pattern: string): RegExp {
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
      source += (pattern[index] ?? "\\").replace(/\W/, "\\$&");
    } else if ("?+[]".includes(character)) {
      source += character;
    } else {
      source += character.replace(/[^\w/-]/, "\\$&");
    }
  }
  return new RegExp(`^${source}$`);
}

/** Whether the last pattern that concerns the text is one without `!`. */
export function matches(patterns: readonly string[], text: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith("!");
    if (regexOf(negative ? pattern.slice(1) : pattern).test(text)) matched = !negative;
  }
  return matched;
}
