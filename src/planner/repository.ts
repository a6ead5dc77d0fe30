/** Reads what a planner sees of a repository: all paths, and the few files that say how it is built, tested and run. */
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import { visibleCharacters } from "../messages/agent/untrusted.ts";
import { outline } from "./outline.ts";

export interface RepositoryView {
  outline: string;
  /** All of them, up to a limit, as they are. */
  paths: readonly string[];
  /** In order of weight, cut to the limits below. */
  files: { path: string; text: string }[];
}

const MAX_PATHS = 20_000;
const MAX_OUTLINE_CHARACTERS = 40_000;
const MAX_FILES = 24;
const MAX_FILE_CHARACTERS = 10_000;
const MAX_CHARACTERS = 80_000;

const MANIFEST =
  /^(package\.json|deno\.jsonc?|pnpm-workspace\.yaml|tsconfig\.json|pyproject\.toml|setup\.(py|cfg)|requirements\.txt|Cargo\.toml|go\.(mod|work)|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|build\.sbt|Gemfile|composer\.json|mix\.exs|Package\.swift|pubspec\.yaml|CMakeLists\.txt|Makefile|justfile|.*\.(csproj|sln|gemspec|cabal))$/;

/** Kinds of file, weightiest first; within a kind, what lies nearer to the root. */
const KINDS: readonly ((path: string, name: string) => boolean)[] = [
  (_, name) => name === "AGENTS.md" || name === "CLAUDE.md",
  (path) => /^readme(\.[a-z]+)?$/i.test(path),
  (path, name) => !path.includes("/") && MANIFEST.test(name),
  (path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
  (path) => /^((\.github|docs)\/)?CODEOWNERS$/.test(path),
  (_, name) => MANIFEST.test(name),
];

/** Throws what the port throws. */
export async function viewRepository(
  github: Pick<GitHub, "listFiles" | "readFile">,
  repo: Repo,
  commit: string,
): Promise<RepositoryView> {
  const paths = await github.listFiles(repo, commit, MAX_PATHS);
  const texts = await Promise.all(
    filesToRead(paths).map(async (path) => ({ path, text: await github.readFile(repo, commit, path) })),
  );
  const files: RepositoryView["files"] = [];
  let left = MAX_CHARACTERS;
  for (const { path, text } of texts) {
    if (left <= 0) break;
    const shown = cut(visibleCharacters(text ?? ""), Math.min(left, MAX_FILE_CHARACTERS));
    // CLAUDE.md is often a link to AGENTS.md.
    if (shown.trim() === "" || files.some((file) => file.text === shown)) continue;
    files.push({ path, text: shown });
    left -= shown.length;
  }
  return { outline: outline(paths.map(visibleCharacters), MAX_OUTLINE_CHARACTERS), paths, files };
}

function filesToRead(paths: readonly string[]): string[] {
  const depth = (path: string) => path.split("/").length;
  const byKind = Map.groupBy(paths, (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return KINDS.findIndex((isOfKind) => isOfKind(path, name));
  });
  return KINDS.flatMap((_, kind) => (byKind.get(kind) ?? []).toSorted((a, b) => depth(a) - depth(b))).slice(
    0,
    MAX_FILES,
  );
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}\n… (${text.length - limit} characters left out)`;
}
