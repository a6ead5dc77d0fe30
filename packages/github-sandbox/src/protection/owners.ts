/**
 * Finds the code owners who must approve a pull. The file is read from the base branch; the last pattern that matches a
 * path decides. An unknown owner, such as a team, can approve nothing, so its paths stay blocked. GitHub would leave
 * them without an owner; blocking is the safe side for a rule that someone relies on.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */

import { RE2JS } from "re2js";
import type { RepositoryScope } from "../context.ts";
import { mergeBase } from "../git/plumbing/history.ts";
import type { Pull, User } from "../store/entities.ts";
import { guardsOf } from "./guards.ts";

/** Owners as the file names them: `ada`, `acme/core`, `ada@example.org`. An approval of any of them is enough. */
export type Owners = readonly string[];

const places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Returns the owners of each changed path, without duplicates; none if the base does not require code owners. */
export async function ownersOf(scope: RepositoryScope, pull: Pull, baseSha: string): Promise<Owners[]> {
  const { repository } = scope;
  const guards = guardsOf(scope, `refs/heads/${pull.baseRef}`);
  if (!guards.some((guard) => guard.pull?.codeOwners)) return [];
  for (const place of places) {
    const text = await scope.git.readFile(repository, baseSha, place);
    if (text === null) continue;
    const git = scope.git.at(repository);
    const from = (await mergeBase(git, baseSha, pull.headSha)) ?? baseSha;
    const rules = parseOwners(text);
    // The owners of a moved file's old path must approve too.
    const paths = await git.fields(["diff-tree", "-r", "-z", "--no-renames", "--name-only", from, pull.headSha]);
    const found = paths.map((path) => ownersIn(rules, path)).filter((owners) => owners.length > 0);
    return [...new Map(found.map((owners) => [owners.join(), owners])).values()];
  }
  return [];
}

interface OwnedBy {
  matches: RE2JS;
  owners: Owners;
}

export function parseOwners(text: string): OwnedBy[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [pattern = "", ...owners] = line.replace(/(^|\s)#.*$/, "").match(/(?:\\.|\S)+/g) ?? [];
    // .gitignore has these two, CODEOWNERS has not: GitHub skips the line.
    if (pattern === "" || /^!|\[/.test(pattern)) return [];
    return { matches: expression(pattern), owners: owners.map((owner) => owner.replace(/^@/, "")) };
  });
}

/** Returns the owners of the path; none if no pattern matches. */
export function ownersIn(rules: readonly OwnedBy[], path: string): Owners {
  return rules.findLast(({ matches }) => matches.testExact(path))?.owners ?? [];
}

function expression(pattern: string): RE2JS {
  const plain = pattern.replace(/\\(.)/g, "$1");
  // A pattern with a slash before its end starts at the root.
  const anchored = /\/./.test(plain);
  const made = plain
    .replace(/^\//, "")
    .split(/(\*\*\/|\/\*\*$|\*+|\?)/)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "/**") return "/.*";
      if (part.startsWith("*")) return "[^/]*";
      return part === "?" ? "[^/]" : RE2JS.quote(part);
    })
    .join("");
  // `docs/*` matches the files directly in the folder, `docs` and `docs/` match all below it.
  const ending = plain.endsWith("/") ? ".*" : plain.endsWith("/*") ? "" : "(?:/.*)?";
  return RE2JS.compile(`${anchored ? "" : "(?:.*/)?"}${made}${ending}`, RE2JS.DOTALL);
}

export function isOwner({ login, email }: User, owners: Owners): boolean {
  return owners.some((owner) => owner.toLowerCase() === login.toLowerCase() || (email !== null && owner === email));
}
