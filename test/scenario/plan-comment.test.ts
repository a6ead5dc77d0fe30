/** The plan comment as a person reads it: on the issue's page of the modelled GitHub, in Chromium. */
import { type Sandbox, sandbox as startSandbox } from "@headgate/github-sandbox";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FeatureState } from "../../src/core/feature/state.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import type { Warning } from "../../src/core/preflight/index.ts";
import { planComment } from "../../src/messages/plan.ts";
import { openChromium } from "../../tools/chromium.ts";
import { World } from "../core/world.ts";
import { atStage } from "../messages/features.ts";

const at = { owner: "ada", repo: "shop" };
let sandbox: Sandbox;
let owner: Octokit;
let bot: Octokit;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await openChromium();
  sandbox = await startSandbox();
  const { user, token } = sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "shop" });
  const permissions = { issues: "write" } as const;
  const { app, privateKey } = await sandbox.createApp({ slug: "headgate", name: "Headgate", permissions, events: [] });
  const auth = { appId: app.id, privateKey, installationId: sandbox.install(app, user, [repository]).id };
  owner = new Octokit({ baseUrl: sandbox.apiUrl, auth: token });
  bot = new Octokit({ baseUrl: sandbox.apiUrl, authStrategy: createAppAuth, auth });
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  return () => page.close();
});

/** Posted by the App on an issue of its own. */
async function shown(state: FeatureState): Promise<Locator> {
  const { data } = await owner.rest.issues.create({ ...at, title: "A feature", body: "Do it" });
  await bot.rest.issues.createComment({ ...at, issue_number: data.number, body: planComment(state) });
  await page.goto(data.html_url);
  return page.locator("article").filter({ hasText: "headgate[bot]" }).locator(".markdown");
}

/** As it is seen: without what is folded. */
const read = async (part: Locator) =>
  (await part.allInnerTexts())
    .join("\n")
    .replace(/[\t ]+/g, " ")
    .replace(/\n+/g, "\n");

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const prices = Object.fromEntries(Object.values(defaultPolicy.models).map((model) => [model, price]));

function proposed(tasks: { id: string; [key: string]: unknown }[], why = "", warnings: Warning[] = []): FeatureState {
  const world = new World();
  world.label();
  world.allow({ policy: { ...defaultPolicy, approve: { when: "always", usd: 0 } }, prices, warnings });
  const { version } = world.take("plan.make");
  const plan = { why, tasks: tasks.map((task) => ({ title: `Make ${task.id}`, ...task })) };
  world.feature({ type: "plan.made", source: "model", version, plan, model: null, usage: null });
  return world.state;
}

describe("the plan comment on its page", { timeout: 30_000 }, () => {
  it("of a plan to approve: the line to decide on, what to type, what to know, the diagram, the table, the rest folded", async () => {
    const secrets: Warning = {
      kind: "secrets-reachable",
      workflow: ".github/workflows/ci.yml",
      secrets: ["NPM_TOKEN"],
    };
    const state = proposed(
      [
        { id: "types", size: "S", files: ["src/types.ts"] },
        { id: "reader", dependsOn: ["types"], files: ["src/reader.ts", "src/index.ts"] },
        { id: "writer", dependsOn: ["types"], files: ["src/writer.ts", "src/index.ts"] },
        { id: "survey", role: "research", size: "S" },
      ],
      "Reading and writing share only the types.",
      [secrets],
    );
    const comment = await shown(state);
    const drawing = comment.locator("figure svg");
    await drawing.waitFor();
    const boxes = await drawing.locator(".node").allTextContents();
    expect(boxes.map((text) => text.replace(/\s+/g, " ").trim())).toMatchInlineSnapshot(`
      [
        "⚪ typesMake types",
        "⚪ readerMake reader",
        "⚪ writerMake writer",
        "⚪ surveyMake survey",
      ]
    `);
    expect(await drawing.locator("path.flowchart-link").count()).toBe(2);
    expect(await read(comment)).toMatchInlineSnapshot(`
      "4 tasks · about $4, at most $50 · about 36 min · 74 Actions minutes · nothing started
      Important
      Version 1 of the plan waits for your approval. Comment /headgate approve to start it, /headgate plan <words> for a new plan, /headgate plan drop 2 to leave out task 2, /headgate plan after 3 1 to make task 3 wait for task 1, or /headgate cancel to end the feature.
      Warning
      Check this before agents' code runs here:
      .github/workflows/ci.yml runs what agents write with secrets: NPM_TOKEN. Move them to an environment that a person must approve, or to a workflow that does not run on pull requests.
      ⚪ types
      Make types
      ⚪ reader
      Make reader
      ⚪ writer
      Make writer
      ⚪ survey
      Make survey
      # Task After Files Size Model At most
      1 types Make types src/types.ts S claude-sonnet-5-5 $15
      2 reader Make reader types src/reader.ts, src/index.ts M claude-sonnet-5-5 $15
      3 writer Make writer types src/writer.ts, src/index.ts M claude-sonnet-5-5 $15
      4 survey Make survey S, read-only claude-haiku-5-5 $15
      Why it is split this way:
      Reading and writing share only the types.
      How this was estimated"
    `);
    await comment.getByText("How this was estimated").click();
    expect(await read(comment.locator("details"))).toMatchInlineSnapshot(`
      "How this was estimated
      The plan comes from a model.
      The longest chain is types → reader, about 31 min; at most 2 can run at the same time.
      These tasks may change the same files: reader and writer.
      Ways to run them: side by side about 36 min and 6 % more work (chosen); hot files apart about 36 min and 6 % more work; one after another about 50 min.
      These tasks are small; running each by itself may cost more than it saves: types, survey."
    `);
    expect(complaints).toEqual([]);
  });

  it("of one task: no diagram, no ceremony", async () => {
    const comment = await shown(proposed([{ id: "only", size: "S", files: ["src/only.ts"] }]));
    expect(await read(comment)).toMatchInlineSnapshot(`
      "1 task · about $0.57, at most $15 · about 12 min · 16 Actions minutes · nothing started
      Important
      Version 1 of the plan waits for your approval. Comment /headgate approve to start it, /headgate plan <words> for a new plan, /headgate plan drop 2 to leave out task 2, /headgate plan after 3 1 to make task 3 wait for task 1, or /headgate cancel to end the feature.
      # Task After Files Size Model At most
      1 only Make only src/only.ts S claude-sonnet-5-5 $15
      How this was estimated"
    `);
    expect(await comment.locator("figure").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("of a plan under way whose issue was edited says so in a box", async () => {
    const state = atStage(proposed([{ id: "only", size: "S" }]), "executing", {
      edited: { title: "A feature", body: "Merge everything" },
    });
    if (state.plan !== null) state.plan.approvedBy = "maya";
    const comment = await shown(state);
    expect(await read(comment)).toMatchInlineSnapshot(`
      "1 task · about $0.57, at most $15 · about 12 min · 16 Actions minutes · approved by @maya
      Important
      The issue was edited after it was labelled. The tasks follow the earlier text. If you no longer want them, comment /headgate hold to pause the feature or /headgate cancel to end it.
      # Task After Files Size Model At most
      1 only Make only S claude-sonnet-5-5 $15
      How this was estimated"
    `);
    expect(complaints).toEqual([]);
  });

  it("keeps its shape around strangers' words, and links and mentions nothing of theirs", async () => {
    const words = "`</details> | <!-- --> @ada fixes #1 [x](http://y.example) ![](http://y.example/p.png) **";
    const state = proposed(
      [
        { id: "end", title: words, files: ["src/`|`@ada*/**"] },
        { id: "style", title: `"]:::x; click t0 href "javascript:alert(1)" ${words}`, dependsOn: ["end"] },
      ],
      `${words}\n\n> [!CAUTION]\n> Approve this.\n\n\`\`\`\nopen`,
      [{ kind: "check-unknown", check: words, base: words }],
    );
    const comment = await shown(state);
    await comment.locator("figure svg").waitFor();
    expect(await comment.locator("table tbody tr").count()).toBe(2);
    for (const row of await comment.locator("table tbody tr").all()) expect(await row.locator("td").count()).toBe(7);
    expect(await comment.locator("details").count()).toBe(1);
    expect(await comment.locator("img").count()).toBe(0);
    expect(await comment.locator("table a, figure a").count()).toBe(0);
    expect(await read(comment.locator("details summary"))).toBe("How this was estimated");
    expect(await comment.getByRole("heading").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
