/**
 * Implements the port over the model. Makes the same requests in the same sequence as the REST adapter, so that the
 * same events can come between two requests.
 */
import { readResult } from "../../../src/github/artifact/result.ts";
import type { GitHub } from "../../../src/loop/github-port.ts";
import { Refused, Unavailable } from "../../../src/loop/github-port.ts";
import { Deadly } from "../process/life.ts";
import { closePull } from "./branches.ts";
import { checksOn, rerunChecks } from "./checks.ts";
import { closeIssue, comment, findComment, labelledBy, openIssue } from "./issues.ts";
import { BOT, type Comment, type GitHubModel, HttpAnswer, type Run } from "./model.ts";
import { isBot, iso } from "./payloads.ts";
import { gitPort } from "./port-git.ts";
import { mergingPort } from "./port-merging.ts";
import { mergeable, openPull, pullOf, snapshotOf } from "./pulls.ts";
import { cancelRun, dispatchRun, runsOf } from "./runs.ts";
import { meaningOf, type Wire } from "./wire.ts";

/** GitHub lists a new run only after some seconds. Asking sooner would miss the run and dispatch a second one. */
const LISTING_LAG_MS = 10_000;

/** The permissions that `app.yml` requests. */
const GRANTED = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  actions: "write",
  checks: "read",
  statuses: "read",
  workflows: "write",
};

export type Send = <T>(request: string, perform: () => T) => Promise<T>;

export function modelPort(github: GitHubModel, wire: Wire): GitHub {
  const carry =
    (changing: boolean): Send =>
    async (request, perform) => {
      try {
        return await wire.send(request, changing, perform);
      } catch (error) {
        throw meaningOf(request, error);
      }
    };
  const read = carry(false);
  const write = carry(true);

  return {
    ...gitPort(github, read, write, wire),
    ...mergingPort(github, read, wire),
    ...issuesPort(github, read, write),
    ...attemptsPort(github, read, wire),
    repository: () => read("repository", () => ({ repo: github.repo, archived: false })),
    permission: (_, login) => read("permission", () => github.people.get(login) ?? "none"),
    defaultBranch: () => read("defaultBranch", () => github.defaultBranch),
    requiredChecks: (_, branch) =>
      read("requiredChecks", () =>
        (github.protection.get(branch)?.checks ?? []).map((name) => ({ name, appId: null })),
      ),
    workflowState: () => read("workflowState", () => "active"),
    branchRules: () => read("branchRules", () => []),
    baseRules: (_, branch) =>
      read("baseRules", () => {
        const isProtected = github.protection.has(branch) || github.demands.has(branch);
        return {
          methods: ["merge", "squash", "rebase"],
          demands: github.demands.get(branch) ?? [],
          unreadable: isProtected ? ["lock", "deployments", "last-push"] : [],
        };
      }),
    granted: () => read("granted", () => GRANTED),
    checks: (_, sha) => read("checks", () => checksOn(github, sha)),
    jobs: (_, sha, { id }) =>
      read("jobs", () =>
        checksOn(github, sha).filter(({ producer }) => producer.kind === "job" && producer.run === id),
      ),
    mergedHeads: (_, branch, limit) =>
      read("mergedHeads", () => {
        const merged = [...github.pulls.values()].filter((pull) => pull.state === "merged" && pull.base === branch);
        return merged
          .toReversed()
          .slice(0, limit)
          .map((pull) => pull.shown);
      }),
    async openPull(_, { head, base, commit, title, body, replaces = 0 }) {
      const existing = await read("openPull.list", () => pullOf(github, { head, base, commit, replaces }));
      if (existing !== null) return { number: existing.number };
      try {
        return {
          number: (await wire.send("openPull.create", true, () => openPull(github, { head, base, title, body }, BOT)))
            .number,
        };
      } catch (error) {
        if (!(error instanceof HttpAnswer) || !/already exists/.test(error.message)) throw meaningOf("openPull", error);
        const raced = await read("openPull.list", () => pullOf(github, { head, base, commit, replaces }));
        if (raced === null) throw meaningOf("openPull", error);
        return { number: raced.number };
      }
    },
    async editPull(_, pull, edit) {
      const body = await read("editPull.read", () => github.pull(pull).body);
      const edited = await edit(body);
      if (edited === body || github.pull(pull).state !== "open") return;
      await write("editPull.write", () => {
        github.pull(pull).body = edited;
      });
    },
    closePull: (_, pull) => write("closePull", () => closePull(github, github.pull(pull), BOT)),
    async pull(_, number) {
      const first = await read("pull", () => {
        const { shown, state, draft } = github.pull(number);
        return { shown, state, draft, mergeable: state === "open" ? mergeable(github, github.pull(number)) : null };
      });
      // The commit, comparison, checks and reviews are separate requests: the world can change in between.
      return read("pull.rest", () => {
        const now = snapshotOf(github, github.pull(number));
        if (first.state !== "open" || now.state !== "open") return first.state === "open" ? openBefore() : now;
        const { shown, draft } = first;
        const { tree } = github.objects.read(shown);
        const behindBy = github.objects.behindBy(now.baseSha, shown);
        const checks = checksOn(github, shown);
        const mergeBase = github.objects.forkOf(now.baseSha, shown)?.sha ?? now.baseSha;
        return {
          ...now,
          draft,
          headSha: shown,
          headTree: tree,
          behindBy,
          checks,
          mergeBase,
          mergeable: first.mergeable,
        };
      });

      function openBefore() {
        const pull = github.pull(number);
        return snapshotOf(github, { ...pull, state: "open", mergeSha: null, mergedAt: null, draft: false });
      }
    },
    mergeBase: (_, of, head) =>
      read("mergeBase", () => {
        const { objects } = github;
        const base = github.branches.get(of) ?? of;
        return objects.has(base) && objects.has(head) ? (objects.forkOf(base, head)?.sha ?? null) : null;
      }),
    rerun: (_, head, checks) =>
      write("rerun", () =>
        rerunChecks(
          github,
          head,
          checks.map((check) => check.name),
        ),
      ),
    failureText: (_, check, limit) => read("failureText", () => `Error: ${check.name} said no`.slice(0, limit)),
    calls: () => wire.counts(),
  };
}

type Issues =
  | "subIssues"
  | "closedSubIssues"
  | "addSubIssue"
  | "addBlockedBy"
  | "issue"
  | "labelledIssues"
  | "labelledBy"
  | "comments"
  | "recentComments"
  | "upsertComment"
  | "react"
  | "closeIssue";

function issuesPort(github: GitHubModel, read: Send, write: Send): Pick<GitHub, Issues> {
  const said = ({ id, by, body, createdAt, updatedAt }: Comment) => ({
    id,
    author: by,
    authorIsBot: isBot(by),
    body,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  });
  const snapshot = (number: number) => {
    const { title, body, state, labels, by, closedBy } = github.issue(number);
    return { number, title, body, state, labels: [...labels], author: by, closedBy };
  };
  return {
    issue: (_, issue) => read("issue", () => snapshot(issue)),
    labelledIssues: (_, label) =>
      read("labelledIssues", () =>
        [...github.issues.values()]
          .filter((issue) => issue.state === "open" && issue.labels.has(label))
          .map((issue) => snapshot(issue.number)),
      ),
    labelledBy: (_, issue, label) => read("labelledBy", () => labelledBy(github.issue(issue), label)),
    comments: (_, issue) => read("comments", () => github.issue(issue).comments.map(said)),
    recentComments: (_, since) =>
      read("recentComments", () =>
        [...github.issues.values()].flatMap(({ number, comments }) =>
          comments
            .filter(({ updatedAt }) => updatedAt >= Date.parse(since))
            .map((comment) => ({ ...said(comment), issue: number })),
        ),
      ),
    subIssues: (_, parent) =>
      read("subIssues", () =>
        [...github.issues.values()]
          .filter((issue) => issue.parent === parent)
          .map(({ number, title, body, state, blockedBy }) => ({
            number,
            title,
            body,
            state,
            blockedBy: [...blockedBy],
          })),
      ),
    closedSubIssues: (_, parent) =>
      read("closedSubIssues", () =>
        [...github.issues.values()]
          .filter((issue) => issue.parent === parent && issue.state === "closed")
          .map(({ number }) => number),
      ),
    addSubIssue: (_, parent, { title, body }) =>
      write("addSubIssue", () => {
        const made = openIssue(github, { title, body, labels: [] }, BOT);
        made.parent = parent;
        return { number: made.number };
      }),
    addBlockedBy: (_, issue, blocker) =>
      write("addBlockedBy", () => {
        const { blockedBy } = github.issue(issue);
        if (!blockedBy.includes(blocker)) blockedBy.push(blocker);
      }),
    async upsertComment(_, issue, marker, body) {
      const text = body.split("\n", 1)[0] === marker ? body : `${marker}\n${body}`;
      const own = await read("upsertComment.list", () =>
        github.issue(issue).comments.find((one) => isBot(one.by) && one.body.split("\n", 1)[0] === marker),
      );
      if (own === undefined)
        return (await write("upsertComment.create", () => comment(github, github.issue(issue), text, BOT))).id;
      if (own.body !== text) {
        await write("upsertComment.edit", () => {
          own.body = text;
          own.updatedAt = github.now;
        });
      }
      return own.id;
    },
    react: (_, id, content) =>
      write("react", () => {
        findComment(github, id).reactions.add(content);
      }),
    closeIssue: (_, issue) => write("closeIssue", () => closeIssue(github, github.issue(issue), BOT)),
  };
}

type Attempts = "dispatch" | "findRun" | "run" | "cancelRun" | "artifact";

function attemptsPort(github: GitHubModel, read: Send, wire: Wire): Pick<GitHub, Attempts> {
  async function cancel(run: number): Promise<void> {
    try {
      await wire.send("cancelRun", true, () => cancelRun(github, github.run(run)));
    } catch (error) {
      // 409: the run has already ended.
      if (!(error instanceof HttpAnswer) || error.status !== 409) throw meaningOf("cancelRun", error);
    }
  }
  const listed = (attempt: string): Promise<Run[]> => read("dispatch.list", () => runsOf(github, attempt));

  return {
    async dispatch(_, request) {
      const [first, ...others] = await listed(request.attempt);
      if (first !== undefined) {
        for (const other of others) if (other.status !== "completed") await cancel(other.id);
        return { run: first.id };
      }
      try {
        return { run: (await wire.send("dispatch.create", true, () => dispatchRun(github, request))).id };
      } catch (error) {
        if (!(error instanceof HttpAnswer) || error.status < 500) throw meaningOf("dispatch", error);
        throw new Unavailable("The run was or may be dispatched", LISTING_LAG_MS);
      }
    },
    findRun: async (_, _workflow, attempt) => (await listed(attempt))[0]?.id ?? null,
    run: (_, id) =>
      read("run", () => {
        const { status, conclusion, path, runAttempt, startedAt, endedAt } = github.run(id);
        return { id, status, conclusion, path, runAttempt, url: `run ${id}`, startedAt, endedAt };
      }),
    cancelRun: (_, run) => cancel(run),
    artifact: (_, id) =>
      read("artifact", () => {
        const run = github.run(id);
        const files = run.artifact;
        if (run.runAttempt !== 1 || files === null) return null;
        if (files.has("poison")) throw new Deadly(`the artifact of run ${id}`);
        if (files.has("not-a-zip")) throw new Refused(`The artifact of run ${id} cannot be used`);
        const text = files.get("result.json");
        const contents = new Map([...files].map(([name, content]) => [name.replace(/^files\//, ""), content]));
        return {
          result: readResult(text === undefined ? null : Buffer.from(text).toString("utf8"), contents),
          file: (sha256) => contents.get(sha256) ?? null,
        };
      }),
  };
}
