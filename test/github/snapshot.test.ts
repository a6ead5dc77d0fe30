import { describe, expect, it } from "vitest";
import { api, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const [head, base, tree, baseTree, fork, merge] = [sha("a"), sha("b"), sha("c"), sha("d"), sha("e"), sha("f")];
const CI = { databaseId: 50, event: "pull_request", file: { path: ".github/workflows/ci.yml" } };
const AT = "2026-11-01T10:00:00Z";
const list = (...nodes: unknown[]) => ({ nodes, pageInfo: { hasNextPage: false } });

function checkRun(databaseId: number, name: string, more: Record<string, unknown> = {}) {
  const ended = { status: "COMPLETED", conclusion: "SUCCESS", startedAt: AT, completedAt: AT };
  return { databaseId, name, ...ended, detailsUrl: null, permalink: `https://x.test/${databaseId}`, ...more };
}

const running = { status: "IN_PROGRESS", conclusion: null, completedAt: null };

function suite(workflowRun: typeof CI | null, appId: number, ...runs: unknown[]) {
  return { app: { databaseId: appId }, workflowRun, checkRuns: list(...runs) };
}

function tip(oid: string, of: string, suites: unknown[] = [], contexts: unknown[] | null = null) {
  return { oid, tree: { oid: of }, checkSuites: list(...suites), status: contexts && { contexts } };
}

interface Scene {
  facts?: Record<string, unknown>;
  behindBy?: number;
  suites?: unknown[];
  contexts?: unknown[];
}

/** Answers one query about pull 3, which was named before. */
function expectQuery({ facts = {}, behindBy = 0, suites = [], contexts }: Scene) {
  const commit = tip(head, tree, suites, contexts ?? null);
  const p3 = {
    ...{ number: 3, state: "OPEN", isDraft: false, mergeable: "MERGEABLE", mergedAt: null, mergeCommit: null },
    ...{ headRefName: "topic", headRefOid: head, baseRefName: "main", baseRefOid: fork, labels: list() },
    ...{ verdicts: list(), writers: { nodes: [] }, commits: { nodes: [{ commit }] } },
    ...facts,
  };
  const c3 = { behindBy, baseTarget: { oid: base }, headTarget: { oid: head } };
  const repository = { p3, b0: { name: "main", target: tip(base, baseTree), c3 } };
  api().post("/graphql").reply(200, { data: { repository } });
}

/** The trees of head and base, which are read once. */
function expectTrees() {
  for (const sha of [tree, baseTree]) {
    api().get(`${REPO}/git/trees/${sha}?recursive=1`).reply(200, { truncated: false, tree: [] });
  }
}

/** Says that REST has no such pull, which shows that it was asked. */
function expectRest() {
  api().get(`${REPO}/pulls/3`).reply(404, { message: "Not Found" });
}

const look = (github = githubWith()) => github.pull(repo, 3, { base: "main", head: "topic" });

describe("a pull whose branches are known", () => {
  it("is read by one query, and its trees once", async () => {
    expectQuery({ facts: { isDraft: true, labels: list({ name: "wip" }) }, behindBy: 2 });
    expectTrees();
    api()
      .get(`${REPO}/compare/${base}...${head}?per_page=1&page=2`)
      .reply(200, { behind_by: 2, base_commit: { sha: base }, merge_base_commit: { sha: fork } });
    const github = githubWith();
    const seen = await look(github);
    expect(seen).toEqual({
      ...{ number: 3, state: "open", base: "main", labels: ["wip"], draft: true, headSha: head, headTree: tree },
      ...{ baseSha: base, behindBy: 2, mergeBase: fork, mergeable: true, mergeSha: null, mergedAt: null },
      ...{ checks: [], byQuery: { baseChecks: [] }, sameWorkflows: true, changesRequestedBy: [], approvals: [] },
    });
    expectQuery({ facts: { mergeable: "UNKNOWN" }, behindBy: 3 });
    expect(await look(github)).toMatchObject({ behindBy: 3, mergeBase: fork, mergeable: null });
  });

  it("is read by the same query as others that are asked for in the same moment", async () => {
    expectQuery({});
    expectTrees();
    const github = githubWith();
    expect(await Promise.all([look(github), look(github)])).toMatchObject([{ number: 3 }, { number: 3 }]);
  });

  it("is read by query when it is over too; the test merge of a closed pull has not landed", async () => {
    expectQuery({ facts: { state: "MERGED", mergedAt: AT, mergeCommit: { oid: merge } } });
    expect(await look()).toMatchObject({ state: "merged", mergeSha: merge, mergedAt: Date.parse(AT), baseSha: fork });
    expectQuery({ facts: { state: "CLOSED", mergeCommit: { oid: merge } } });
    expect(await look()).toMatchObject({ state: "closed", mergeSha: null, mergedAt: null });
  });

  it("is read over REST where the query fails, shows other branches, or does not show it in full", async () => {
    api().post("/graphql").reply(502);
    expectRest();
    await expect(look()).rejects.toMatchObject({ name: "Unavailable" });
    const cut = { nodes: [], pageInfo: { hasNextPage: true } };
    const commits = { nodes: [{ commit: tip(sha("9"), tree) }] };
    for (const facts of [{ baseRefName: "next" }, { headRefName: "moved" }, { labels: cut }, { commits }]) {
      expectQuery({ facts });
      expectRest();
      await expect(look()).rejects.toMatchObject({ name: "Unavailable" });
    }
  });
});

describe("the checks that a query shows", () => {
  async function checksOf(scene: Scene) {
    expectQuery(scene);
    expectTrees();
    return (await look()).checks.map(({ id, name, producer, conclusion }) => {
      const by = producer.kind === "job" ? `${producer.workflow} ${producer.run}` : Object.values(producer)[1];
      return [id, name, by, conclusion];
    });
  }

  it("are those of the newest run of each workflow and event, of other Apps and of statuses", async () => {
    const older = { ...CI, databaseId: 40 };
    const attempt = { ...CI, file: { path: ".github/workflows/headgate.yml" } };
    const status = { targetUrl: null, createdAt: AT };
    const suites = [
      suite(older, 15_368, checkRun(1, "unit", { conclusion: "FAILURE" })),
      suite(CI, 15_368, checkRun(2, "unit", running), checkRun(3, "lint", { conclusion: "SOMETHING_NEW" })),
      suite(attempt, 15_368, checkRun(4, "attempt")),
      suite(null, 7, checkRun(5, "headgate")),
      suite(null, 9, checkRun(7, "scan", { conclusion: "NEUTRAL" }), checkRun(6, "scan")),
    ];
    const contexts = [
      { ...status, context: "legacy", state: "SUCCESS", creator: { __typename: "Bot", login: "ci" } },
      { ...status, context: "slow", state: "EXPECTED", creator: null },
    ];
    expect(await checksOf({ suites, contexts })).toEqual([
      [2, "unit", `${CI.file.path} 50`, null],
      [3, "lint", `${CI.file.path} 50`, "action_required"],
      [7, "scan", 9, "neutral"],
      [null, "legacy", "ci[bot]", "success"],
      [null, "slow", null, null],
    ]);
  });

  it("are not taken where a forged one may hide a job, or the run's file is unknown", async () => {
    const again = { ...CI, databaseId: 60 };
    for (const suites of [
      [suite(CI, 15_368, checkRun(1, "unit"), checkRun(2, "unit", running))],
      [suite(CI, 15_368, checkRun(1, "unit")), suite(again, 15_368, checkRun(2, "unit", { conclusion: "SKIPPED" }))],
      [suite({ ...CI, file: null as never }, 15_368, checkRun(1, "unit"))],
    ]) {
      expectQuery({ suites });
      expectRest();
      await expect(look()).rejects.toMatchObject({ name: "Unavailable" });
    }
  });
});

it("takes from a query whose reviews count, and asks for the permission of bots only", async () => {
  const verdict = (login: string, state: string, at: string, __typename = "User") => ({
    ...{ state, submittedAt: `2026-11-01T${at}:00Z`, author: { __typename, login }, commit: { oid: head } },
  });
  const verdicts = list(
    verdict("wendy", "CHANGES_REQUESTED", "12:00"),
    verdict("sam", "CHANGES_REQUESTED", "10:00"),
    verdict("maya", "APPROVED", "11:00"),
    verdict("rabbit", "CHANGES_REQUESTED", "09:00", "Bot"),
  );
  const writers = {
    nodes: [
      { body: "Not so.", author: { login: "wendy" } },
      { body: "", author: { login: "maya" } },
    ],
  };
  expectQuery({ facts: { verdicts, writers } });
  expectTrees();
  api().get(`${REPO}/collaborators/rabbit%5Bbot%5D/permission`).reply(404, {});
  expect(await look()).toMatchObject({
    changesRequestedBy: ["wendy"],
    changesWishedBy: ["rabbit[bot]", "sam"],
    changeRequests: [{ by: "wendy", head, text: "Not so." }],
    approvals: [{ by: "maya", head }],
  });
});
