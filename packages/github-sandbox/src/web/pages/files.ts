/** Pages `/{owner}/{repo}`, `/tree/…` and `/blob/…`: folders and files at a branch, tag or commit. */

import type { Context } from "hono";
import { html } from "hono/html";
import { type RepositoryScope, type SandboxContext, scopeOf } from "../../context.ts";
import { log } from "../../git/plumbing/history.ts";
import { isFilePath } from "../../git/plumbing/names.ts";
import { readBlob } from "../../git/plumbing/objects.ts";
import { listRefs } from "../../git/plumbing/stored-refs.ts";
import { entryAt, readTree, type TreeEntry } from "../../git/plumbing/trees.ts";
import { repositoryWeb } from "../../render/site.ts";
import type { Repository } from "../../store/entities.ts";
import { mustBe, nothing, param, scopeAt } from "../find.ts";
import { type Html, inert, type Page, pageOf } from "../layout.ts";
import { markdown } from "../markdown/render.ts";
import { count, shortSha, when } from "../parts.ts";

/** Larger files are not shown. */
const shownBytes = 1024 * 1024;

interface Spot {
  repository: Repository;
  /** The name in the path. */
  ref: string;
  commit: string;
  /** Empty for the root. */
  path: string;
}

export async function repositoryPage(http: Context, context: SandboxContext): Promise<Page> {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const ref = repository.shownBranch ?? repository.defaultBranch;
  const commit = await context.git.resolve(repository, `refs/heads/${ref}`);
  if (commit !== null) return folder(context, { repository, ref, commit, path: "" });
  return {
    title: `${repository.owner}/${repository.name}`,
    within: { repository, tab: "code" },
    body: html`<h1>${repository.name}</h1><p>This repository is empty.</p>${cloneLine(scope)}`,
  };
}

export async function treePage(http: Context, context: SandboxContext): Promise<Page> {
  return folder(context, await spotAt(http, context));
}

/** Splits the path into a ref and a file. Both may contain slashes, so the longest branch or tag that fits wins. */
async function spotAt(http: Context, context: SandboxContext): Promise<Spot> {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const rest = param(http, "rest").replace(/\/$/, "");
  const refs = await listRefs(context.git.at(repository), "refs/");
  const known = refs.flatMap(({ ref }) => [ref, ref.replace(/^refs\//, ""), ref.replace(/^refs\/(heads|tags)\//, "")]);
  const fitting = known.filter((name) => rest === name || rest.startsWith(`${name}/`));
  const ref = fitting.sort((one, other) => other.length - one.length)[0] ?? rest.split("/")[0] ?? "";
  const path = rest.slice(ref.length + 1);
  if (path !== "" && !isFilePath(path)) return nothing();
  return { repository, ref, path, commit: mustBe(await context.git.resolve(repository, ref)) };
}

function cloneLine(scope: RepositoryScope): Html {
  return html`<p class="quiet"><code>git clone ${repositoryWeb(scope)}.git</code></p>`;
}

async function folder(context: SandboxContext, spot: Spot): Promise<Page> {
  const { repository, ref, commit, path } = spot;
  const git = context.git.at(repository);
  const entries = mustBe(await readTree(git, `${commit}:${path}`, false));
  const [last] = await log(git, commit, { limit: 1, ...(path === "" ? {} : { path }) });
  const branches = await listRefs(git, "refs/heads/");
  const readme = entries.find(({ path: name, type }) => type === "blob" && /^readme\.(md|markdown)$/i.test(name));
  return {
    title: `${repository.owner}/${repository.name}${path === "" ? "" : `/${path}`} at ${ref}`,
    within: { repository, tab: "code" },
    body: html`${heading(spot)}
      <p>${repository.description ?? ""}</p>
      <p><a href="${pageOf(repository, `commits/${ref}`)}">History of ${ref}</a> ·
        <a href="${pageOf(repository, "branches")}">${count(branches.length, "branch", "branches")}</a></p>
      ${
        last === undefined
          ? ""
          : html`<p class="quiet"><a href="${pageOf(repository, `commit/${last.sha}`)}"><code>${shortSha(last.sha)}</code></a>
            ${last.message.split("\n")[0]} · ${last.author.name}, ${when(last.committer.date)}</p>`
      }
      <table class="list"><tbody>${foldersFirst(entries).map((entry) => row(spot, entry))}</tbody></table>
      ${path === "" ? cloneLine(scopeOf(context, repository)) : ""}
      ${readme === undefined ? "" : html`<section class="box">${await readmeText(context, spot, readme)}</section>`}`,
  };
}

function foldersFirst(entries: readonly TreeEntry[]): TreeEntry[] {
  return [...entries.filter((each) => each.type === "tree"), ...entries.filter((each) => each.type !== "tree")];
}

function row({ repository, ref, path }: Spot, entry: TreeEntry): Html {
  const full = path === "" ? entry.path : `${path}/${entry.path}`;
  const kind = entry.type === "tree" ? "tree" : "blob";
  const name = entry.type === "tree" ? `${entry.path}/` : entry.path;
  return html`<tr>
    <td class="wide">${entry.type === "commit" ? name : html`<a href="${pageOf(repository, `${kind}/${ref}/${full}`)}">${name}</a>`}</td>
    <td class="quiet number">${entry.size === null ? "" : `${entry.size} B`}</td>
  </tr>`;
}

async function readmeText(context: SandboxContext, { repository, ref, path }: Spot, entry: TreeEntry): Promise<Html> {
  const content = await readBlob(context.git.at(repository), entry.sha);
  const place = { store: context.store, repository, ref, folder: path };
  return markdown((content ?? "").toString(), place, "file");
}

function heading({ repository, ref, path }: Spot): Html {
  const parts = path.split("/").filter((part) => part !== "");
  const crumbs = parts.map((part, index) => {
    const href = pageOf(repository, `tree/${ref}/${parts.slice(0, index + 1).join("/")}`);
    return html` / ${index === parts.length - 1 ? part : html`<a href="${href}">${part}</a>`}`;
  });
  return html`<h1><a href="${pageOf(repository, `tree/${ref}`)}">${repository.name}</a>${crumbs}
    <span class="label">${ref}</span></h1>`;
}

export async function blobPage(http: Context, context: SandboxContext): Promise<Page> {
  const spot = await spotAt(http, context);
  const { repository, ref, commit, path } = spot;
  if (path === "") return nothing();
  const git = context.git.at(repository);
  const entry = mustBe(await entryAt(git, commit, path));
  if (entry.type === "tree") return folder(context, spot);
  const content = (entry.size ?? 0) <= shownBytes ? await readBlob(git, entry.sha) : null;
  return {
    title: `${path} at ${ref}`,
    within: { repository, tab: "code" },
    body: html`${heading(spot)}${fileText(context, spot, content)}`,
  };
}

function fileText(context: SandboxContext, { repository, ref, path }: Spot, content: Buffer | null): Html {
  if (content === null) return html`<p class="quiet">Too large to show, or no file.</p>`;
  if (content.includes(0)) return html`<p class="quiet">A binary file of ${content.length} bytes.</p>`;
  const text = content.toString("utf8");
  if (/\.(md|markdown)$/i.test(path)) {
    const folderOf = path.split("/").slice(0, -1).join("/");
    return html`<section class="box">${markdown(text, { store: context.store, repository, ref, folder: folderOf }, "file")}</section>`;
  }
  const lines = text.replace(/\n$/, "").split("\n");
  return html`<table class="diff"><tbody>${lines.map(
    (line, index) =>
      html`<tr id="L${index + 1}"><td class="number">${index + 1}</td><td class="text">${line}</td></tr>`,
  )}</tbody></table>`;
}

/** Serves the bytes with headers that keep a browser from running them. */
export async function rawFile(http: Context, context: SandboxContext): Promise<Response> {
  const { repository, commit, path } = await spotAt(http, context);
  const content = path === "" ? null : await readBlob(context.git.at(repository), `${commit}:${path}`);
  const bytes = mustBe(content);
  const type = bytes.includes(0) ? "application/octet-stream" : "text/plain; charset=utf-8";
  return new Response(new Uint8Array(bytes), { headers: { "Content-Type": type, ...inert } });
}

export async function branchesPage(http: Context, context: SandboxContext): Promise<Page> {
  const scope = scopeAt(http, context);
  const { repository } = scope;
  const refs = await listRefs(context.git.at(repository), "refs/heads/");
  const names = refs.map(({ ref, sha }) => ({ name: ref.slice("refs/heads/".length), sha }));
  return {
    title: `Branches · ${repository.owner}/${repository.name}`,
    within: { repository, tab: "code" },
    body: html`<h1>Branches</h1>
      <table class="list"><tbody>${names.map(
        ({ name, sha }) => html`<tr>
          <td class="wide"><a href="${pageOf(repository, `tree/${name}`)}">${name}</a>${
            name === repository.defaultBranch ? html` <span class="label">default</span>` : ""
          }</td>
          <td><a href="${pageOf(repository, `commits/${name}`)}">history</a></td>
          <td><a href="${pageOf(repository, `commit/${sha}`)}"><code>${shortSha(sha)}</code></a></td>
        </tr>`,
      )}</tbody></table>`,
  };
}
