/** Renders the reviews of a pull, each with the threads that it started. */

import { html } from "hono/html";
import type { RepositoryScope } from "../context.ts";
import type { Pull, Review } from "../store/entities.ts";
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
export function reviewsOn(scope: RepositoryScope, pull: Pull): { id: number; html: Html }[] {
  const threads = Map.groupBy(threadsOf(scope.store, pull), ([first]) => first.reviewId);
  return scope.store
    .table("reviews")
    .filter(({ pullId }) => pullId === pull.id)
    .flatMap((review) => {
      const begun = threads.get(review.id) ?? [];
      const isAnswer = review.state === "COMMENTED" && review.body.trim() === "" && begun.length === 0;
      if (review.state === "PENDING" || isAnswer) return [];
      const [text, tone] = verdicts[review.state];
      const place = { store: scope.store, repository: scope.repository };
      return {
        id: review.id,
        html: html`<article class="box" id="pullrequestreview-${review.id}">
    <header>${person(scope, review.userId)} ${badge(text, tone)} ${when(review.submittedAt)}</header>
    ${review.body.trim() === "" ? "" : markdown(review.body, place)}
    ${begun.map((thread) => conversationOf(scope, thread))}
  </article>`,
      };
    });
}

function conversationOf(scope: RepositoryScope, thread: Thread): Html {
  const [{ path, line, diffHunk }] = thread;
  const isSettled = isResolved(scope.store, thread);
  return html`<details class="file"${isSettled ? "" : html` open`}>
    <summary><code>${path}${line === null ? "" : `:${line}`}</code> ${isSettled ? badge("resolved", "done") : ""}</summary>
    <pre class="plain">${diffHunk}</pre>
    ${thread.map(
      (each) => html`<article class="box" id="discussion_r${each.id}">
      <header>${person(scope, each.userId)} ${when(each.createdAt)}</header>
      ${markdown(each.body, { store: scope.store, repository: scope.repository })}
    </article>`,
    )}
  </details>`;
}
