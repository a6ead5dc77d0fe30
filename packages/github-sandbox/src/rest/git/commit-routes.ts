/** Commits and comparisons. https://docs.github.com/en/rest/commits/commits */

import { notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { diffText, emptyTree, patchText } from "../../git/plumbing/diff.ts";
import { distance, log, mergeBase } from "../../git/plumbing/history.ts";
import type { Commit } from "../../git/plumbing/objects.ts";
import { pathInUrl, renderCommit } from "../../render/git.ts";
import { repositoryApi, repositoryWeb, type Schema } from "../../render/site.ts";
import type { Repository } from "../../store/entities.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { diffEntries } from "./diffs.ts";
import { commitNamed, shaNamed } from "./find.ts";
import { mediaType, textAnswer } from "./media.ts";

/** GitHub's limits of one answer: https://docs.github.com/en/rest/commits/commits#compare-two-commits */
const shownCommits = 250;
const shownFiles = 300;

export function commitsOf(scope: RepositoryScope, commits: readonly Commit[]): Schema<"commit">[] {
  return commits.map((commit) => renderCommit(scope, commit));
}

export function commitRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo/commits", async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const { repository } = scope;
    const { sha, path, since, until, author } = http.req.query();
    const tip = await shaNamed(scope, sha ?? repository.defaultBranch);
    const wanted = Object.entries({ path, since, until, author }).filter((entry) => entry[1] !== undefined);
    const found = await log(context.git.at(repository), tip, Object.fromEntries(wanted));
    return respond<"repos/list-commits">(http, commitsOf(scope, paginate(http, found)));
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}", async (http, next) => {
    const ref = http.req.param("ref");
    // `commits/main/status` and the like are other routes. Ask for a branch with such a name by SHA.
    if (/\/(status|statuses|check-runs|check-suites|comments|pulls)$/.test(ref)) return next();
    const scope = scopeFor(http, context, "contents", "read");
    const commit = await commitNamed(scope, ref);
    const from = commit.parents[0] ?? emptyTree;
    const type = mediaType(http);
    const git = context.git.at(scope.repository);
    if (type === "sha") return textAnswer(http, type, commit.sha);
    if (type === "diff") return textAnswer(http, type, await diffText(git, from, commit.sha));
    if (type === "patch") return textAnswer(http, type, await patchText(git, commit.parents[0] ?? null, commit.sha));
    const files = await diffEntries(scope, from, commit.sha);
    const additions = files.reduce((sum, file) => sum + file.additions, 0);
    const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
    const stats = { additions, deletions, total: additions + deletions };
    const answer: Schema<"commit"> = {
      ...renderCommit(scope, commit),
      stats,
      files: paginate(http, files),
    };
    return respond<"repos/get-commit">(http, answer);
  });

  rest.get("/repos/:owner/:repo/compare/:basehead{.+}", async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const { repository } = scope;
    const [baseName, headName] = http.req.param("basehead").split("...");
    if (!baseName || !headName) throw notFound();
    const [base, head] = await Promise.all([
      shaNamed(scope, withoutOwner(repository, baseName)),
      shaNamed(scope, withoutOwner(repository, headName)),
    ]);
    const git = context.git.at(repository);
    const ancestor = await mergeBase(git, base, head);
    if (ancestor === null) throw notFound();
    const type = mediaType(http);
    if (type === "diff") return textAnswer(http, type, await diffText(git, ancestor, head));
    if (type === "patch") return textAnswer(http, type, await patchText(git, base, head));
    return respond<"repos/compare-commits">(
      http,
      await comparison(http, scope, { baseName, headName, base, head, ancestor }),
    );
  });

  return rest;
}

/** Strips `owner:` from `owner:branch`. The sandbox has no forks, so another owner gives 404. */
function withoutOwner(repository: Repository, name: string): string {
  const [, owner, branch = name] = /^([^:]+):(.+)$/.exec(name) ?? [];
  if (owner !== undefined && owner.toLowerCase() !== repository.owner.toLowerCase()) throw notFound();
  return branch;
}

interface Compared {
  baseName: string;
  headName: string;
  base: string;
  head: string;
  ancestor: string;
}

async function comparison(
  http: HttpContext,
  scope: RepositoryScope,
  { baseName, headName, base, head, ancestor }: Compared,
): Promise<Schema<"commit-comparison">> {
  const { repository } = scope;
  const git = scope.git.at(repository);
  const [{ ahead, behind }, commits, baseCommit, ancestorCommit] = await Promise.all([
    distance(git, base, head),
    log(git, head, { without: [base], reverse: true }),
    commitNamed(scope, base),
    commitNamed(scope, ancestor),
  ]);
  const { page, per_page: perPage } = http.req.query();
  const shown = (page ?? perPage) ? paginate(http, commits) : commits.slice(0, shownCommits);
  // Only the first page lists files.
  const files = Number(page ?? 1) > 1 ? [] : (await diffEntries(scope, ancestor, head)).slice(0, shownFiles);
  const names = `${pathInUrl(baseName)}...${pathInUrl(headName)}`;
  const html = `${repositoryWeb(scope)}/compare/${names}`;
  const permanent = [base, head].map((sha) => `${repository.owner}:${sha.slice(0, 7)}`).join("...");
  return {
    url: `${repositoryApi(scope)}/compare/${names}`,
    html_url: html,
    permalink_url: `${repositoryWeb(scope)}/compare/${permanent}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: renderCommit(scope, baseCommit),
    merge_base_commit: renderCommit(scope, ancestorCommit),
    status: relation(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commitsOf(scope, shown),
    files,
  };
}

function relation(ahead: number, behind: number): "diverged" | "ahead" | "behind" | "identical" {
  if (ahead > 0 && behind > 0) return "diverged";
  if (ahead > 0) return "ahead";
  return behind > 0 ? "behind" : "identical";
}
