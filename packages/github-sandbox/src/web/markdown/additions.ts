/** Adds GitHub's own additions to Markdown: alerts, diagrams, and links for the names of people, issues and files. */
import type { Element, ElementContent, Root } from "hast";
import { diagramClass } from "./diagrams.ts";
import { standingAlone } from "./names.ts";

/** The targets of the names in a text. */
export interface Meaning {
  /** Paths by name as written, such as `#12`. */
  hrefs: ReadonlyMap<string, string>;
  /** The folder of relative links, as a path of the pages. */
  base: string;
}

export function withAdditions(parent: Root | Element, meaning: Meaning): void {
  parent.children = parent.children.flatMap((child): ElementContent[] => {
    if (child.type === "text") return insideText(parent) ? linked(child.value, meaning) : [child];
    if (child.type !== "element") return child.type === "comment" ? [child] : [];
    const diagram = diagramIn(child);
    if (diagram !== null) return [diagram];
    if (child.tagName === "a") anchor(child, meaning);
    withAdditions(child, meaning);
    return [child.tagName === "blockquote" ? (alertIn(child) ?? child) : child];
  });
}

/** Returns false inside of code and links: names there stay plain. */
function insideText(parent: Root | Element): boolean {
  return parent.type === "root" || !["a", "code", "pre", "kbd", "samp", "tt"].includes(parent.tagName);
}

function element(tagName: string, className: string | null, children: ElementContent[]): Element {
  return { type: "element", tagName, properties: className === null ? {} : { className: [className] }, children };
}

/** Returns a diagram for a fenced block in the language `mermaid`, else null. */
function diagramIn(node: Element): Element | null {
  const [code] = node.children;
  if (node.tagName !== "pre" || code?.type !== "element" || code.tagName !== "code") return null;
  const classes = code.properties.className;
  if (!Array.isArray(classes) || !classes.includes("language-mermaid")) return null;
  return element("pre", diagramClass, code.children);
}

/**
 * Turns a quote into an alert, if it is one:
 * https://docs.github.com/en/get-started/writing-on-github/…/basic-writing-and-formatting-syntax#alerts
 */
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
  // The marker must be alone on its line.
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

/** Removes the referrer from external links and makes relative ones lead into the repository. */
function anchor(node: Element, { base }: Meaning): void {
  const { href } = node.properties;
  if (typeof href !== "string") return;
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href)) {
    node.properties.rel = ["nofollow", "noreferrer", "noopener"];
  } else if (!href.startsWith("/") && !href.startsWith("#")) {
    const within = new URL(href, `http://sandbox${base}`);
    node.properties.href = `${within.pathname}${within.search}${within.hash}`;
  }
}

/** Links `@ada`, `#12` and `ada/shop#12` if they exist. */
function linked(text: string, { hrefs }: Meaning): ElementContent[] {
  const parts: ElementContent[] = [];
  let end = 0;
  for (const match of text.matchAll(standingAlone)) {
    const [whole] = match;
    const href = hrefs.get(whole);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ type: "text", value: text.slice(end, match.index) });
    const link = element("a", null, [{ type: "text", value: whole }]);
    link.properties.href = href;
    parts.push(link);
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ type: "text", value: text.slice(end) });
  return parts;
}
