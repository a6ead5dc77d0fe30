/** Pages `/commits/{branch}`, `/commit/{sha}` and `/compare/{base}...{head}`. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { diffText, emptyTree, patchText } from "../../git/plumbing/diff.ts";
import { distance, log, mergeBase } from "../../git/plumbing/history.ts";
import { type Commit, readCommit } from "../../git/plumbing/objects.ts";
import { checkLines, checkSummary, checkTable } from "../checks.ts";
import { difference } from "../diff.ts";
import { mustBe, pageCommit, pageNumber, param, scopeAt } from "../find.ts";
import { type Html, type Page, pageOf } from "../layout.ts";
import { count, pager, shortSha, when } from "../parts.ts";

const perPage = 50;

export async function historyPage(http: Context, context: SandboxContext): Promise<Page> {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const ref = http.req.param("rest") ?? repository.shownBranch ?? repository.defaultBranch;
  const tip = await pageCommit(scope, ref);
  const page = pageNumber(http);
  const commits = await log(context.git.at(repository), tip, { limit: page * perPage + 1 });
  return {
    title: `History of ${ref}`,
    within: { repository, tab: "code" },
    body: html`<h1>History of ${ref}</h1>
      ${commitTable(scope, commits.slice((page - 1) * perPage, page * perPage))}
      ${pager(http, page, commits.length > page * perPage)}`,
  };
}

export function commitTable(scope: RepositoryScope, commits: readonly Commit[]): Html {
  if (commits.length === 0) return html`<p class="quiet">No commits.</p>`;
  return html`<table class="list"><tbody>${commits.map(
    (commit) => html`<tr>
      <td class="wide"><a href="${pageOf(scope.repository, `commit/${commit.sha}`)}">${commit.message.split("\n")[0] || "(no message)"}</a>
        <span class="quiet">${commit.author.name}${commit.parents.length > 1 ? ", merge" : ""}</span></td>
      <td>${checkSummary(checkLines(scope, commit.sha))}</td>
      <td class="sha"><code>${shortSha(commit.sha)}</code></td>
      <td class="quiet">${when(commit.committer.date)}</td>
    </tr>`,
  )}</tbody></table>`;
}

export async function commitPage(http: Context, context: SandboxContext): Promise<Page> {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const sha = await pageCommit(scope, param(http, "sha"));
  const commit = mustBe(await readCommit(context.git.at(repository), sha));
  const [subject = "", ...rest] = commit.message.split("\n");
  const checks = checkLines(scope, sha);
  return {
    title: subject,
    within: { repository, tab: "code" },
    body: html`<h1>${subject}</h1>
      ${rest.join("").trim() === "" ? "" : html`<pre class="plain">${rest.join("\n").trim()}</pre>`}
      <p class="quiet">${commit.author.name} wrote <code>${sha}</code>, ${when(commit.committer.date)};
        ${commit.parents.length === 0 ? "it has no parent" : count(commit.parents.length, "parent")}
        ${commit.parents.map((parent) => html` <a href="${pageOf(repository, `commit/${parent}`)}"><code>${shortSha(parent)}</code></a>`)}</p>
      ${checks.length === 0 ? "" : html`<h2>Checks</h2>${checkTable(checks)}`}
      <h2>Changes</h2>
      ${await difference(scope, commit.parents[0] ?? emptyTree, sha)}`,
  };
}

interface Compared {
  scope: RepositoryScope;
  baseName: string;
  headName: string;
  base: string;
  head: string;
}

async function comparedAt(http: Context, context: SandboxContext, ending = ""): Promise<Compared> {
  const scope = scopeAt(http, context);
  const rest = param(http, "rest");
  const [one = "", other] = rest.slice(0, rest.length - ending.length).split("...");
  const [baseName, headName] = other === undefined ? [scope.repository.defaultBranch, one] : [one, other];
  // `ada:main` names ada's branch. The sandbox has no forks, so the owner is ignored.
  const named = (name: string) => pageCommit(scope, name.replace(/^[\w.-]+:/, ""));
  return { scope, baseName, headName, base: await named(baseName), head: await named(headName) };
}

/** Serves `/compare/{base}...{head}.diff` and `.patch`. */
export async function comparedText(http: Context, context: SandboxContext, kind: "diff" | "patch"): Promise<string> {
  const { scope, base, head } = await comparedAt(http, context, `.${kind}`);
  const git = scope.git.at(scope.repository);
  const from = (await mergeBase(git, base, head)) ?? base;
  return kind === "diff" ? diffText(git, from, head) : patchText(git, from, head);
}

export async function comparePage(http: Context, context: SandboxContext): Promise<Page> {
  const { scope, baseName, headName, base, head } = await comparedAt(http, context);
  const { repository } = scope;
  const git = scope.git.at(repository);
  const commits = await log(git, head, { without: [base], limit: 250 });
  const { ahead, behind } = await distance(git, base, head);
  return {
    title: `${baseName}...${headName}`,
    within: { repository, tab: "code" },
    body: html`<h1>${baseName} … ${headName}</h1>
      <p>${headName} has ${count(ahead, "commit")} that ${baseName} has not, and lacks ${behind}.</p>
      ${commitTable(scope, commits)}
      ${await difference(scope, (await mergeBase(git, base, head)) ?? base, head)}`,
  };
}
