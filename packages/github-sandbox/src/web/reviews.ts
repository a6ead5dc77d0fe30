/** Renders the reviews of a pull, each with the threads that it started. */

import { html } from "hono/html";
import type { SandboxContext } from "../context.ts";
import type { Pull, Repository, Review } from "../store/entities.ts";
import { isResolved, type Thread, threadsOf } from "../store/threads.ts";
import type { Html } from "./layout.ts";
import { markdown } from "./markdown/render.ts";
import { badge, person, type Tone, when } from "./parts.ts";

const verdicts: Record<Exclude<Review["state"], "PENDING">, [string, Tone]> = {
  APPROVED: ["approved", "good"],
  CHANGES_REQUESTED: ["requested changes", "bad"],
  COMMENTED: ["reviewed", "quiet"],
  DISMISSED: ["dismissed", "quiet"],
};

/** Lists the submitted reviews. A reply appears in its thread and not by itself. */
export function reviewsOn(context: SandboxContext, repository: Repository, pull: Pull): { id: number; html: Html }[] {
  const threads = Map.groupBy(threadsOf(context.store, pull), ([first]) => first.reviewId);
  return context.store
    .table("reviews")
    .filter(({ pullId }) => pullId === pull.id)
    .flatMap((review) => {
      const begun = threads.get(review.id) ?? [];
      const isAnswer = review.state === "COMMENTED" && review.body.trim() === "" && begun.length === 0;
      if (review.state === "PENDING" || isAnswer) return [];
      const [text, tone] = verdicts[review.state];
      const place = { store: context.store, repository };
      return {
        id: review.id,
        html: html`<article class="box" id="pullrequestreview-${review.id}">
    <header>${person(context, review.userId)} ${badge(text, tone)} ${when(review.submittedAt)}</header>
    ${review.body.trim() === "" ? "" : markdown(review.body, place)}
    ${begun.map((thread) => conversationOf(context, repository, thread))}
  </article>`,
      };
    });
}

function conversationOf(context: SandboxContext, repository: Repository, thread: Thread): Html {
  const [{ path, line, diffHunk }] = thread;
  const isSettled = isResolved(context.store, thread);
  return html`<details class="file"${isSettled ? "" : html` open`}>
    <summary><code>${path}${line === null ? "" : `:${line}`}</code> ${isSettled ? badge("resolved", "done") : ""}</summary>
    <pre class="plain">${diffHunk}</pre>
    ${thread.map(
      (each) => html`<article class="box" id="discussion_r${each.id}">
      <header>${person(context, each.userId)} ${when(each.createdAt)}</header>
      ${markdown(each.body, { store: context.store, repository })}
    </article>`,
    )}
  </details>`;
}
