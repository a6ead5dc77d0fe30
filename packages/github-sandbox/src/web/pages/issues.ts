/** Pages `/issues`, `/pulls` and one issue. `conversation.ts` renders what issues and pulls share. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import type { Issue } from "../../store/entities.ts";
import { checkLines, checkSummary } from "../checks.ts";
import { conversationOf } from "../conversation.ts";
import { pageIssue, pageOfRows, scopeAt } from "../find.ts";
import { type Html, type Page, pageOf, tabBar } from "../layout.ts";
import { count, issueState, labels, pager, person, when } from "../parts.ts";

export function issuesPage(http: Context, context: SandboxContext): Page {
  return list(http, context, false);
}

export function pullsPage(http: Context, context: SandboxContext): Page {
  return list(http, context, true);
}

function list(http: Context, context: SandboxContext, pulls: boolean): Page {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const all = context.store
    .table("issues")
    .filter((issue) => issue.repositoryId === repository.id && issue.isPull === pulls)
    .reverse();
  const inState = (wanted: Issue["state"]) => all.filter((issue) => issue.state === wanted);
  const asked = http.req.query("state");
  // Where nothing is open, what is finished is worth a look.
  const nothingOpen = inState("open").length === 0 && inState("closed").length > 0;
  const state = asked === "closed" || (asked === undefined && nothingOpen) ? "closed" : "open";
  const { page, shown, more } = pageOfRows(http, inState(state));
  const path = pageOf(repository, pulls ? "pulls" : "issues");
  const tab = (text: string, wanted: Issue["state"], href: string) => ({
    text,
    href,
    count: inState(wanted).length,
    current: wanted === state,
  });
  const title = pulls ? "Pull requests" : "Issues";
  return {
    title: `${title} · ${repository.owner}/${repository.name}`,
    within: { repository, tab: pulls ? "pulls" : "issues" },
    body: html`<h1>${title}</h1>
      ${tabBar("State", [tab("Open", "open", `${path}?state=open`), tab("Closed", "closed", `${path}?state=closed`)])}
      ${shown.length === 0 ? html`<p class="quiet">None.</p>` : html`<ul class="rows">${shown.map((issue) => row(scope, issue))}</ul>`}
      ${pager(http, page, more)}`,
  };
}

function row(scope: RepositoryScope, issue: Issue): Html {
  const { repository } = scope;
  const pull = issue.isPull ? scope.store.table("pulls").get(issue.id) : undefined;
  const comments = scope.store
    .table("comments")
    .filter((each) => each.repositoryId === repository.id && each.issueNumber === issue.number).length;
  return html`<li>${issueState(issue, pull)}
    <a class="title" href="${pageOf(repository, `${issue.isPull ? "pull" : "issues"}/${issue.number}`)}">${issue.title}</a>${labels(scope, issue)}
    <div class="quiet">#${issue.number} by ${person(scope, issue.userId)}, ${when(issue.createdAt)}, ${count(comments, "comment")}
      ${pull === undefined ? "" : checkSummary(checkLines(scope, pull.headSha))}</div>
  </li>`;
}

/** Renders an issue. A pull's number redirects to the pull, as on GitHub. */
export function issuePage(http: Context, context: SandboxContext): Page | { elsewhere: string } {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const issue = pageIssue(http, scope);
  if (issue.isPull) return { elsewhere: pageOf(repository, `pull/${issue.number}`) };
  return {
    title: `${issue.title} · Issue #${issue.number}`,
    within: { repository, tab: "issues" },
    body: html`<h1>${issue.title} <span class="quiet">#${issue.number}</span></h1>
      <p>${issueState(issue, undefined)} opened by ${person(context, issue.userId)}${labels(context, issue)}</p>
      ${conversationOf(scope, issue)}`,
  };
}
