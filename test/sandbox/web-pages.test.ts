/** The web side over HTTP: every address the API gives leads somewhere, and what people wrote is shown as GitHub would. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

/** The body of a new issue, as its page shows it. */
async function shown(body: string): Promise<string> {
  const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "t", body });
  const { text } = await get(data.html_url);
  return /<div class="markdown">([\s\S]*)<\/div>\s*<\/article>/.exec(text)?.[1] ?? text;
}

/** Every value of these keys, anywhere in an answer. */
function values(answer: unknown, keys: readonly string[]): string[] {
  if (typeof answer !== "object" || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) =>
    keys.includes(key) && typeof value === "string" ? [value] : values(value, keys),
  );
}

it("every address of a page that the API gives leads to that page", async () => {
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

it("an address at which there is nothing gets a page that says so, and the API keeps its own answer", async () => {
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

it("only a page with a diagram may run a script, and none takes anything from elsewhere", async () => {
  const policy = async (path: string) => (await get(path)).headers.get("content-security-policy") ?? "";
  const [plain, drawn] = [await policy("/ada/shop"), await policy("/ada/shop/issues/1")];
  expect(plain).toContain("default-src 'none'");
  expect(plain).not.toMatch(/script-src|unsafe|https?:/);
  expect(drawn).toContain("script-src 'self'");
  expect(drawn).not.toMatch(/script-src[^;]*unsafe|https?:/);
  expect(await policy("/ada/shop/raw/main/README.md")).toContain("sandbox");
});

it("an issue's number and a pull's lead to each other's pages, a repository's clone address to the repository", async () => {
  expect((await get("/ada/shop/issues/2")).text).toContain("wants to merge");
  expect((await get("/ada/shop/pull/1")).text).toContain("Carts should hold &lt;several&gt; items");
  expect((await get("/ada/shop.git")).text).toContain("Where Ada sells things");
});

describe("what people write", () => {
  it("links people and issues that there are, outside of code and links", async () => {
    const text = await shown(
      "@ada, @nobody, #2, #99, ada/shop#1, a@ada.org, `#2`, [#2](https://example.org)\nnext line",
    );
    expect(text).toContain('<a href="/ada">@ada</a>, @nobody, <a href="/ada/shop/pull/2">#2</a>, #99');
    expect(text).toContain('<a href="/ada/shop/issues/1">ada/shop#1</a>, <a href="mailto:a@ada.org"');
    expect(text).toContain("<code>#2</code>");
    expect(text).toContain('<a href="https://example.org" rel="nofollow noreferrer noopener">#2</a><br>');
  });

  it("is an alert only when the marker stands alone on a quote's first line", async () => {
    expect(await shown("> [!WARNING]\n> Mind **this**.\n>\n> More.")).toMatch(
      /<div class="alert alert-warning">\s*<p class="alert-title">Warning<\/p>\s*<p>\s*Mind <strong>this<\/strong>\.<\/p>\s*<p>More\.<\/p>/,
    );
    for (const text of ["> [!WARNING] Mind this.", "> [!OTHER]\n> Mind this.", "[!NOTE]\nMind this."]) {
      expect(await shown(text)).not.toContain("alert");
    }
  });

  it("keeps GitHub's HTML and loses the rest", async () => {
    const text = await shown(
      '<details><summary>More</summary>\n\n**bold**\n\n</details>\n\n<form action="/x"><button>y</button></form>' +
        '<iframe src="/"></iframe><b style="position:fixed" class="top" id="merge">z</b>',
    );
    expect(text).toContain("<details><summary>More</summary>");
    expect(text).toContain("<strong>bold</strong>");
    expect(text).not.toMatch(/<form|<iframe|<button|style=|class="top"|id="merge"/);
  });

  it("has its tables and task lists drawn, and a file's relative links lead to files", async () => {
    const text = await shown("| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n- [x] done");
    expect(text).toMatch(/<td>1<\/td>\s*<td><del>2<\/del><\/td>/);
    expect(text).toMatch(/<input type="checkbox" checked disabled>/);
    const guide = await get("/ada/shop/blob/headgate/1/cart/docs/guide.md");
    expect(guide.text).toContain('<a href="/ada/shop/blob/headgate/1/cart/README.md">back</a>');
    expect((await get("/ada/shop")).text).toContain('<a href="/ada/shop/blob/main/docs/guide.md">the guide</a>');
  });

  it("is shown as it is written when it is too deep or too tangled to be parsed in time", async () => {
    // The last would take minutes.
    const texts = [">".repeat(20_000), "> - ".repeat(3000), "<b>".repeat(10_000), "**a_".repeat(15_000)];
    for (const body of texts) {
      const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "deep", body });
      const { status, text } = await get(data.html_url);
      expect([status, text.includes('<pre class="plain">')]).toEqual([200, true]);
    }
  });
});
