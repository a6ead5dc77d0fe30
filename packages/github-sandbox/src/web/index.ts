/** Serves pages at GitHub's own paths, so that every `html_url` of the API leads to one. They change nothing. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { SandboxContext } from "../context.ts";
import { NoPage, nothing } from "./find.ts";
import { assetsPath, inert, type Page, send } from "./layout.ts";
import { actionsPage, checkRunPage, jobPage, runPage } from "./pages/actions.ts";
import { commitPage, comparedText, comparePage, historyPage } from "./pages/commits.ts";
import { blobPage, branchesPage, rawFile, repositoryPage, treePage } from "./pages/files.ts";
import { account, appPage, front, installationPage } from "./pages/front.ts";
import { issuePage, issuesPage, pullsPage } from "./pages/issues.ts";
import { conversationPage, pullChecksPage, pullCommitsPage, pullFilesPage, pullText } from "./pages/pulls.ts";

/** A page, or a redirect. */
type Shown = Page | { elsewhere: string };

const assets: Record<string, { type: string; file(): string }> = {
  "style.css": { type: "text/css", file: () => join(import.meta.dirname, "assets", "style.css") },
  "diagrams.js": { type: "text/javascript", file: () => join(import.meta.dirname, "assets", "diagrams.js") },
  // Mermaid in one file. The usual package brings 200 MB of dependencies.
  "mermaid.js": { type: "text/javascript", file: () => fileURLToPath(import.meta.resolve("@mermaid-js/tiny")) },
};

/** Makes the pages. `logsDir` holds the logs of jobs. */
export function webPages(context: SandboxContext, logsDir: string): Hono {
  const web = new Hono();

  web.get(`${assetsPath}/:name`, async (http) => {
    const asset = Object.hasOwn(assets, http.req.param("name")) ? assets[http.req.param("name")] : undefined;
    if (asset === undefined) return nothing();
    return http.body(await readFile(asset.file(), "utf8"), 200, {
      "Content-Type": `${asset.type}; charset=utf-8`,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "max-age=300",
    });
  });

  const show = (path: string, page: (http: Context, context: SandboxContext) => Shown | Promise<Shown>) =>
    web.get(path, async (http) => {
      const shown = await page(http, context);
      return "elsewhere" in shown ? http.redirect(shown.elsewhere) : send(http, context, shown);
    });

  show("/", front);
  show("/apps/:slug", appPage);
  show("/settings/installations/:id", installationPage);
  show("/:owner", account);
  const repo = "/:owner/:repo";
  for (const kind of ["diff", "patch"] as const) {
    const text = (path: string, made: typeof pullText) =>
      web.get(path, async (http) => plainText(await made(http, context, kind)));
    text(`${repo}/pull/:number{[0-9]+\\.${kind}}`, pullText);
    text(`${repo}/compare/:rest{.+\\.${kind}}`, comparedText);
  }
  web.get(`${repo}/raw/:rest{.+}`, (http) => rawFile(http, context));
  show(repo, repositoryPage);
  show(`${repo}/branches`, branchesPage);
  show(`${repo}/tree/:rest{.+}`, treePage);
  show(`${repo}/blob/:rest{.+}`, blobPage);
  show(`${repo}/commits`, historyPage);
  show(`${repo}/commits/:rest{.+}`, historyPage);
  show(`${repo}/commit/:sha`, commitPage);
  show(`${repo}/compare/:rest{.+}`, comparePage);
  show(`${repo}/issues`, issuesPage);
  show(`${repo}/issues/:number`, issuePage);
  show(`${repo}/pulls`, pullsPage);
  show(`${repo}/pull/:number`, conversationPage);
  show(`${repo}/pull/:number/commits`, pullCommitsPage);
  show(`${repo}/pull/:number/checks`, pullChecksPage);
  show(`${repo}/pull/:number/files`, pullFilesPage);
  show(`${repo}/actions`, actionsPage);
  show(`${repo}/actions/runs/:run`, runPage);
  show(`${repo}/actions/runs/:run/job/:job`, (http) => jobPage(http, context, logsDir));
  show(`${repo}/runs/:id`, checkRunPage);

  web.get("*", (http) => missing(http, context));
  web.onError((error, http) => {
    if (error instanceof NoPage) return missing(http, context);
    // A bug of the sandbox: the page shows its stack.
    const body = html`<h1>The sandbox failed to show this page</h1><pre class="plain">${error.stack ?? error.message}</pre>`;
    return send(http, context, { title: "Error", body }, 500);
  });
  return web;
}

function missing(http: Context, context: SandboxContext): Promise<Response> {
  const body = html`<h1>Not found</h1><p>There is nothing at <code>${http.req.path}</code>. <a href="/">All repositories</a></p>`;
  return send(http, context, { title: "Not found", body }, 404);
}

function plainText(text: string): Response {
  return new Response(text, { headers: { "Content-Type": "text/plain; charset=utf-8", ...inert } });
}
