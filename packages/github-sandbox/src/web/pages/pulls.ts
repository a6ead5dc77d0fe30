/** Pages `/pull/{n}` with its tabs: conversation, commits, checks and files. */
import type { Context } from "hono";
import { html } from "hono/html";
import type { SandboxContext } from "../../context.ts";
import { diffText, patchText } from "../../git/plumbing/diff.ts";
import { log } from "../../git/plumbing/history.ts";
import { requirements } from "../../protection/checks.ts";
import { guardsOf } from "../../protection/guards.ts";
import { factsOf } from "../../pulls/facts.ts";
import { diffBaseOf } from "../../pulls/reviews/place.ts";
import type { Issue, Pull, Repository } from "../../store/entities.ts";
import { checkLines, checkSummary, checkTable } from "../checks.ts";
import { conversationOf } from "../conversation.ts";
import { difference } from "../diff.ts";
import { pageIssue, pullOf, repositoryAt } from "../find.ts";
import { type Html, type Page, pageOf, tabBar } from "../layout.ts";
import { badge, count, issueState, labels, person, shortSha, type Tone, when } from "../parts.ts";
import { commitTable } from "./commits.ts";

type PullTab = "" | "commits" | "checks" | "files";

interface Shown {
  repository: Repository;
  issue: Issue;
  pull: Pull;
}

function shownAt(http: Context, context: SandboxContext, ending = ""): Shown {
  const repository = repositoryAt(http, context);
  const issue = pageIssue(http, context, repository, ending);
  return { repository, issue, pull: pullOf(context, issue) };
}

async function pullPage(
  context: SandboxContext,
  { repository, issue, pull }: Shown,
  tab: PullTab,
  body: Html,
): Promise<Page> {
  const { size } = await factsOf(context, repository, pull);
  const link = (name: PullTab, text: string, number: number | null) => ({
    text,
    href: pageOf(repository, `pull/${issue.number}${name === "" ? "" : `/${name}`}`),
    count: number,
    current: name === tab,
  });
  const branch = (ref: string) => html`<a href="${pageOf(repository, `commits/${ref}`)}"><code>${ref}</code></a>`;
  const checks = checkLines(context, repository, pull.headSha);
  return {
    title: `${issue.title} · Pull request #${issue.number}`,
    within: { repository, tab: "pulls" },
    body: html`<h1>${issue.title} <span class="quiet">#${issue.number}</span></h1>
      <p>${issueState(issue, pull)} ${person(context, issue.userId)} ${pull.merged ? "wanted" : "wants"} to merge
        ${count(size.commits, "commit")} into ${branch(pull.baseRef)} from ${branch(pull.headRef)}${labels(context, issue)}</p>
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
  const repository = repositoryAt(http, context);
  const issue = pageIssue(http, context, repository);
  if (!issue.isPull) return { elsewhere: pageOf(repository, `issues/${issue.number}`) };
  const shown = shownAt(http, context);
  return pullPage(
    context,
    shown,
    "",
    html`${conversationOf(context, repository, issue)}${await mergeBox(context, shown)}`,
  );
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

async function mergeBox(context: SandboxContext, { repository, issue, pull }: Shown): Promise<Html> {
  if (pull.merged) {
    return html`<section class="box"><p>${badge("merged", "done")} ${
      pull.mergedById === null ? "" : html`by ${person(context, pull.mergedById)}`
    } ${when(pull.mergedAt)} as ${
      pull.mergeSha === null
        ? ""
        : html`<a href="${pageOf(repository, `commit/${pull.mergeSha}`)}"><code>${shortSha(pull.mergeSha)}</code></a>`
    }</p></section>`;
  }
  if (issue.state === "closed") return html``;
  const { mergeableState } = await factsOf(context, repository, pull);
  const [sentence, tone] = mergeStates[mergeableState] ?? ["", "quiet"];
  const guards = guardsOf(context.store, repository, `refs/heads/${pull.baseRef}`);
  const demanded = guards.flatMap((guard) => guard.checks);
  const required = requirements(context.store, repository, demanded, pull.headSha);
  const checks = checkLines(context, repository, pull.headSha);
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
  const { repository, pull } = shown;
  const from = await diffBaseOf(context.git.at(repository), pull);
  const commits = await log(context.git.at(repository), pull.headSha, { without: [from], limit: 250, reverse: true });
  return pullPage(context, shown, "commits", commitTable(context, repository, commits));
}

export async function pullChecksPage(http: Context, context: SandboxContext): Promise<Page> {
  const shown = shownAt(http, context);
  const { repository, pull } = shown;
  const head = html`<a href="${pageOf(repository, `commit/${pull.headSha}`)}"><code>${shortSha(pull.headSha)}</code></a>`;
  const body = html`<p>Of the head, ${head}:</p>${checkTable(checkLines(context, repository, pull.headSha))}`;
  return pullPage(context, shown, "checks", body);
}

export async function pullFilesPage(http: Context, context: SandboxContext): Promise<Page> {
  const shown = shownAt(http, context);
  const { repository, pull } = shown;
  const from = await diffBaseOf(context.git.at(repository), pull);
  return pullPage(context, shown, "files", await difference(context, repository, from, pull.headSha));
}

/** Serves `/pull/{n}.diff` and `/pull/{n}.patch`. */
export async function pullText(http: Context, context: SandboxContext, kind: "diff" | "patch"): Promise<string> {
  const { repository, pull } = shownAt(http, context, `.${kind}`);
  const from = await diffBaseOf(context.git.at(repository), pull);
  const git = context.git.at(repository);
  return kind === "diff" ? diffText(git, from, pull.headSha) : patchText(git, from, pull.headSha);
}
