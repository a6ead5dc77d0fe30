/** What GitHub adds to Markdown: alerts, diagrams, and links where people, issues and files are named. */
import type { Element, ElementContent, Root } from "hast";
import { pathInUrl } from "../../shapes/git.ts";
import type { Repository } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import { diagramClass } from "./diagrams.ts";

/** Where a text stands: what its names mean. */
export interface Place {
  world: World;
  repository: Repository;
  /** The commit or branch whose files it names; the default branch if not given. */
  ref?: string;
  /** The folder in which it lies, without a slash at its end. */
  folder?: string;
}

export function withAdditions(parent: Root | Element, place: Place): void {
  parent.children = parent.children.flatMap((child): ElementContent[] => {
    if (child.type === "text") return insideText(parent) ? linked(child.value, place) : [child];
    if (child.type !== "element") return child.type === "comment" ? [child] : [];
    const diagram = diagramIn(child);
    if (diagram !== null) return [diagram];
    if (child.tagName === "a") anchor(child, place);
    withAdditions(child, place);
    return [child.tagName === "blockquote" ? (alertIn(child) ?? child) : child];
  });
}

/** A name in code means nothing, and a link is one already. */
function insideText(parent: Root | Element): boolean {
  return parent.type === "root" || !["a", "code", "pre", "kbd", "samp", "tt"].includes(parent.tagName);
}

function element(tagName: string, className: string | null, children: ElementContent[]): Element {
  return { type: "element", tagName, properties: className === null ? {} : { className: [className] }, children };
}

/** A fenced block in the language `mermaid`. */
function diagramIn(node: Element): Element | null {
  const [code] = node.children;
  if (node.tagName !== "pre" || code?.type !== "element" || code.tagName !== "code") return null;
  const classes = code.properties.className;
  if (!Array.isArray(classes) || !classes.includes("language-mermaid")) return null;
  return element("pre", diagramClass, code.children);
}

/** https://docs.github.com/en/get-started/writing-on-github/…/basic-writing-and-formatting-syntax#alerts */
function alertIn(quote: Element): Element | null {
  const at = quote.children.findIndex((child) => child.type === "element");
  const paragraph = quote.children[at];
  if (paragraph?.type !== "element" || paragraph.tagName !== "p") return null;
  const [first, second, ...others] = paragraph.children;
  if (first?.type !== "text") return null;
  const found = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i.exec(first.value);
  if (found === null) return null;
  const rest = first.value.slice(found[0].length);
  const next = second?.type === "element" && second.tagName === "br" ? [] : second === undefined ? [] : [second];
  // Nothing else may stand on the marker's line.
  if (!found[0].includes("\n") && next.length > 0) return null;
  const kind = (found[1] ?? "").toLowerCase();
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  const body: ElementContent[] = [...(rest === "" ? [] : [{ type: "text" as const, value: rest }]), ...next, ...others];
  const alert = element("div", `alert-${kind}`, [
    element("p", "alert-title", [{ type: "text", value: title }]),
    ...(body.length === 0 ? [] : [element("p", null, body)]),
    ...(quote.children.slice(at + 1) as ElementContent[]),
  ]);
  alert.properties.className = ["alert", `alert-${kind}`];
  return alert;
}

/** Links out tell nobody where they were; links to files lead into the repository. */
function anchor(node: Element, { repository, ref, folder = "" }: Place): void {
  const { href } = node.properties;
  if (typeof href !== "string") return;
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href)) {
    node.properties.rel = ["nofollow", "noreferrer", "noopener"];
  } else if (!href.startsWith("/") && !href.startsWith("#")) {
    const base = `/${repository.owner}/${repository.name}/blob/${pathInUrl(ref ?? repository.defaultBranch)}/`;
    const within = new URL(href, `http://sandbox${base}${folder === "" ? "" : `${pathInUrl(folder)}/`}`);
    node.properties.href = `${within.pathname}${within.search}${within.hash}`;
  }
}

const names = /(?<![\w/@.-])(?:@([a-z\d](?:[a-z\d-]*[a-z\d])?)|(?:([\w.-]+)\/([\w.-]+))?#(\d{1,9}))(?![\w-])/gi;

/** `@ada`, `#12` and `ada/shop#12` become links where there is such a thing. */
function linked(text: string, place: Place): ElementContent[] {
  const parts: ElementContent[] = [];
  let end = 0;
  for (const match of text.matchAll(names)) {
    const [whole, login, owner, name, number] = match;
    const href =
      login === undefined ? issueHref(place, Number(number), owner, name) : userHref(place.world, login.toLowerCase());
    if (href === null) continue;
    if (match.index > end) parts.push({ type: "text", value: text.slice(end, match.index) });
    const link = element("a", null, [{ type: "text", value: whole }]);
    link.properties.href = href;
    parts.push(link);
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ type: "text", value: text.slice(end) });
  return parts;
}

function userHref(world: World, login: string): string | null {
  const user = world.table("users").find((each) => each.login.toLowerCase() === login);
  return user === undefined ? null : `/${encodeURIComponent(user.login)}`;
}

function issueHref(place: Place, number: number, owner?: string, name?: string): string | null {
  const { world } = place;
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const repository =
    owner === undefined || name === undefined
      ? place.repository
      : world.table("repositories").find((each) => same(each.owner, owner) && same(each.name, name));
  if (repository === undefined) return null;
  const issue = world.table("issues").find((each) => each.repositoryId === repository.id && each.number === number);
  if (issue === undefined) return null;
  return `/${repository.owner}/${repository.name}/${issue.isPull ? "pull" : "issues"}/${number}`;
}
