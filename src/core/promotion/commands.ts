/**
 * Finds the files, folders and scripts that the commands of required checks name. Reads words, not shell: a word that could be a
 * file is taken for one.
 */
import { globMatches } from "../rules/globs.ts";

/** A text of commands, and the folder in which it runs; "" is the root. */
export interface CheckCommand {
  text: string;
  folder: string;
  /**
   * A script that a step runs. Of the files that it names only those count that it runs: others are what it checks. Left out:
   * the text of the step itself.
   */
  isScript?: boolean;
}

export interface NamedByChecks {
  /** Returns true where a command names the file. */
  file(path: string): boolean;
  /** Returns true where a command names the script of a manifest, as in `npm run lint:all`. */
  script(name: string): boolean;
  /** Returns true where a command runs in the folder. */
  worksIn(folder: string): boolean;
}

/** Characters of a text, and words of all texts, that are read. */
const [MAX_TEXT, MAX_WORDS] = [100_000, 50_000];
/** Folders in which a text may run, and those to which each `cd` leads. Every word may mean a file in each of them. */
const [MAX_FOLDERS, MAX_ENTERED] = [100, 4];

/** Programs that run what follows them. It may be a folder, or a file without its extension. */
const RUNNERS = new Set([
  "node",
  "nodejs",
  "tsx",
  "ts-node",
  "vite-node",
  "zx",
  "jiti",
  "python",
  "python2",
  "python3",
  "ruby",
  "perl",
  "php",
  "-m",
  "uses:",
]);
/** Options that run the module that they name. */
const LOADS = /^--(?:require|import|loader)$/;
/** The same where `run` follows them. */
const WITH_RUN = new Set(["go", "deno", "bun"]);
/** The word after one of them is the folder in which the rest runs. */
const ENTERS = new Set(["cd", "pushd", "-C", "--prefix", "--cwd", "--dir", "--directory", "--project"]);
const EXTENSION = /\.\w+$/;
/** Compilers, bundlers and linters judge or translate the files that they are given, and run none of them. */
const READERS = new Set([
  "esbuild",
  "tsup",
  "rollup",
  "webpack",
  "ncc",
  "parcel",
  "tsc",
  "swc",
  "babel",
  "eslint",
  "prettier",
  "biome",
  "oxlint",
  "stylelint",
  "markdownlint",
  "codespell",
  "vale",
  "mypy",
  "pyright",
  "ruff",
  "black",
  "isort",
  "flake8",
  "pylint",
  "shellcheck",
  "shfmt",
  "yamllint",
  "hadolint",
  "actionlint",
  "javac",
  "kotlinc",
  "gcc",
  "g++",
  "clang",
  "rustc",
  "rustfmt",
  "gofmt",
  "goimports",
]);
/** They stand before the command that counts. */
const LAUNCHERS = new Set([
  "-",
  "run:",
  "npx",
  "pnpm",
  "yarn",
  "bunx",
  "exec",
  "dlx",
  "uv",
  "uvx",
  "pipx",
  "poetry",
  "run",
  "sudo",
  "time",
  "env",
  "-y",
  "--yes",
  "--",
]);
/** Options whose value says how to judge. */
const CONFIGURES = new Set([
  "-c",
  "-p",
  "--config",
  "--config-file",
  "--project",
  "--rulesdir",
  "--resolve-plugins-relative-to",
]);

export function namedByChecks(commands: readonly CheckCommand[]): NamedByChecks {
  const files = new Set<string>();
  const programs = new Set<string>();
  const folders = new Set<string>();
  const words = new Set<string>();
  let left = MAX_WORDS;
  for (const { text, folder, isScript = false } of commands) {
    const within = new Set([folder]);
    /** Where the last `cd` may have led: from the start, or from where the one before led. */
    let entered: string[] = [];
    for (const segment of segmentsOf(text)) {
      const reads = READERS.has(segment.find((word) => !LAUNCHERS.has(word)) ?? "");
      for (const [index, word] of segment.slice(0, left).entries()) {
        words.add(word);
        const [last = "", beforeLast = ""] = [segment[index - 1], segment[index - 2]];
        const isRun = RUNNERS.has(last) || LOADS.test(last) || (last === "run" && WITH_RUN.has(beforeLast));
        const isData = reads || (isScript && !runsIn(segment, index));
        const isGiven = isData && !CONFIGURES.has(last);
        for (const target of isGiven ? [] : last === "-m" ? modulesOf(word) : [word]) {
          for (const path of pathsOfWord(target, within)) {
            files.add(path);
            if (isRun && path !== "") programs.add(path);
          }
        }
        if (!ENTERS.has(last) || within.size >= MAX_FOLDERS) continue;
        entered = pathsOfWord(word, new Set([folder, ...entered])).slice(0, MAX_ENTERED);
        for (const path of entered) within.add(path);
      }
      left = Math.max(0, left - segment.length);
    }
    for (const each of within) folders.add(each);
  }
  const patterns = [...words].filter((word) => word.includes("*"));
  return {
    file: (path) => files.has(path) || isProgram(path, programs),
    script: (name) => words.has(name) || patterns.some((pattern) => globMatches(pattern, name)),
    worksIn: (folder) => folders.has(folder),
  };
}

const SHELLS = new Set(["sh", "bash", "zsh", "ksh", "source", "."]);

/** Returns true where the word is the command itself, or stands behind something that runs files. */
function runsIn(segment: readonly string[], index: number): boolean {
  const before = segment.slice(0, index);
  const runs = (word: string) => RUNNERS.has(word) || LOADS.test(word) || SHELLS.has(word) || WITH_RUN.has(word);
  return before.every((word) => LAUNCHERS.has(word)) || before.some(runs) || segment[index]?.startsWith("./") === true;
}

/** The words of each simple command. */
function segmentsOf(text: string): string[][] {
  const commands = text
    .slice(0, MAX_TEXT)
    .replaceAll("\\\n", " ")
    .split(/[\n;|&`]+|\$\(/);
  return commands.map((command) => command.split(/[\s"'()<>=$,[\]]+/).filter((word) => word !== ""));
}

function isProgram(path: string, programs: ReadonlySet<string>): boolean {
  if (programs.has(path.replace(EXTENSION, ""))) return true;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    if (programs.has(path.slice(0, at))) return true;
  }
  return false;
}

/** `python -m tools.check`. */
function modulesOf(word: string): string[] {
  return [word, word.replaceAll(".", "/")];
}

/** `$GITHUB_WORKSPACE/a`, `${{ github.workspace }}/a` and `$(dirname "$0")/a` are read as `/a`. */
const VARIABLE = /^(?:\}+|\{?[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]*)?\//;

/** Returns the paths in the repository that the word may mean. */
function pathsOfWord(word: string, folders: ReadonlySet<string>): string[] {
  if (word.startsWith("-") || word.includes("://")) return [];
  // A recipe of make hides its lines with `@`.
  const rest = word.replace(/^@(?=[./])/, "").replace(VARIABLE, "");
  const relative = [...folders].map((folder) => resolved(folder, rest));
  return [...new Set(rest === word ? relative : [resolved("", rest), ...relative])].flatMap((path) => path ?? []);
}

/** null: outside the repository. */
function resolved(folder: string, word: string): string | null {
  const parts: string[] = [];
  for (const part of [...folder.split("/"), ...word.split("/")]) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}
