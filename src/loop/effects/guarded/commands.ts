/** Reads what the required checks of a base run: the commands of their jobs, and what stands in the scripts that these name. */
import type { PullSnapshot, Repo, RequiredCheck } from "../../../core/github.ts";
import { type CheckCommand, namedByChecks } from "../../../core/promotion/commands.ts";
import { LINK, SUBMODULE, type Tree } from "../../../core/promotion/tree.ts";
import { requiredRuns } from "../../../core/workflow/commands.ts";
import type { GitHub } from "../../github-port.ts";
import { readOnce } from "../../memory/answers.ts";
import { type ProducerReader, readBaseWorkflows } from "../checks/producers.ts";

/** Scripts that are followed, manifests among them, and the size of each. */
const [MAX_SCRIPTS, MAX_MANIFESTS, MAX_BYTES] = [60, 20, 100_000];

interface Base {
  repo: Repo;
  branch: string;
  sha: string;
}

export function readCheckCommands(
  outside: ProducerReader,
  base: Base,
  required: readonly RequiredCheck[],
  producers: PullSnapshot["producers"],
): Promise<CheckCommand[]> {
  const key = JSON.stringify(["commands", base.repo.id, base.branch, base.sha, required, producers]);
  return readOnce(outside.github, key, async () => {
    const workflows = await readBaseWorkflows(outside, base);
    const { commands, actions } = requiredRuns(workflows, required, producers);
    if (commands.length === 0 && actions.length === 0) return [];
    const tree = await outside.github.tree(base.repo, base.sha);
    const used = actions.map((path) => ({ text: `uses: ${path}`, folder: "" }));
    return followed(outside.github, base.repo, tree, [...commands, ...used]);
  });
}

/** Adds the text of each script that a command names, until none names another. Reads files, and runs nothing. */
async function followed(
  github: Pick<GitHub, "blob">,
  repo: Repo,
  tree: Tree,
  commands: readonly CheckCommand[],
): Promise<CheckCommand[]> {
  const found = [...commands];
  const seen = new Set<string>();
  const read = async (path: string): Promise<string | null> => {
    const file = tree.get(path);
    if (file === undefined || file.mode === LINK || file.mode === SUBMODULE || file.bytes > MAX_BYTES) return null;
    return new TextDecoder().decode(await github.blob(repo, file.sha));
  };
  const scripts = await manifestScripts(tree, read);
  const paths = [...tree.keys()].filter(holdsCommands);
  for (let next = 0; next < found.length && seen.size < MAX_SCRIPTS; next += 1) {
    const command = found[next];
    if (command === undefined) break;
    const named = namedByChecks([command]);
    for (const { id, name, text, folder } of scripts) {
      if (seen.has(id) || !named.script(name)) continue;
      seen.add(id);
      found.push({ text, folder, isScript: true });
    }
    const makes = /\b(?:g?make|just|task|rake|ninja)\b/.test(command.text);
    for (const path of paths) {
      const isNamed = named.file(path) || (makes && RECIPES.test(path) && named.worksIn(folderOf(path)));
      if (seen.has(path) || !isNamed || seen.size >= MAX_SCRIPTS) continue;
      seen.add(path);
      const text = await read(path);
      // A script names files from where it was started, or from where it lies.
      if (text === null) continue;
      for (const folder of new Set([command.folder, folderOf(path)])) found.push({ text, folder, isScript: true });
    }
  }
  return found;
}

const RECIPES = /(?:^|\/)(?:(?:GNU)?[Mm]akefile|[^/]+\.mk|[Jj]ustfile|Taskfile\.ya?ml|Rakefile)$/;

/** Files whose lines are commands: shell scripts, recipes, composite actions, and names without an extension. */
function holdsCommands(path: string): boolean {
  return (
    /\.(?:sh|bash|zsh|ksh|cmd|bat|ps1)$/.test(path) ||
    RECIPES.test(path) ||
    /(?:^|\/)(?:action\.ya?ml|[^/.]+)$/.test(path)
  );
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The scripts of the manifests that lie highest. */
async function manifestScripts(tree: Tree, read: (path: string) => Promise<string | null>) {
  const depth = (path: string) => path.split("/").length;
  const manifests = [...tree.keys()].filter((path) => /(?:^|\/)(?:package|composer|deno)\.jsonc?$/.test(path));
  const scripts: { id: string; name: string; text: string; folder: string }[] = [];
  for (const path of manifests.sort((left, right) => depth(left) - depth(right)).slice(0, MAX_MANIFESTS)) {
    for (const [name, text] of scriptsOf(await read(path))) {
      scripts.push({ id: `${path}#${name}`, name, text, folder: folderOf(path) });
    }
  }
  return scripts;
}

/** `test` brings its `pretest` and `posttest`. */
function scriptsOf(text: string | null): [string, string][] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text ?? "{}");
  } catch {
    return [];
  }
  if (typeof manifest !== "object" || manifest === null) return [];
  const fields = Object.entries(manifest).filter(([key]) => key === "scripts" || key === "tasks");
  return fields.flatMap(([, scripts]) =>
    Object.entries((scripts ?? {}) as object).flatMap(([name, body]): [string, string][] =>
      typeof body === "string" ? [[name.replace(/^(?:pre|post)/, ""), body]] : [],
    ),
  );
}
