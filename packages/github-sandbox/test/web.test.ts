/** Reads the web side in Chromium, from the front page on, by its links. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openChromium } from "../../../tools/chromium.ts";
import { startWebFixture, type WebFixture } from "./web-fixture.ts";

let fixture: WebFixture;
let browser: Browser;
let page: Page;
/** Errors in the browser's console, and dialogs. */
let complaints: string[];

beforeAll(async () => {
  browser = await openChromium();
  fixture = await startWebFixture();
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(fixture.sandbox.url);
  return async () => page.close();
});

/** Returns the visible text. Folded and hidden parts are left out. */
const read = async (part: Locator) => (await part.allInnerTexts()).join("\n");
const heading = () => read(page.getByRole("heading", { level: 1 }).first());
const follow = (name: string) => page.getByRole("link", { name, exact: true }).first().click();
const tab = (bar: string, name: RegExp) =>
  page.getByRole("navigation", { name: bar }).getByRole("link", { name }).click();

it("A person finds the repository from the front page and reads the issue with its diagram drawn", async () => {
  await follow("ada/shop");
  expect(await read(page.locator("main"))).toContain("Where Ada sells things");
  await tab("Repository", /^Issues 1$/);
  await follow("Carts should hold <several> items");
  expect(await heading()).toBe("Carts should hold <several> items #1");
  const text = await read(page.locator("main"));
  expect(text).toMatch(/open opened by ada\s+headgate/);
  expect(text).toContain("ada added the label");
  expect(text).toContain("headgate[bot]");
  expect(text).toMatch(/Important\s+cart waits for a person\.\s+What to do: \/headgate retry cart\./);
  expect(await read(page.getByRole("table"))).toMatch(/Task\s+State\s+Pull request\s+cart\s+parked\s+#2/);

  const drawing = page.locator("figure svg");
  await drawing.waitFor();
  expect(await drawing.textContent()).toContain("Hold several items");
  const box = await drawing.boundingBox();
  expect(box?.width).toBeGreaterThan(100);
  expect(await page.getByText("flowchart LR").count()).toBe(0);
  expect(complaints).toEqual([]);

  await page.getByRole("table").getByRole("link", { name: "#2" }).click();
  expect(await heading()).toBe("Hold several items #2");
});

it("A person opens the pull, its diff, its checks and the failed job's log", async () => {
  await follow("ada/shop");
  await tab("Repository", /^Pull requests 1$/);
  expect(await read(page.locator("main"))).toContain("1 of 3 checks failed");
  await follow("Hold several items");
  expect(await read(page.locator("main"))).toMatch(/open ada wants to merge 1 commit into main from headgate\/1\/cart/);

  await tab("Pull request", /^Files changed 1$/);
  const rows = await page.locator("table.diff tr").allInnerTexts();
  expect(rows.map((row) => row.split(/\t/))).toEqual([
    ["", "", "@@ -1,2 +1,2 @@"],
    ["1", "", "-export const items = 1;"],
    ["", "1", "+export const items = [];"],
    ["2", "2", " export const price = 2;"],
  ]);

  await tab("Pull request", /^Checks 3$/);
  const checks = await page.getByRole("row").allInnerTexts();
  expect(checks.map((row) => row.split(/\t/).slice(0, 2))).toEqual([
    ["neutral", "Headgate In the lane"],
    ["success", "lint"],
    ["failure", "unit"],
  ]);
  await follow("unit");
  expect(await heading()).toBe("unit");
  expect(await page.getByText("FAIL cart.test.js: expected <b>3</b> but got 4", { exact: true }).isVisible()).toBe(
    true,
  );
  expect(await page.getByText("error: Process completed with exit code 1.").isVisible()).toBe(true);

  await follow("Hold several items");
  expect(await read(page.locator("main"))).toMatch(/failure pull_request by ada/);
  await follow("lint");
  const step = page.getByText("Run echo all clean").first();
  expect(await page.getByText("all clean", { exact: true }).isVisible()).toBe(false);
  await step.click();
  expect(await page.getByText("all clean", { exact: true }).isVisible()).toBe(true);
  expect(complaints).toEqual([]);
});

it("A person reads a branch's history and a commit in it", async () => {
  await follow("ada/shop");
  await follow("2 branches");
  await page
    .getByRole("row", { name: /headgate\/1\/cart/ })
    .getByRole("link", { name: "history" })
    .click();
  expect(await heading()).toBe("History of headgate/1/cart");
  const commits = await page.getByRole("row").allInnerTexts();
  expect(commits.map((row) => row.split("\t")[0])).toEqual(["Hold several items ada", "Open the shop Ada"]);
  await follow("Hold several items");
  expect(await read(page.locator("main"))).toContain("+export const items = [];");
  expect(complaints).toEqual([]);
});

it("Texts of people run no script, however they are written", async () => {
  const attempts = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "[link](javascript:alert(3)) <a href='javascript:alert(4)'>four</a>",
    "<svg onload=alert(5)><style>body{display:none}</style></svg>",
    '<pre class=diagram>flowchart LR\n a["<img src=x onerror=alert(6)>"]</pre>',
    '```mermaid\nflowchart LR\n  a["<img src=x onerror=alert(7)>"]\n  click a "javascript:alert(8)"\n```',
    "<details open ontoggle=alert(9)><summary>s</summary>t</details>",
  ];
  const body = attempts.join("\n\n");
  const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "<script>alert(0)</script>", body });
  await page.goto(data.html_url);
  await page.locator("figure svg").waitFor();
  for (const link of await page.locator("main a, main svg a").all()) {
    expect((await link.getAttribute("href")) ?? "").not.toMatch(/javascript/i);
  }
  expect(await page.locator("main script, main [onerror], main [onload], main [ontoggle]").count()).toBe(0);
  expect(await page.locator("pre.diagram").count()).toBe(0);
  expect(await heading()).toContain("<script>alert(0)</script>");
  await page.goto(`${fixture.sandbox.url}/ada/shop/pull/2/checks`);
  await follow("Headgate");
  expect(await read(page.locator("main"))).toContain("Second in the lane.");
  expect(await page.getByRole("link", { name: "Details" }).count()).toBe(0);
  // Chromium reports a missing picture, and a blocked handler that Mermaid parses before it sanitises a label. It must
  // report nothing else.
  const expected = /404 \(Not Found\)|inline event handler violates .* The action has been blocked/;
  expect(complaints.filter((each) => !expected.test(each))).toEqual([]);
});

it("A diagram that cannot be drawn stays as its source, with the reason", async () => {
  const body = "```mermaid\nflowchart LR\n  broken[[[ -->\n```";
  const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "A broken diagram", body });
  await page.goto(data.html_url);
  await page.getByText("This diagram cannot be drawn: Parse error").waitFor();
  expect(await page.getByText("broken[[[ -->").first().isVisible()).toBe(true);
  expect(await page.locator("svg").count()).toBe(0);
});

it("Every page fits a telephone, in light and dark mode", async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  const paths = ["", "/issues/1", "/pull/2", "/pull/2/files", "/pull/2/checks", "/actions", "/commits/headgate/1/cart"];
  const backgrounds = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await page.goto(`${fixture.sandbox.url}/ada/shop${path}`);
      expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBeLessThanOrEqual(360);
    }
    backgrounds.add(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"));
  }
  expect(backgrounds.size).toBe(2);
});
