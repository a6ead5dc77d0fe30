/**
 * Finds the gate surface of a change: files that decide what the required checks do. A green check proves little about a head
 * that changed what the check runs, so that a person looks at exactly that. New tests, dependencies, and scripts that no required
 * check names are none of it.
 *
 * Judges names and, where the name alone is not enough, contents: a manifest by its scripts, a test file by what it skips.
 */
import { z } from "zod";
import { globMatches } from "../../rules/globs.ts";
import { type CheckCommand, type NamedByChecks, namedByChecks } from "../commands.ts";
import { protectionOf } from "../protected.ts";
import type { ChangedText, TreeChange } from "../tree.ts";
import { bringsForeignCode } from "./dependencies.ts";
import { changesScripts, changesTools } from "./manifests.ts";
import { changesInlineTests, changesTests, hasTests } from "./tests.ts";

export const SurfaceKind = z.enum([
  /** A manifest's or a build file's scripts changed. */
  "scripts",
  "test-config",
  "lint-config",
  "ci-config",
  "test-removed",
  "test-skipped",
  /** A required workflow runs it. */
  "run-by-check",
]);
export type SurfaceKind = z.infer<typeof SurfaceKind>;

export const SurfaceChange = z.object({ path: z.string(), kind: SurfaceKind });
export type SurfaceChange = z.infer<typeof SurfaceChange>;

const MANIFESTS = ["**/package.json", "**/deno.json", "**/deno.jsonc", "**/composer.json"];

/** Everything in them can decide what a command does. */
const BUILD_FILES = [
  "**/Makefile",
  "**/GNUmakefile",
  "**/makefile",
  "**/*.mk",
  "**/justfile",
  "**/Justfile",
  "**/Taskfile.y*ml",
  "**/Rakefile",
  "**/noxfile.py",
  "**/tox.ini",
  "**/tasks.py",
  "**/setup.cfg",
  "**/build.gradle*",
  "**/gradle.properties",
  "**/buildSrc/**",
  "**/Directory.Build.*",
  "**/Directory.Packages.props",
  "**/setup.py",
  "**/rust-toolchain*",
  "**/.justfile",
  // Installed packages are committed only to replace them.
  "**/node_modules/**",
  "**/settings.gradle*",
  "**/pom.xml",
  "**/build.sbt",
  "**/mix.exs",
  "**/build.zig",
  "**/build.rs",
  "**/CMakeLists.txt",
  "**/CTestTestfile.cmake",
  "**/BUILD.bazel",
  "**/WORKSPACE",
  "**/turbo.json",
  "**/nx.json",
  "**/project.json",
  "**/lerna.json",
  "**/rush.json",
  "**/Gruntfile.*",
  "**/gulpfile.*",
  "**/*.gradle",
  "**/*.gradle.kts",
  "**/*.sbt",
  "**/Package.swift",
  "**/*.csproj",
  "**/*.fsproj",
  "**/*.vbproj",
  "**/*.sln",
  "**/*.slnx",
  "**/*.slnf",
  "**/*.targets",
  "**/*.props",
  "**/global.json",
  "**/.bazelrc",
  "**/MODULE.bazel",
  "**/BUILD",
  "**/*.bzl",
  "**/*.rake",
  "**/deps.edn",
  "**/meson.build",
  "**/pixi.toml",
  "**/dodo.py",
  // They choose the program that runs the tests.
  "**/.python-version",
  "**/.node-version",
  "**/.nvmrc",
  "**/.ruby-version",
  "**/.java-version",
];

const TEST_CONFIG = [
  "**/vitest.config.*",
  "**/vitest.workspace.*",
  "**/vitest.setup.*",
  "**/vite.config.*",
  "**/jest.config.*",
  "**/jest.setup.*",
  "**/jest.preset.*",
  "**/.mocharc*",
  "**/ava.config.*",
  "**/karma.conf.*",
  "**/playwright.config.*",
  "**/cypress.config.*",
  "**/cypress.json",
  "**/wdio.conf.*",
  "**/.nycrc*",
  "**/.c8rc*",
  "**/pytest.ini",
  "**/conftest.py",
  "**/sitecustomize.py",
  "**/usercustomize.py",
  "**/babel.config.*",
  "**/.babelrc*",
  "**/.swcrc",
  "**/.coveragerc",
  "**/phpunit.xml*",
  "**/.rspec",
  "**/spec_helper.rb",
  "**/rails_helper.rb",
  "**/.simplecov",
  "**/nextest.toml",
  "**/junit-platform.properties",
  "**/*.runsettings",
  "**/test_helper.*",
  "**/jasmine.*",
  "**/.taprc",
  "**/.pytest.ini",
  "**/pytest.toml",
  "**/dart_test.yaml",
  "**/Pest.php",
  "**/.Rprofile",
  "**/webpack.config.*",
];

const LINT_CONFIG = [
  "**/.eslintrc*",
  "**/.eslintignore",
  "**/eslint.config.*",
  "**/biome.json*",
  "**/.prettierrc*",
  "**/prettier.config.*",
  "**/.prettierignore",
  "**/.stylelintrc*",
  "**/stylelint.config.*",
  "**/.oxlintrc.json",
  "**/tslint.json",
  "**/tsconfig*.json",
  "**/jsconfig.json",
  "**/knip.*",
  "**/.golangci.*",
  "**/ruff.toml",
  "**/.ruff.toml",
  "**/mypy.ini",
  "**/.mypy.ini",
  "**/pyrightconfig.json",
  "**/.flake8",
  "**/.pylintrc",
  "**/pylintrc",
  "**/clippy.toml",
  "**/.clippy.toml",
  "**/rustfmt.toml",
  "**/.rustfmt.toml",
  "**/deny.toml",
  "**/.rubocop*.yml",
  "**/.shellcheckrc",
  "**/.hadolint.yaml",
  "**/.yamllint*",
  "**/.markdownlint*",
  "**/phpstan.neon*",
  "**/psalm.xml*",
  "**/checkstyle*.xml",
  "**/detekt*.yml",
  "**/.swiftlint.yml",
  "**/.editorconfig",
];

const CI_CONFIG = [
  "**/sonar-project.properties",
  "**/.coveralls.yml",
  "**/danger.*",
  "**/dangerfile.*",
  "**/Dangerfile",
];

/** Files that `docker` and `docker compose` read although no command names them. */
const CONTAINERS = ["**/Dockerfile*", "**/docker-compose*.y*ml", "**/compose*.y*ml"];

/** Sections of these files that configure tools, against those that only list dependencies. */
const TOOL_FILES = ["**/pyproject.toml", "**/Cargo.toml", "**/Pipfile"];

/** Names of test files, and folders in which everything belongs to a test. */
const TEST_NAMES = ["**/*.test.*", "**/*.spec.*", "**/*-test.*", "**/*_test.*", "**/*_spec.*", "**/test_*.py"];
const TEST_FOLDERS = [
  "**/test/**",
  "**/tests/**",
  "**/__tests__/**",
  "**/__snapshots__/**",
  "**/spec/**",
  "**/e2e/**",
  "**/cypress/**",
];

/** As Java, C# and Swift write them. Case counts: a contest is no test. */
const CAMEL_TESTS = ["**/*Test.*", "**/*Tests.*", "**/*IT.java"];

/**
 * Returns what of a change is gate surface. `commands` are those of the required checks. `textOf` null: the file is too large or
 * no text, which counts wherever the text would decide. Each path is listed once, under the first kind that fits.
 */
export function gateSurface(
  changes: readonly TreeChange[],
  textOf: (path: string) => ChangedText | null,
  commands: readonly CheckCommand[],
): SurfaceChange[] {
  const named = namedByChecks(commands);
  const arrived = new Map<string, string[]>();
  for (const { path, before, after } of changes) {
    if (before === null && after !== null) arrived.set(after.sha, [...(arrived.get(after.sha) ?? []), path]);
  }
  return changes.flatMap((change) => {
    const kind = kindOf(change, textOf, named, arrived);
    return kind === null ? [] : [{ path: change.path, kind }];
  });
}

function kindOf(
  { path, before, after }: TreeChange,
  textOf: (path: string) => ChangedText | null,
  named: NamedByChecks,
  arrived: ReadonlyMap<string, string[]>,
): SurfaceKind | null {
  const byName = kindByName(path);
  if (byName !== null) return byName;
  if (isAny(MANIFESTS, path)) return changesScripts(path, textOf(path), named) ? "scripts" : null;
  if (isAny(TOOL_FILES, path)) return changesTools(textOf(path)) ? "test-config" : null;
  if (bringsForeignCode(path, textOf)) return "scripts";
  const isTest = isAny(TEST_NAMES, path) || CAMEL_TESTS.some((glob) => globMatches(glob, path));
  const isRun = (named.file(path) && !listsDependencies(path)) || (named.script("docker") && isAny(CONTAINERS, path));
  if (isRun && !isTest) return "run-by-check";
  const moved = after !== null || before === null ? [] : (arrived.get(before.sha) ?? []);
  if (!isTest && !isAny(TEST_FOLDERS, path)) {
    const mayHoldTests = before !== null && isAny(["**/*.rs"], path) && !moved.some((to) => isAny(["**/*.rs"], to));
    if (!mayHoldTests) return null;
    const text = textOf(path);
    return text === null ? "test-removed" : changesInlineTests(text);
  }
  if (after === null) {
    const at = moved.findIndex((to) => staysTest(path, to));
    if (at < 0) return "test-removed";
    // One copy that arrives takes the place of one file.
    moved.splice(at, 1);
    return null;
  }
  const text = textOf(path);
  if (text === null) return before === null ? "test-skipped" : "test-removed";
  // A runner script may be called like a test. What is not made of tests is judged as a program.
  if (isRun && !hasTests(text)) return "run-by-check";
  return changesTests(text);
}

/** Returns the kind of a file of which any change counts. null: its content decides, or it is none. */
export function kindByName(path: string): SurfaceKind | null {
  if (isAny(BUILD_FILES, path)) return "scripts";
  if (isAny(TEST_CONFIG, path)) return "test-config";
  if (isAny(LINT_CONFIG, path)) return "lint-config";
  if (isAny(CI_CONFIG, path)) return "ci-config";
  return null;
}

/** True for files of which some changes count: those of scripts and of tool settings. */
export function maySteerChecks(path: string): boolean {
  return isAny(MANIFESTS, path) || isAny(TOOL_FILES, path);
}

/** Commands such as `pip install -r requirements.txt` name them, and dependencies are no gate surface. */
function listsDependencies(path: string): boolean {
  return protectionOf(path) === "warn" || isAny(["**/go.mod", "**/Gemfile"], path);
}

/** Folders in which no runner looks for tests. */
const UNSEEN = /(?:^|\/)(?:\.[^/]+|node_modules|dist|build|vendor|venv|coverage|fixtures|__fixtures__)\//;

/** Returns true where a test that moved is still one for the runner, as far as its path shows. */
function staysTest(from: string, to: string): boolean {
  const isNamed = (path: string) => isAny(TEST_NAMES, path) || CAMEL_TESTS.some((glob) => globMatches(glob, path));
  const isKept = isNamed(from) ? isNamed(to) : isAny(TEST_FOLDERS, to);
  return isKept && extensionOf(from) === extensionOf(to) && (UNSEEN.test(from) || !UNSEEN.test(to));
}

function extensionOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0] ?? "";
}

/** Returns true where any of the globs, which are all simple ones, matches the path in any case. */
function isAny(globs: readonly string[], path: string): boolean {
  const folded = path.toLowerCase();
  return globs.some((glob) => globMatches(glob.toLowerCase(), folded));
}
