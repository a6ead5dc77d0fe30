/** Models pull requests: opening, mergeability, updates and merges. */
import type { SeenPull } from "../../../src/loop/github-port.ts";
import { announcePull, move } from "./branches.ts";
import { checksOn, isGreen, startChecks } from "./checks.ts";
import { type GitHubModel, HttpAnswer, type Pull, type Verdict } from "./model.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function openPull(github: GitHubModel, pull: Pick<Pull, "head" | "base" | "title" | "body">, by: string): Pull {
  const [tip, base] = [github.branches.get(pull.head), github.branches.get(pull.base)];
  if (tip === undefined || base === undefined) throw new HttpAnswer(422, "Validation Failed: head or base is invalid");
  if (openPullOf(github, pull.head, pull.base) !== null) {
    throw new HttpAnswer(422, `A pull request already exists for ${pull.head}.`);
  }
  if (github.objects.contains(base, tip)) throw new HttpAnswer(422, `No commits between ${pull.base} and ${pull.head}`);
  const opened: Pull = {
    ...pull,
    openedInto: pull.base,
    baseSince: github.now,
    labels: new Map(),
    number: github.nextNumber(),
    by,
    shown: tip,
    state: "open",
    reopenedAt: null,
    draft: false,
    mergeSha: null,
    mergedAt: null,
    mergedBy: null,
    reviews: new Map(),
    reviewed: new Map(),
    reviewedAt: new Map(),
    mergeability: null,
    computing: null,
  };
  github.pulls.set(opened.number, opened);
  github.record({ kind: "pull-opened", pull: opened });
  announcePull(github, opened, "opened", by);
  startChecks(github, opened);
  return opened;
}

export function openPullOf(github: GitHubModel, head: string, base: string): Pull | null {
  for (const pull of github.pulls.values()) {
    if (pull.state === "open" && pull.head === head && pull.base === base) return pull;
  }
  return null;
}

/** Returns the open pull request, or else the newest that carried the commit. Leaves out what is to be replaced. */
export function pullOf(
  github: GitHubModel,
  { head, base, commit, replaces }: { head: string; base: string; commit: string; replaces: number },
): Pull | null {
  const carrying = [...github.pulls.values()].filter(
    (pull) => pull.head === head && github.objects.contains(pull.shown, commit),
  );
  const over = carrying.filter((pull) => pull.base === base && (pull.number > replaces || pull.state === "merged"));
  const elsewhere = carrying.filter((pull) => pull.base !== base && pull.number > replaces);
  return openPullOf(github, head, base) ?? over.at(-1) ?? elsewhere.at(-1) ?? null;
}

/** Computes mergeability only on request, as GitHub does, and sends no webhook when it is done. */
export function mergeable(github: GitHubModel, pull: Pull): boolean | null {
  const base = github.tip(pull.base);
  const key = `${pull.shown} ${base}`;
  if (pull.mergeability?.key === key) return pull.mergeability.mergeable;
  if (pull.computing !== key) {
    pull.computing = key;
    github.clock.after(github.behaviour.lag("mergeable"), () => {
      if (pull.computing !== key) return;
      pull.computing = null;
      const [head = "", tip = ""] = key.split(" ");
      pull.mergeability = { key, mergeable: github.objects.merge(tip, head) !== null };
    });
  }
  return null;
}

export function snapshotOf(github: GitHubModel, pull: Pull): SeenPull {
  const { number, state, draft, shown: headSha, mergeSha, mergedAt } = pull;
  const headTree = github.objects.read(headSha).tree;
  const labels = [...pull.labels.keys()];
  const common = { number, state, draft, base: pull.base, labels, headSha, headTree, mergeSha, mergedAt };
  if (state !== "open") {
    const baseSha = github.branches.get(pull.base) ?? headSha;
    return {
      ...common,
      baseSha,
      behindBy: 0,
      mergeable: null,
      checks: [],
      sameWorkflows: true,
      changesRequestedBy: [],
      mergeBase: baseSha,
      approvals: [],
      byQuery: null,
    };
  }
  const baseSha = github.tip(pull.base);
  const requests = [...pull.reviews].filter(([, state]) => state === "CHANGES_REQUESTED").map(([login]) => login);
  const asking = requests.filter((login) => mayWrite(github, login));
  const wishing = requests.filter((login) => !mayWrite(github, login));
  const changeRequests = asking.map((by) => ({ by, head: pull.reviewed.get(by) ?? headSha, text: "Not like this." }));
  return {
    ...common,
    baseSha,
    behindBy: github.objects.behindBy(baseSha, headSha),
    mergeable: mergeable(github, pull),
    checks: checksOn(github, headSha),
    sameWorkflows: true,
    changesRequestedBy: asking,
    mergeBase: github.objects.forkOf(baseSha, headSha)?.sha ?? baseSha,
    approvals: approvalsOf(github, pull),
    byQuery: { baseChecks: checksOn(github, baseSha) },
    ...(changeRequests.length === 0 ? {} : { changeRequests }),
    ...(wishing.length === 0 ? {} : { changesWishedBy: wishing.slice(-5) }),
  };
}

function mayWrite(github: GitHubModel, login: string): boolean {
  const permission = github.people.get(login);
  return permission === "write" || permission === "admin";
}

/** Returns those who approved it and may write, the newest last. */
export function approvingPeople(github: GitHubModel, pull: Pull): string[] {
  const approving = [...pull.reviews].filter(([login, verdict]) => verdict === "APPROVED" && mayWrite(github, login));
  return approving.map(([login]) => login);
}

function approvalsOf(github: GitHubModel, pull: Pull): SeenPull["approvals"] {
  return approvingPeople(github, pull)
    .map((by) => ({ by, head: pull.reviewed.get(by) ?? pull.shown }))
    .toReversed()
    .slice(0, 5);
}

/** Answers 202. The merge commit follows later unless the branch moves first. */
export function updateHead(github: GitHubModel, pull: Pull, expected: string, by: string): void {
  const base = github.tip(pull.base);
  if (pull.state !== "open") throw new HttpAnswer(422, "The pull request is closed");
  if (pull.shown !== expected) throw new HttpAnswer(422, "expected head sha didn't match current head ref.");
  if (github.objects.merge(pull.shown, base) === null)
    throw new HttpAnswer(422, "merge conflict between base and head");
  if (github.objects.contains(pull.shown, base)) {
    throw new HttpAnswer(422, "There are no new commits on the base branch.");
  }
  if (github.behaviour.forgetsUpdate()) return;
  github.clock.after(github.behaviour.lag("update"), () => {
    const tip = github.branches.get(pull.base);
    const head = github.branches.get(pull.head);
    if (pull.state !== "open" || tip === undefined || head !== expected || github.objects.contains(head, tip)) return;
    const files = github.objects.merge(head, tip);
    if (files === null) return;
    const message = `Merge branch '${pull.base}' into ${pull.head}`;
    const { sha } = github.objects.write({ files, parents: [head, tip], message, by, at: github.now });
    move(github, pull.head, sha, by);
  });
}

export interface MergeRequest {
  head: string | null;
  method: "merge" | "squash" | "rebase";
  title: string;
  /** Lets an admin bypass branch protection. */
  bypass: boolean;
}

export function mergePull(github: GitHubModel, pull: Pull, request: MergeRequest, by: string): void {
  const base = github.tip(pull.base);
  if (pull.state !== "open") throw new HttpAnswer(405, "Pull Request is not mergeable");
  if (pull.draft) throw new HttpAnswer(405, "Pull Request is still a draft");
  if (request.head !== null && request.head !== pull.shown) {
    throw new HttpAnswer(409, "Head branch was modified. Review and try the merge again.");
  }
  const files = github.objects.merge(base, pull.shown);
  if (files === null) throw new HttpAnswer(405, "Pull Request is not mergeable");
  if (!request.bypass) demand(github, pull, base);
  const parents = request.method === "merge" ? [base, pull.shown] : [base];
  const landed = github.objects.write({ files, parents, message: request.title, by, at: github.now });
  pull.state = "merged";
  pull.mergeSha = landed.sha;
  pull.mergedBy = by;
  pull.mergedAt = Math.floor(github.now / 1_000) * 1_000;
  github.record({ kind: "merged", pull, by, head: pull.shown, baseBefore: base, landed });
  move(github, pull.base, landed.sha, by);
  announcePull(github, pull, "closed", by);
}

function demand(github: GitHubModel, pull: Pull, base: string): void {
  const rules = github.protection.get(pull.base);
  if (rules === undefined) return;
  if (rules.locked === true) throw new HttpAnswer(405, "Cannot change this locked branch");
  if (!isGreen(github, pull.shown, rules.checks)) {
    throw new HttpAnswer(405, `Required status check "${rules.checks[0]}" is expected.`);
  }
  if (rules.strict && !github.objects.contains(pull.shown, base)) {
    throw new HttpAnswer(405, "Head branch is not up to date with the base branch");
  }
  const { approvals = 0 } = rules;
  if (approvingPeople(github, pull).length < approvals) {
    throw new HttpAnswer(405, "At least 1 approving review is required by reviewers with write access.");
  }
}

export function review(github: GitHubModel, pull: Pull, by: string, verdict: Verdict): void {
  // The newest stands last.
  pull.reviews.delete(by);
  pull.reviews.set(by, verdict);
  pull.reviewed.set(by, pull.shown);
  pull.reviewedAt.set(by, github.now);
  github.record({ kind: "reviewed", pull, by, verdict });
  github.announce("pull_request_review", {
    action: verdict === "DISMISSED" ? "dismissed" : "submitted",
    repository: repositoryOf(github),
    pull_request: { number: pull.number },
    sender: accountOf(by),
  });
}
