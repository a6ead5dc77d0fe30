/** The repository's own `tasks.md` that an issue links. */
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { PlanRequest } from "../../loop/planner-port.ts";
import { visibleCharacters } from "../../messages/agent/untrusted.ts";
import { blocksOf } from "./markdown.ts";

const NAME = /(^|\/)tasks\.md$/i;
/** Only these are read with what stands within their lines, and of each so much: see `markdown.ts`. */
const MAX_PARAGRAPHS = 10;
const MAX_CHARACTERS = 2_000;

export interface LinkPlace {
  repo: PlanRequest["repo"];
  issue: Pick<PlanRequest["issue"], "body">;
  base: Pick<PlanRequest["base"], "branch">;
}

/** Returns the path of the first such file; null: none is linked. */
export function linkedTaskList({ repo, issue, base }: LinkPlace): string | null {
  const text = visibleCharacters(issue.body);
  if (!/tasks\.md/i.test(text)) return null;
  const paragraphs = paragraphsOf(blocksOf(text), text).filter((one) => /tasks\.md/i.test(one));
  for (const paragraph of paragraphs.slice(0, MAX_PARAGRAPHS)) {
    const parsed = fromMarkdown(paragraph.slice(0, MAX_CHARACTERS), {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    });
    for (const url of urlsOf(parsed)) {
      const path = pathOf(url, `/${repo.owner}/${repo.name}/`, base.branch);
      if (path !== null) return path;
    }
  }
  return null;
}

/** Includes paragraphs in lists. Leaves out quotations, which are other people's words. */
function paragraphsOf(node: Nodes, text: string): string[] {
  if (node.type === "paragraph") return [text.slice(node.position?.start.offset, node.position?.end.offset)];
  if (node.type !== "root" && node.type !== "list" && node.type !== "listItem") return [];
  return node.children.flatMap((child) => paragraphsOf(child, text));
}

function urlsOf(node: Nodes): string[] {
  if (node.type === "link") return [node.url];
  return "children" in node ? node.children.flatMap(urlsOf) : [];
}

/** The address of an issue, for links that are relative to it. */
const HERE = "https://here.invalid";

/** null: it leads elsewhere, or to another file. */
function pathOf(url: string, repository: string, branch: string): string | null {
  const issues = `${repository}issues/`;
  const parsed = URL.parse(url, `${HERE}${issues}`);
  if (parsed === null) return null;
  const whole = decoded(parsed.pathname);
  if (whole === null || !NAME.test(whole)) return null;
  if (isUnder(whole, repository)) {
    const within = whole.slice(repository.length);
    const file = /^(?:blob|raw|tree)\/(.+)$/.exec(within)?.[1];
    // A branch's name may have slashes of its own.
    if (file !== undefined) return file.startsWith(`${branch}/`) ? file.slice(branch.length + 1) : afterSlash(file);
  }
  if (parsed.origin !== HERE) return null;
  // Such links lead nowhere on GitHub, but people write them, and mean the repository's root.
  return isUnder(whole, issues) ? whole.slice(issues.length) : whole.slice(1);
}

function isUnder(path: string, folder: string): boolean {
  return path.toLowerCase().startsWith(folder.toLowerCase());
}

function afterSlash(path: string): string | null {
  const slash = path.indexOf("/");
  return slash < 0 ? null : path.slice(slash + 1);
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
