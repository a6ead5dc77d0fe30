/** Models pull requests: opening, mergeability, updates and merges. */
import type { PullSnapshot } from "../../../src/core/github.ts";
import { announcePull, move } from "./branches.ts";
import { checksOn, isGreen, startChecks } from "./checks.ts";
import { HttpAnswer, type Hub, type Pull } from "./hub.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function openPull(hub: Hub, pull: { head: string; base: string; title: string }, by: string): Pull {
  const [tip, base] = [hub.branches.get(pull.head), hub.branches.get(pull.base)];
  if (tip === undefined || base === undefined) throw new HttpAnswer(422, "Validation Failed: head or base is invalid");
  if (openPullOf(hub, pull.head, pull.base) !== null) {
    throw new HttpAnswer(422, `A pull request already exists for ${pull.head}.`);
  }
  if (hub.objects.contains(base, tip)) throw new HttpAnswer(422, `No commits between ${pull.base} and ${pull.head}`);
  const opened: Pull = {
    ...pull,
    number: hub.nextNumber(),
    by,
    shown: tip,
    state: "open",
    draft: false,
    mergeSha: null,
    mergedAt: null,
    reviews: new Map(),
    reviewed: new Map(),
    mergeability: null,
    computing: null,
  };
  hub.pulls.set(opened.number, opened);
  hub.tell({ kind: "pull-opened", pull: opened });
  announcePull(hub, opened, "opened", by);
  startChecks(hub, opened);
  return opened;
}

export function openPullOf(hub: Hub, head: string, base: string): Pull | null {
  for (const pull of hub.pulls.values()) {
    if (pull.state === "open" && pull.head === head && pull.base === base) return pull;
  }
  return null;
}

/** Returns the open pull request, or else the newest that carried the commit. */
export function pullOf(hub: Hub, head: string, base: string, commit: string): Pull | null {
  const over = [...hub.pulls.values()].filter(
    (pull) => pull.head === head && pull.base === base && hub.objects.contains(pull.shown, commit),
  );
  return openPullOf(hub, head, base) ?? over.at(-1) ?? null;
}

/** Computes mergeability only on request, as GitHub does, and sends no webhook when it is done. */
export function mergeable(hub: Hub, pull: Pull): boolean | null {
  const base = hub.tip(pull.base);
  const key = `${pull.shown} ${base}`;
  if (pull.mergeability?.key === key) return pull.mergeability.mergeable;
  if (pull.computing !== key) {
    pull.computing = key;
    hub.clock.after(hub.behaviour.lag("mergeable"), () => {
      if (pull.computing !== key) return;
      pull.computing = null;
      const [head = "", tip = ""] = key.split(" ");
      pull.mergeability = { key, mergeable: hub.objects.merge(tip, head) !== null };
    });
  }
  return null;
}

export function snapshotOf(hub: Hub, pull: Pull): PullSnapshot {
  const { number, state, draft, shown: headSha, mergeSha, mergedAt } = pull;
  const headTree = hub.objects.read(headSha).tree;
  const common = { number, state, draft, headSha, headTree, mergeSha, mergedAt };
  if (state !== "open") {
    const baseSha = hub.branches.get(pull.base) ?? headSha;
    return { ...common, baseSha, behindBy: 0, mergeable: null, checks: [], changesRequestedBy: [] };
  }
  const baseSha = hub.tip(pull.base);
  const asking = [...pull.reviews].filter(([, state]) => state === "CHANGES_REQUESTED").map(([login]) => login);
  const changeRequests = asking.map((by) => ({ by, head: pull.reviewed.get(by) ?? headSha, text: "Not like this." }));
  return {
    ...common,
    baseSha,
    behindBy: hub.objects.behindBy(baseSha, headSha),
    mergeable: mergeable(hub, pull),
    checks: checksOn(hub, headSha),
    changesRequestedBy: asking,
    ...(changeRequests.length === 0 ? {} : { changeRequests }),
  };
}

/** Answers 202. The merge commit follows later unless the branch moves first. */
export function updateHead(hub: Hub, pull: Pull, expected: string, by: string): void {
  const base = hub.tip(pull.base);
  if (pull.state !== "open") throw new HttpAnswer(422, "The pull request is closed");
  if (pull.shown !== expected) throw new HttpAnswer(422, "expected head sha didn't match current head ref.");
  if (hub.objects.merge(pull.shown, base) === null) throw new HttpAnswer(422, "merge conflict between base and head");
  if (hub.objects.contains(pull.shown, base)) {
    throw new HttpAnswer(422, "There are no new commits on the base branch.");
  }
  if (hub.behaviour.forgetsUpdate()) return;
  hub.clock.after(hub.behaviour.lag("update"), () => {
    const tip = hub.branches.get(pull.base);
    const head = hub.branches.get(pull.head);
    if (pull.state !== "open" || tip === undefined || head !== expected || hub.objects.contains(head, tip)) return;
    const files = hub.objects.merge(head, tip);
    if (files === null) return;
    const message = `Merge branch '${pull.base}' into ${pull.head}`;
    const { sha } = hub.objects.write({ files, parents: [head, tip], message, by, at: hub.now });
    move(hub, pull.head, sha, by);
  });
}

export interface MergeRequest {
  head: string | null;
  method: "merge" | "squash" | "rebase";
  title: string;
  /** Lets an admin bypass branch protection. */
  bypass: boolean;
}

export function mergePull(hub: Hub, pull: Pull, request: MergeRequest, by: string): void {
  const base = hub.tip(pull.base);
  if (pull.state !== "open") throw new HttpAnswer(405, "Pull Request is not mergeable");
  if (pull.draft) throw new HttpAnswer(405, "Pull Request is still a draft");
  if (request.head !== null && request.head !== pull.shown) {
    throw new HttpAnswer(409, "Head branch was modified. Review and try the merge again.");
  }
  const files = hub.objects.merge(base, pull.shown);
  if (files === null) throw new HttpAnswer(405, "Pull Request is not mergeable");
  if (!request.bypass) demand(hub, pull, base);
  const parents = request.method === "merge" ? [base, pull.shown] : [base];
  const landed = hub.objects.write({ files, parents, message: request.title, by, at: hub.now });
  pull.state = "merged";
  pull.mergeSha = landed.sha;
  pull.mergedAt = Math.floor(hub.now / 1_000) * 1_000;
  hub.tell({ kind: "merged", pull, by, head: pull.shown, baseBefore: base, landed });
  move(hub, pull.base, landed.sha, by);
  announcePull(hub, pull, "closed", by);
}

function demand(hub: Hub, pull: Pull, base: string): void {
  const rules = hub.protection.get(pull.base);
  if (rules === undefined) return;
  if (!isGreen(hub, pull.shown, rules.checks)) {
    throw new HttpAnswer(405, `Required status check "${rules.checks[0]}" is expected.`);
  }
  if (rules.strict && !hub.objects.contains(pull.shown, base)) {
    throw new HttpAnswer(405, "Head branch is not up to date with the base branch");
  }
}

export function review(
  hub: Hub,
  pull: Pull,
  by: string,
  verdict: "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED",
): void {
  pull.reviews.set(by, verdict);
  pull.reviewed.set(by, pull.shown);
  hub.announce("pull_request_review", {
    action: verdict === "DISMISSED" ? "dismissed" : "submitted",
    repository: repositoryOf(hub),
    pull_request: { number: pull.number },
    sender: accountOf(by),
  });
}
