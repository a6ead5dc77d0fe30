/** Parts that many pages share: coloured states, people, times and external links. */

import type { Context } from "hono";
import { html } from "hono/html";
import { labelsOf } from "../issues/labels.ts";
import type { RenderContext } from "../render/site.ts";
import type { Issue, Pull } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import type { Html } from "./layout.ts";

export type Tone = "good" | "bad" | "busy" | "done" | "quiet";

export function badge(text: string, tone: Tone): Html {
  return html`<span class="state ${tone}">${text}</span>`;
}

const tones: Record<string, Tone> = {
  success: "good",
  failure: "bad",
  error: "bad",
  timed_out: "bad",
  startup_failure: "bad",
  action_required: "bad",
  queued: "busy",
  in_progress: "busy",
  waiting: "busy",
  pending: "busy",
};

/** Renders the conclusion of a check, run, job or step, or its status before that. */
export function progress(of: { status: string; conclusion: string | null }): Html {
  const state = of.conclusion ?? of.status;
  return badge(state.replaceAll("_", " "), tones[state] ?? "quiet");
}

export function issueState(issue: Issue, pull: Pull | undefined): Html {
  if (pull?.merged) return badge("merged", "done");
  if (issue.state === "closed") {
    if (pull !== undefined) return badge("closed", "bad");
    return issue.stateReason === "completed" || issue.stateReason === null
      ? badge("closed", "done")
      : badge(`closed as ${issue.stateReason.replaceAll("_", " ")}`, "quiet");
  }
  return pull?.draft ? badge("draft", "quiet") : badge("open", "good");
}

export function person(site: RenderContext, userId: number): Html {
  const { login, type } = userById(site, userId);
  const href =
    type === "Bot" ? `/apps/${encodeURIComponent(login.replace(/\[bot\]$/, ""))}` : `/${encodeURIComponent(login)}`;
  return html`<a class="person" href="${href}">${login}</a>`;
}

export function when(time: string | null): Html {
  if (time === null) return html`<span class="quiet">not yet</span>`;
  return html`<time datetime="${time}">${time.replace("T", " ").replace("Z", " UTC")}</time>`;
}

/** Formats the time between two dates, such as `1 m 05 s`. */
export function took(from: string | null, to: string | null): string {
  if (from === null || to === null) return "";
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  const rest = seconds % 60;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${String(rest).padStart(2, "0")} s`;
}

export function labels(site: RenderContext, issue: Issue): Html {
  return html`${labelsOf(site, issue).map((each) => html` <span class="label">${each.name}</span>`)}`;
}

export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** Returns a client's URL if it is safe in a link, else null. `javascript:` is not. */
export function outside(address: string | null): string | null {
  return address !== null && /^https?:\/\//i.test(address) ? address : null;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Links the previous and the next page. */
export function pager(http: Context, page: number, more: boolean): Html {
  const to = (target: number) => {
    const query = new URLSearchParams({ ...http.req.query(), page: String(target) });
    return `?${query}`;
  };
  if (page === 1 && !more) return html``;
  return html`<nav class="pager" aria-label="Pages">
    ${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">Newer</a>` : ""}
    ${more ? html`<a rel="next" href="${to(page + 1)}">Older</a>` : ""}
  </nav>`;
}
