/** Reads the web side over HTTP: every URL of the API leads to a page, and texts are rendered as on GitHub. */
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silent } from "./rest-fixture.ts";
import { startWebFixture, type WebFixture } from "./web-fixture.ts";

let fixture: WebFixture;
beforeAll(async () => {
  fixture = await startWebFixture();
});
afterAll(() => fixture.close());

async function get(path: string) {
  const url = path.startsWith("/") ? `${fixture.sandbox.url}${path}` : path;
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Returns the body of a new issue as its page renders it. */
async function shown(body: string): Promise<string> {
  const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "t", body });
  const { text } = await get(data.html_url);
  return /<div class="markdown">([\s\S]*)<\/div>\s*<\/article>/.exec(text)?.[1] ?? text;
}

/** Collects the values of these keys anywhere in an answer. */
function values(answer: unknown, keys: readonly string[]): string[] {
  if (typeof answer !== "object" || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) =>
    keys.includes(key) && typeof value === "string" ? [value] : values(value, keys),
  );
}

it("Every page URL that the API gives leads to that page", async () => {
  const { owner, bot, at, head } = fixture;
  const { rest } = owner;
  const { data: runs } = await rest.actions.listWorkflowRunsForRepo(at);
  const run_id = runs.workflow_runs[0]?.id ?? 0;
  const answers = await Promise.all([
    rest.repos.get(at),
    rest.repos.listBranches(at),
    rest.repos.getBranch({ ...at, branch: "headgate/1/cart" }),
    rest.repos.getContent({ ...at, path: "" }),
    rest.repos.getContent({ ...at, path: "docs/guide.md", ref: "headgate/1/cart" }),
    rest.repos.getContent({ ...at, path: "cart.js", ref: "refs/heads/headgate/1/cart" }),
    rest.repos.listCommits(at),
    rest.repos.compareCommitsWithBasehead({ ...at, basehead: "main...headgate/1/cart" }),
    rest.git.getCommit({ ...at, commit_sha: head }),
    rest.issues.listForRepo({ ...at, state: "all" }),
    rest.issues.listComments({ ...at, issue_number: 1 }),
    rest.pulls.get({ ...at, pull_number: 2 }),
    rest.pulls.listFiles({ ...at, pull_number: 2 }),
    rest.checks.listForRef({ ...at, ref: head }),
    rest.actions.listJobsForWorkflowRun({ ...at, run_id }),
    rest.actions.listRepoWorkflows(at),
    rest.users.getAuthenticated(),
    rest.apps.getBySlug({ app_slug: "headgate" }),
    bot.rest.checks.listForRef({ ...at, ref: head }),
  ]);
  const keys = ["html_url", "diff_url", "patch_url", "permalink_url", "blob_url", "raw_url", "download_url"];
  const addresses = new Set([runs, ...answers.map(({ data }) => data)].flatMap((answer) => values(answer, keys)));
  expect(addresses.size).toBeGreaterThan(30);
  const lost: string[] = [];
  for (const address of addresses) if ((await get(address)).status !== 200) lost.push(address);
  expect(lost).toEqual([]);
});

it("The code opens on the branch that is to be shown, finished pulls are listed where none is open, and a SHA keeps one line", async () => {
  const { sandbox, owner, at } = fixture;
  const text = async (path: string) => (await get(`/ada/shop${path}`)).text;
  const repository = sandbox.findRepository(at.owner, at.repo);
  if (repository === undefined) throw new Error("the repository is gone");
  sandbox.showBranch(repository, "headgate/1/cart");
  expect(await text("")).toContain("History of headgate/1/cart");
  expect(await text("/commits")).toContain("<h1>History of headgate/1/cart</h1>");
  expect(await text("/commits")).toMatch(/<td class="sha"><code>[0-9a-f]{7}<\/code>/);
  expect((await get("/_assets/style.css")).text.replace(/\s+/g, " ")).toContain(".sha { white-space: nowrap; }");
  sandbox.showBranch(repository, "main");
  await owner.rest.pulls.update({ ...at, pull_number: 2, state: "closed" });
  expect(await text("/pulls")).toContain("/pull/2");
  expect(await text("/pulls?state=open")).toContain("None.");
  await owner.rest.pulls.update({ ...at, pull_number: 2, state: "open" });
});

it("An unknown page gets a 404 page, and the API keeps its own answer", async () => {
  const nothing = [
    "/ada/nothing",
    "/nobody",
    "/ada/shop/issues/99",
    "/ada/shop/issues/x",
    "/ada/shop/pull/1/files",
    "/ada/shop/commit/0000000000000000000000000000000000000000",
    "/ada/shop/tree/nowhere",
    "/ada/shop/blob/main/..%2F..%2Fworld.sqlite",
    "/ada/shop/raw/main/.git%2Fconfig",
    "/ada/shop/commits/--all",
    "/ada/shop/compare/main...--output=x",
    "/ada/shop/actions/runs/1/job/2",
    "/ada/shop/settings",
    "/_assets/constructor",
    "/_assets/..%2Findex.ts",
  ];
  for (const path of nothing) {
    const { status, text } = await get(path);
    expect([path, status]).toEqual([path, 404]);
    expect(text).toContain("<h1>Not found</h1>");
  }
  expect(JSON.parse((await get("/api/v3/nothing")).text)).toMatchObject({ message: "Not Found" });
  expect((await get("/<b>x</b>")).text).not.toContain("<b>x");
});

it("Only a page with a diagram may run a script, and no page loads from another host", async () => {
  const policy = async (path: string) => (await get(path)).headers.get("content-security-policy") ?? "";
  const [plain, drawn] = [await policy("/ada/shop"), await policy("/ada/shop/issues/1")];
  expect(plain).toContain("default-src 'none'");
  expect(plain).not.toMatch(/script-src|unsafe|https?:/);
  expect(drawn).toContain("script-src 'self'");
  expect(drawn).not.toMatch(/script-src[^;]*unsafe|https?:/);
  expect(await policy("/ada/shop/raw/main/README.md")).toContain("sandbox");
});

it("An issue's number redirects to its pull and back, a clone URL to the repository", async () => {
  expect((await get("/ada/shop/issues/2")).text).toContain("wants to merge");
  expect((await get("/ada/shop/pull/1")).text).toContain("Carts should hold &lt;several&gt; items");
  expect((await get("/ada/shop.git")).text).toContain("Where Ada sells things");
});

it("A pull's page shows its reviews, their lines and the resolved threads", async () => {
  const { owner, bot, at, sandbox, head } = fixture;
  const one = { ...at, pull_number: 2 };
  const eve = sandbox.createUser("eve");
  const repository = sandbox.findRepository("ada", "shop");
  if (repository === undefined) throw new Error("there is no shop");
  sandbox.addCollaborator(repository, eve.user, "write");
  const reviewer = new Octokit({ baseUrl: sandbox.apiUrl, log: silent, auth: eve.token });
  const comments = [{ path: "cart.js", line: 1, body: "Why **empty**?" }];
  const { data: review } = await reviewer.rest.pulls.createReview({
    ...one,
    event: "REQUEST_CHANGES",
    body: "Not yet, @ada.",
    comments,
  });
  const { data: threads } = await owner.rest.pulls.listReviewComments(one);
  const first = threads[0]?.id ?? 0;
  await owner.rest.pulls.createReplyForReviewComment({ ...one, comment_id: first, body: "It *starts* so." });
  await bot.rest.issues.createComment({ ...at, issue_number: 2, body: "Said by a bot." });
  const { text } = await get(new URL(review.html_url).pathname);
  expect(text).toMatch(/eve<\/a> <span class="state bad">requested changes<\/span>/);
  expect(text).toContain('Not yet, <a href="/ada">@ada</a>.');
  expect(text).toContain("<code>cart.js:1</code>");
  expect(text).toContain("+export const items = [];");
  // The reply appears once, below its comment, and everything is in order.
  expect(text.match(/Why <strong>empty<\/strong>\?|It <em>starts<\/em> so\.|Said by a bot\./g)).toEqual([
    "Why <strong>empty</strong>?",
    "It <em>starts</em> so.",
    "Said by a bot.",
  ]);
  for (const { html_url } of [review, ...threads]) expect(text).toContain(`id="${new URL(html_url).hash.slice(1)}"`);
  expect(text).not.toContain(">resolved<");
  const { data: pull } = await owner.rest.pulls.get(one);
  expect(pull.head.sha).toBe(head);
});

it("An issue's page shows its relations and the commit behind each", async () => {
  const { owner, at, sandbox } = fixture;
  const { data: part } = await owner.rest.issues.create({ ...at, title: "part" });
  const { data: whole } = await owner.rest.issues.create({ ...at, title: "whole" });
  await owner.rest.issues.addSubIssue({ ...at, issue_number: whole.number, sub_issue_id: part.id });
  const { data } = await owner.rest.repos.createOrUpdateFileContents({
    ...at,
    path: "named.txt",
    message: `See #${part.number}`,
    content: "eA==",
  });
  const shownOf = async (number: number) => (await get(`/ada/shop/issues/${number}`)).text;
  const link = (number: number) => `<a href="/ada/shop/issues/${number}">ada/shop#${number}</a>`;
  expect(await shownOf(whole.number)).toContain(`sub issue added ${link(part.number)}`);
  const text = await shownOf(part.number);
  expect(text).toContain(`parent issue added ${link(whole.number)}`);
  const { sha = "" } = data.commit;
  expect(text).toContain(`referenced <a href="/ada/shop/commit/${sha}"><code>${sha.slice(0, 7)}</code></a>`);
  expect((await fetch(`${sandbox.url}/ada/shop/commit/${sha}`)).status).toBe(200);
});

describe("Markdown on pages", () => {
  it("Markdown links people and issues that exist, outside of code and links", async () => {
    const text = await shown(
      "@ada, @nobody, #2, #99, ada/shop#1, a@ada.org, `#2`, [#2](https://example.org)\nnext line",
    );
    expect(text).toContain('<a href="/ada">@ada</a>, @nobody, <a href="/ada/shop/pull/2">#2</a>, #99');
    expect(text).toContain('<a href="/ada/shop/issues/1">ada/shop#1</a>, <a href="mailto:a@ada.org"');
    expect(text).toContain("<code>#2</code>");
    expect(text).toContain('<a href="https://example.org" rel="nofollow noreferrer noopener">#2</a><br>');
  });

  it("A quote becomes an alert only if the marker is alone on its first line", async () => {
    expect(await shown("> [!WARNING]\n> Mind **this**.\n>\n> More.")).toMatch(
      /<div class="alert alert-warning">\s*<p class="alert-title">Warning<\/p>\s*<p>\s*Mind <strong>this<\/strong>\.<\/p>\s*<p>More\.<\/p>/,
    );
    for (const text of ["> [!WARNING] Mind this.", "> [!OTHER]\n> Mind this.", "[!NOTE]\nMind this."]) {
      expect(await shown(text)).not.toContain("alert");
    }
  });

  it("Markdown keeps the HTML that GitHub allows and drops the rest", async () => {
    const text = await shown(
      '<details><summary>More</summary>\n\n**bold**\n\n</details>\n\n<form action="/x"><button>y</button></form>' +
        '<iframe src="/"></iframe><b style="position:fixed" class="top" id="merge">z</b>',
    );
    expect(text).toContain("<details><summary>More</summary>");
    expect(text).toContain("<strong>bold</strong>");
    expect(text).not.toMatch(/<form|<iframe|<button|style=|class="top"|id="merge"/);
  });

  it("Markdown renders tables and task lists, and relative links of a file lead to files", async () => {
    const text = await shown("| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n- [x] done");
    expect(text).toMatch(/<td>1<\/td>\s*<td><del>2<\/del><\/td>/);
    expect(text).toMatch(/<input type="checkbox" checked disabled>/);
    const guide = await get("/ada/shop/blob/headgate/1/cart/docs/guide.md");
    expect(guide.text).toContain('<a href="/ada/shop/blob/headgate/1/cart/README.md">back</a>');
    expect((await get("/ada/shop")).text).toContain('<a href="/ada/shop/blob/main/docs/guide.md">the guide</a>');
  });

  it("Markdown that is too deep or too tangled is shown as plain text", async () => {
    // The last text would take minutes.
    const texts = [">".repeat(20_000), "> - ".repeat(3000), "<b>".repeat(10_000), "**a_".repeat(15_000)];
    for (const body of texts) {
      const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "deep", body });
      const { status, text } = await get(data.html_url);
      expect([status, text.includes('<pre class="plain">')]).toEqual([200, true]);
    }
  });

  it("Slow Markdown delays only its own page and takes limited memory", async () => {
    const { owner, at } = fixture;
    // Two thousand rows of five thousand cells each, in 60 KB.
    const body = `${"|a".repeat(5000)}\n${"|-".repeat(5000)}\n${"|x\n".repeat(2000)}`;
    const { data } = await owner.rest.issues.create({ ...at, title: "tangled", body });
    const page = get(data.html_url);
    let answers = 0;
    let isThere = false;
    void page.finally(() => {
      isThere = true;
    });
    while (!isThere) {
      await owner.rest.repos.get(at);
      answers += 1;
    }
    expect((await page).text.includes('<pre class="plain">')).toBe(true);
    expect(answers).toBeGreaterThan(20);
    // A word of 60 KB with no name in it must not be searched from each of its letters.
    const { data: word } = await owner.rest.issues.create({ ...at, title: "word", body: "www.".repeat(15_000) });
    const started = performance.now();
    const [, { elapsed }] = await Promise.all([
      get(word.html_url),
      owner.rest.repos.get(at).then(() => ({ elapsed: performance.now() - started })),
    ]);
    expect(elapsed).toBeLessThan(1000);
    // The next text is rendered as usual.
    expect(await shown("**fine**")).toContain("<strong>fine</strong>");
  });
});
