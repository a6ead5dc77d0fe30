/**
 * Code owners: whose approval a pull needs for what it changes. The file is read from the base branch, and the last pattern
 * that names a path decides. An owner that the sandbox does not know (teams, it knows none) can approve nothing, where
 * GitHub would leave such a path without an owner: a rule that somebody relies on is rather shut than open.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */

import { RE2JS } from "re2js";
import type { RepositoryScope } from "../context.ts";
import { mergeBase } from "../git/plumbing/history.ts";
import type { Pull, User } from "../store/entities.ts";
import { guardsOf } from "./guards.ts";

/** Any one of these may approve, as the file writes them: `ada`, `acme/core`, `ada@example.org`. */
export type Owners = readonly string[];

const places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Of everything that the pull changes, where the base's rules ask for it; those of each path once. */
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
    // A file that was moved is its old place's owners' concern too.
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
    // These two, which .gitignore has, are not for code owners: GitHub passes over the line.
    if (pattern === "" || /^!|\[/.test(pattern)) return [];
    return { matches: expression(pattern), owners: owners.map((owner) => owner.replace(/^@/, "")) };
  });
}

/** None: nobody owns the path. */
export function ownersIn(rules: readonly OwnedBy[], path: string): Owners {
  return rules.findLast(({ matches }) => matches.testExact(path))?.owners ?? [];
}

function expression(pattern: string): RE2JS {
  const plain = pattern.replace(/\\(.)/g, "$1");
  // One that has a slash but at its end starts at the root.
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
  // `docs/*` is the files there, `docs` and `docs/` are all that lies below.
  const ending = plain.endsWith("/") ? ".*" : plain.endsWith("/*") ? "" : "(?:/.*)?";
  return RE2JS.compile(`${anchored ? "" : "(?:.*/)?"}${made}${ending}`, RE2JS.DOTALL);
}

export function isOwner({ login, email }: User, owners: Owners): boolean {
  return owners.some((owner) => owner.toLowerCase() === login.toLowerCase() || (email !== null && owner === email));
}
