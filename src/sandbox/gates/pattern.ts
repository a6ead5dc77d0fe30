/**
 * Names of refs as rulesets match them: Ruby's `File.fnmatch` with FNM_PATHNAME, so a star stops at a slash, and only
 * two stars before a slash go deeper.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
 */
export function fnmatch(pattern: string, name: string): boolean {
  return new RegExp(`^${expression(pattern)}$`, "u").test(name);
}

function expression(pattern: string): string {
  let made = "";
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const set = /^\[([!^]?)((?:\\.|[^\]\\])+)\]/.exec(rest);
    if (rest.startsWith("**/") && (at === 0 || pattern[at - 1] === "/")) {
      made += "(?:[^/]+/)*";
      at += 3;
    } else if (rest.startsWith("*")) {
      made += "[^/]*";
      at += /^\*+/.exec(rest)?.[0].length ?? 1;
    } else if (rest.startsWith("?")) {
      made += "[^/]";
      at += 1;
    } else if (set !== null) {
      const members = (set[2] ?? "").replace(/\\(.)/g, "$1").replace(/[\\\]^[&~|]/g, "\\$&");
      made += `(?!/)[${set[1] === "" ? "" : "^"}${members}]`;
      at += set[0].length;
    } else {
      const literal = rest.startsWith("\\") && rest.length > 1 ? rest.slice(0, 2) : rest.slice(0, 1);
      made += literal.slice(-1).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      at += literal.length;
    }
  }
  return made;
}
