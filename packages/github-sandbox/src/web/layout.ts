/**
 * The frame of every page and its HTTP headers. The only script is the one that draws diagrams. Nothing loads from
 * other hosts.
 */
import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { SandboxContext } from "../context.ts";
import { pathInUrl } from "../render/git.ts";
import type { Repository } from "../store/entities.ts";
import { diagramTag } from "./markdown/diagrams.ts";

export type Html = ReturnType<typeof html>;

type Tab = "code" | "issues" | "pulls" | "actions";

export interface Page {
  title: string;
  body: Html;
  /** The repository and the selected tab. */
  within?: { repository: Repository; tab: Tab };
}

/** Returns the path of a page below the server's root. `path` is not encoded yet. */
export function pageOf(repository: Pick<Repository, "owner" | "name">, path = ""): string {
  const root = `/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  return path === "" ? root : `${root}/${pathInUrl(path)}`;
}

/** The path of style sheet and scripts. No account's name starts with an underscore. */
export const assetsPath = "/_assets";

export async function send(
  http: Context,
  context: SandboxContext,
  page: Page,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const body = String(await page.body);
  // Texts of people are escaped or sanitised, so this tag is the sandbox's own.
  const drawn = body.includes(diagramTag);
  const scripts = drawn
    ? html`<script src="${assetsPath}/mermaid.js" defer></script><script type="module" src="${assetsPath}/diagrams.js"></script>`
    : "";
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Sandbox GitHub</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetsPath}/style.css">
${scripts}
</head>
<body>
<header class="top">${crumbs(page)}</header>
${page.within === undefined ? "" : tabs(context, page.within)}
<main>
${raw(body)}
</main>
</body>
</html>
`;
  return http.html(text, status, { "Content-Security-Policy": contentPolicy(drawn), ...safety });
}

/** Headers for files of people: a browser trusts the declared type and runs nothing. */
export const inert = { "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox" };

const safety = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // The browser must reload a page on the way back too.
  "Cache-Control": "no-store",
};

/**
 * Returns the content security policy. Mermaid writes styles into its pictures, so pages with a diagram allow inline
 * styles.
 */
function contentPolicy(drawn: boolean): string {
  const scripts = drawn ? "; script-src 'self'" : "";
  const styles = drawn ? "'self' 'unsafe-inline'" : "'self'";
  return `default-src 'none'${scripts}; style-src ${styles}; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

function crumbs({ within }: Page): Html {
  const home = html`<a class="home" href="/">Sandbox GitHub</a>`;
  if (within === undefined) return home;
  const { repository } = within;
  return html`${home} <span class="crumb"><a href="/${encodeURIComponent(repository.owner)}">${repository.owner}</a> /
    <a href="${pageOf(repository)}"><strong>${repository.name}</strong></a></span>${
      repository.private ? html` <span class="label">private</span>` : ""
    }`;
}

function tabs(context: SandboxContext, { repository, tab }: NonNullable<Page["within"]>): Html {
  const open = context.store
    .table("issues")
    .filter((issue) => issue.repositoryId === repository.id && issue.state === "open");
  const pulls = open.filter((issue) => issue.isPull).length;
  const links: [Tab, string, string, number | null][] = [
    ["code", "Code", pageOf(repository), null],
    ["issues", "Issues", pageOf(repository, "issues"), open.length - pulls],
    ["pulls", "Pull requests", pageOf(repository, "pulls"), pulls],
    ["actions", "Actions", pageOf(repository, "actions"), null],
  ];
  return tabBar(
    "Repository",
    links.map(([name, text, href, count]) => ({ text, href, count, current: name === tab })),
  );
}

export interface TabLink {
  text: string;
  href: string;
  count: number | null;
  current: boolean;
}

export function tabBar(name: string, links: readonly TabLink[]): Html {
  const one = ({ text, href, count, current }: TabLink) =>
    html`<a href="${href}"${current ? raw(' aria-current="page"') : ""}>${text}${
      count === null ? "" : html` <span class="count">${count}</span>`
    }</a>`;
  return html`<nav class="tabs" aria-label="${name}">${links.map(one)}</nav>`;
}
