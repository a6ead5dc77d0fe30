/**
 * Names of refs as rulesets match them: Ruby's `File.fnmatch` with FNM_PATHNAME, so a star stops at a slash, and only
 * two stars before a slash go deeper.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
 */
import { RE2JS } from "re2js";

/** Stands for the slash, so that no set of characters matches it. No ref's name contains it. */
const SLASH = "\u0001";

/** Matches in time linear in the name's length, whatever the pattern. */
export function fnmatch(pattern: string, name: string): boolean {
  return RE2JS.matches(expression(pattern), name.replaceAll("/", SLASH));
}

function expression(pattern: string): string {
  let made = "";
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const set = /^\[([!^]?)((?:\\.|[^\]\\])+)\]/.exec(rest);
    if (rest.startsWith("**/") && (at === 0 || pattern[at - 1] === "/")) {
      made += `(?:[^${SLASH}]+${SLASH})*`;
      at += 3;
    } else if (rest.startsWith("*")) {
      made += `[^${SLASH}]*`;
      at += /^\*+/.exec(rest)?.[0].length ?? 1;
    } else if (rest.startsWith("?")) {
      made += `[^${SLASH}]`;
      at += 1;
    } else if (set !== null) {
      const members = (set[2] ?? "").replace(/\\(.)/g, "$1").replace(/[\\\]^[&~|]/g, "\\$&");
      made += set[1] === "" ? `[${members}]` : `[^${SLASH}${members}]`;
      at += set[0].length;
    } else {
      const literal = rest.startsWith("\\") && rest.length > 1 ? rest.slice(0, 2) : rest.slice(0, 1);
      const character = literal.slice(-1);
      made += character === "/" ? SLASH : RE2JS.quote(character);
      at += literal.length;
    }
  }
  return made;
}
