/** Pages `/pull/{n}` with its tabs: conversation, commits, checks and files. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { diffText, patchText } from "../../git/plumbing/diff.ts";
import { log } from "../../git/plumbing/history.ts";
import { requirements } from "../../protection/checks.ts";
import { guardsOf } from "../../protection/guards.ts";
import { factsOf } from "../../pulls/facts.ts";
import { diffBaseOf } from "../../pulls/reviews/place.ts";
import type { Issue, Pull } from "../../store/entities.ts";
import { checkLines, checkSummary, checkTable } from "../checks.ts";
import { conversationOf } from "../conversation.ts";
import { difference } from "../diff.ts";
import { pageIssue, pullOf, scopeAt } from "../find.ts";
import { type Html, type Page, pageOf, tabBar } from "../layout.ts";
import { badge, count, issueState, labels, person, shortSha, type Tone, when } from "../parts.ts";
import { commitTable } from "./commits.ts";

type PullTab = "" | "commits" | "checks" | "files";

interface Shown {
  scope: RepositoryScope;
  issue: Issue;
  pull: Pull;
}

function shownAt(http: Context, context: SandboxContext, ending = ""): Shown {
  const scope = scopeAt(http, context);
  const issue = pageIssue(http, scope, ending);
  return { scope, issue, pull: pullOf(context, issue) };
}

async function pullPage({ scope, issue, pull }: Shown, tab: PullTab, body: Html): Promise<Page> {
  const { repository } = scope;
  const { size } = await factsOf(scope, pull);
  const link = (name: PullTab, text: string, number: number | null) => ({
    text,
    href: pageOf(repository, `pull/${issue.number}${name === "" ? "" : `/${name}`}`),
    count: number,
    current: name === tab,
  });
  const branch = (ref: string) => html`<a href="${pageOf(repository, `commits/${ref}`)}"><code>${ref}</code></a>`;
  const checks = checkLines(scope, pull.headSha);
  return {
    title: `${issue.title} · Pull request #${issue.number}`,
    within: { repository, tab: "pulls" },
    body: html`<h1>${issue.title} <span class="quiet">#${issue.number}</span></h1>
      <p>${issueState(issue, pull)} ${person(scope, issue.userId)} ${pull.merged ? "wanted" : "wants"} to merge
        ${count(size.commits, "commit")} into ${branch(pull.baseRef)} from ${branch(pull.headRef)}${labels(scope, issue)}</p>
      ${tabBar("Pull request", [
        link("", "Conversation", null),
        link("commits", "Commits", size.commits),
        link("checks", "Checks", checks.length),
        link("files", "Files changed", size.files),
      ])}
      ${body}`,
  };
}

export async function conversationPage(http: Context, context: SandboxContext): Promise<Page | { elsewhere: string }> {
  const scope = scopeAt(http, context);
  const issue = pageIssue(http, scope);
  if (!issue.isPull) return { elsewhere: pageOf(scope.repository, `issues/${issue.number}`) };
  const shown = shownAt(http, context);
  return pullPage(shown, "", html`${conversationOf(scope, issue)}${await mergeBox(shown)}`);
}

const mergeStates: Record<string, [string, Tone]> = {
  clean: ["It can be merged.", "good"],
  dirty: ["It conflicts with its base.", "bad"],
  behind: ["Its base has moved on; it must be brought up to date.", "busy"],
  blocked: ["Merging is blocked by what its base branch requires.", "bad"],
  unstable: ["It can be merged, but not all of its checks pass.", "busy"],
  draft: ["It is a draft.", "quiet"],
  unknown: ["Whether it can be merged is not known yet.", "quiet"],
};

async function mergeBox({ scope, issue, pull }: Shown): Promise<Html> {
  if (pull.merged) {
    return html`<section class="box"><p>${badge("merged", "done")} ${
      pull.mergedById === null ? "" : html`by ${person(scope, pull.mergedById)}`
    } ${when(pull.mergedAt)} as ${
      pull.mergeSha === null
        ? ""
        : html`<a href="${pageOf(scope.repository, `commit/${pull.mergeSha}`)}"><code>${shortSha(pull.mergeSha)}</code></a>`
    }</p></section>`;
  }
  if (issue.state === "closed") return html``;
  const { mergeableState } = await factsOf(scope, pull);
  const [sentence, tone] = mergeStates[mergeableState] ?? ["", "quiet"];
  const guards = guardsOf(scope, `refs/heads/${pull.baseRef}`);
  const demanded = guards.flatMap((guard) => guard.checks);
  const required = requirements(scope, demanded, pull.headSha);
  const checks = checkLines(scope, pull.headSha);
  const missing = required.filter(({ state }) => state === "expected").map(({ context }) => context);
  return html`<section class="box" id="merge">
    <p>${badge(mergeableState, tone)} ${sentence} ${checkSummary(checks)}</p>
    ${checkTable(checks)}
    ${required.length === 0 ? "" : html`<p class="quiet">Required: ${required.map(({ context }) => context).join(", ")}.</p>`}
    ${missing.length === 0 ? "" : html`<p>Expected, but not reported: ${missing.join(", ")}.</p>`}
  </section>`;
}

export async function pullCommitsPage(http: Context, context: SandboxContext): Promise<Page> {
  const shown = shownAt(http, context);
  const { scope, pull } = shown;
  const from = await diffBaseOf(scope.git.at(scope.repository), pull);
  const commits = await log(scope.git.at(scope.repository), pull.headSha, {
    without: [from],
    limit: 250,
    reverse: true,
  });
  return pullPage(shown, "commits", commitTable(scope, commits));
}

export async function pullChecksPage(http: Context, context: SandboxContext): Promise<Page> {
  const shown = shownAt(http, context);
  const { scope, pull } = shown;
  const head = html`<a href="${pageOf(scope.repository, `commit/${pull.headSha}`)}"><code>${shortSha(pull.headSha)}</code></a>`;
  const body = html`<p>Of the head, ${head}:</p>${checkTable(checkLines(scope, pull.headSha))}`;
  return pullPage(shown, "checks", body);
}

export async function pullFilesPage(http: Context, context: SandboxContext): Promise<Page> {
  const shown = shownAt(http, context);
  const { scope, pull } = shown;
  const from = await diffBaseOf(scope.git.at(scope.repository), pull);
  return pullPage(shown, "files", await difference(scope, from, pull.headSha));
}

/** Serves `/pull/{n}.diff` and `/pull/{n}.patch`. */
export async function pullText(http: Context, context: SandboxContext, kind: "diff" | "patch"): Promise<string> {
  const { scope, pull } = shownAt(http, context, `.${kind}`);
  const from = await diffBaseOf(scope.git.at(scope.repository), pull);
  const git = scope.git.at(scope.repository);
  return kind === "diff" ? diffText(git, from, pull.headSha) : patchText(git, from, pull.headSha);
}
