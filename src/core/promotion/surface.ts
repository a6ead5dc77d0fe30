/**
 * Finds the gate surface of a change: files that decide what the required checks do. A green check proves little about a head
 * that changed what the check runs, so that a person looks at exactly that. New tests, dependencies, and scripts that no required
 * check names are none of it.
 *
 * Judges names and, where the name alone is not enough, contents: a manifest by its scripts, a test file by what it skips.
 */
import { z } from "zod";
import { globMatches } from "../rules/globs.ts";
import type { TreeChange } from "./tree.ts";

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

/** A changed file with its text before and after; null: there is none, or it is no text. */
export interface ChangedText {
  path: string;
  before: string | null;
  after: string | null;
}

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
  "**/.coveragerc",
  "**/phpunit.xml*",
  "**/.rspec",
  "**/spec_helper.rb",
  "**/rails_helper.rb",
  "**/test_helper.rb",
  "**/.simplecov",
  "**/nextest.toml",
  "**/junit-platform.properties",
  "**/*.runsettings",
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

/** Sections of `pyproject.toml` and `Cargo.toml` that configure tools, against those that only list dependencies. */
const TOOL_FILES = ["**/pyproject.toml", "**/Cargo.toml"];

const TESTS = [
  "**/*.test.*",
  "**/*.spec.*",
  "**/*-test.*",
  "**/*_test.*",
  "**/*_spec.*",
  "**/test_*.py",
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

/** What makes a runner leave out all other tests. */
const ALONE = /\b(?:it|test|describe|suite|context|bench)\s*\.\s*only\b|\b(?:fit|fdescribe|fcontext)\s*[(`]/g;

/** What makes a runner leave out a test, or take its failure for a success. */
const SKIPS =
  /\b(?:it|test|describe|suite|context|bench)\s*\.\s*(?:skip|todo|fails|skipIf|runIf|failing)\b|\b(?:xit|xtest|xdescribe|xcontext)\s*[(`]|@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.(?:skip\w*|expectedFailure)|skip\w*\b|Disabled\b|Ignore\b|Test\s*\(\s*enabled\s*=\s*false)|\bpytest\s*\.\s*(?:skip|importorskip|xfail)\s*\(|\bself\s*\.\s*skipTest\s*\(|\b[tb]\s*\.\s*(?:Skip|SkipNow|Skipf)\s*\(|#\[\s*ignore\b|\[\s*(?:Ignore|Explicit|Fact\s*\(\s*Skip|Theory\s*\(\s*Skip)\b|\bmarkTestSkipped\s*\(|\bXCTSkip|\b(?:pending|skip)\s+(?:["'({]|do\b)/;

const SKIPS_ALL = new RegExp(SKIPS, "g");

/** One test of a file, in the languages that people write here. */
const CASES =
  /\b(?:it|test|specify)(?:\s*\.\s*each\b[^\n]*)?\s*[(`]|^\s*(?:async\s+)?def\s+test\w*\s*\(|\bfunc\s+(?:Test|Fuzz|Benchmark)\w*\s*\(|#\[\s*(?:\w+::)*(?:test|rstest|test_case)\b|@(?:Test|ParameterizedTest|RepeatedTest)\b|\[\s*(?:Fact|Theory|Test|TestMethod|TestCase)\b|\bpublic\s+function\s+test\w*\s*\(|\bfunc\s+test\w*\s*\(\s*\)/gm;

/** What makes a test assert something. */
const ASSERTIONS =
  /\b(?:expect|assert\w*|require|should|ok|equal|deepEqual|strictEqual|throws|t\.(?:Error|Fatal)\w*)\b/g;

/**
 * Returns what of a change is gate surface. `runs` are the `run` lines of the workflows whose jobs are required.
 * Each path is listed once, under the first kind that fits.
 */
export function gateSurface(
  changes: readonly TreeChange[],
  textOf: (path: string) => ChangedText,
  runs: readonly string[],
): SurfaceChange[] {
  const arrived = new Set(changes.flatMap(({ before, after }) => (before === null && after !== null ? after.sha : [])));
  return changes.flatMap((change) => {
    const kind = kindOf(change, textOf, runs, arrived);
    return kind === null ? [] : [{ path: change.path, kind }];
  });
}

function kindOf(
  { path, before, after }: TreeChange,
  textOf: (path: string) => ChangedText,
  runs: readonly string[],
  arrived: ReadonlySet<string>,
): SurfaceKind | null {
  if (isAny(BUILD_FILES, path)) return "scripts";
  if (isAny(MANIFESTS, path)) return changesScripts(textOf(path), runs) ? "scripts" : null;
  if (isAny(TEST_CONFIG, path)) return "test-config";
  if (isAny(LINT_CONFIG, path)) return "lint-config";
  if (isAny(CI_CONFIG, path)) return "ci-config";
  if (isAny(TOOL_FILES, path)) return changesTools(textOf(path)) ? "test-config" : null;
  if (runs.some((line) => names(line, path))) return "run-by-check";
  // A new file takes nothing away, unless it leaves out all others.
  if (!isAny(TESTS, path) && !CAMEL_TESTS.some((glob) => globMatches(glob, path))) return null;
  if (after === null) return before !== null && arrived.has(before.sha) ? null : "test-removed";
  const text = textOf(path);
  if (count(ALONE, text.after) > count(ALONE, text.before)) return "test-skipped";
  if (before === null) return null;
  if (skipsKnownTest(text.before ?? "", text.after ?? "")) return "test-skipped";
  if (text.before !== null && text.after === null) return "test-removed";
  const fewer = (pattern: RegExp) => count(pattern, text.after) < count(pattern, text.before);
  return fewer(CASES) || fewer(ASSERTIONS) ? "test-removed" : null;
}

/** A test, or a group of tests, begins on the line. */
const BEGINS =
  /\b(?:it|test|specify|describe|suite|context)\b.*[(`]|\bdef\s+test|\bclass\s+\w*Test|\bfunc\s+[Tt]est|\bfn\s+\w+|\bvoid\s+\w+|\bfunction\s+test/;
/** Lines in which a marker finds its test: markers of most languages stand above it, calls that skip stand in its body. */
const [ABOVE, BELOW] = [15, 5];

/**
 * Whether a marker that is new skips a test that was there before. A new test may be skipped: it takes nothing away. Counting
 * would not do, since one dummy test would pay for one that is skipped.
 */
function skipsKnownTest(before: string, after: string): boolean {
  const was = before.split("\n");
  const known = new Set(was.filter((line) => BEGINS.test(line)).map(testName));
  const old = new Set(was.map((line) => line.trim()));
  const isFresh = count(SKIPS_ALL, after) > count(SKIPS_ALL, before);
  const lines = after.split("\n");
  return lines.some((line, index) => {
    if (!SKIPS.test(line) || (old.has(line.trim()) && !isFresh)) return false;
    const below = lines.slice(index, index + BELOW).find((each) => BEGINS.test(each));
    const above = lines.slice(Math.max(0, index - ABOVE), index).findLast((each) => BEGINS.test(each));
    const isMarker = BEGINS.test(line) || /^\s*[@#[]/.test(line);
    const test = isMarker ? (below ?? above) : (above ?? below);
    return test === undefined || known.has(testName(test));
  });
}

/** The name that a test's first line gives it: its title or its function's. */
function testName(line: string): string {
  return (
    /\b(?:def|func|fn|void|class|function)\s+(\w+)/.exec(line)?.[1] ?? /(["'`])(.*?)\1/.exec(line)?.[2] ?? line.trim()
  );
}

/** Whether any of the globs, which are all simple ones, matches the path in any case. */
function isAny(globs: readonly string[], path: string): boolean {
  const folded = path.toLowerCase();
  return globs.some((glob) => globMatches(glob.toLowerCase(), folded));
}

function count(pattern: RegExp, text: string | null): number {
  return text === null ? 0 : (text.match(pattern)?.length ?? 0);
}

/** Everything of a manifest but dependencies and what only describes it, since tools keep their settings there too. */
const HARMLESS = [
  "name",
  "version",
  "description",
  "keywords",
  "author",
  "contributors",
  "license",
  "homepage",
  "bugs",
  "repository",
  "funding",
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "optionalDependencies",
  "bundledDependencies",
  "require",
  "require-dev",
  "exports",
  "main",
  "module",
  "types",
  "files",
  "private",
  "sideEffects",
];

/** Scripts of these names run without anybody naming them. */
const AUTOMATIC = /^(?:pre|post)|^(?:install|prepare|prepublish|prepack|dependencies|test)$/;

function changesScripts({ before, after }: ChangedText, runs: readonly string[]): boolean {
  // A manifest that comes or goes changes what a command in its folder does only if a check works there.
  if (before === null && after === null) return true;
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  if (was === null || is === null) return true;
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (key === "scripts" || key === "tasks" || HARMLESS.includes(key)) continue;
    if (before !== null && !same(was[key], is[key])) return true;
  }
  return ["scripts", "tasks"].some((key) => changesCommands(recordOf(was[key]), recordOf(is[key]), runs));
}

/** A command that was there and differs, or a new one that runs by itself or that a check names. */
function changesCommands(was: Record<string, unknown>, is: Record<string, unknown>, runs: readonly string[]): boolean {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].some((name) => {
    if (same(was[name], is[name])) return false;
    return name in was || AUTOMATIC.test(name) || runs.some((line) => line.includes(name));
  });
}

function fieldsOf(text: string | null): Record<string, unknown> | null {
  if (text === null) return {};
  try {
    // Comments are allowed in `deno.jsonc`; what is not JSON counts as changed.
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Whether a table of a TOML file changed that is not one of dependencies or of the package's own description. */
function changesTools({ before, after }: ChangedText): boolean {
  const [was, is] = [tablesOf(before ?? ""), tablesOf(after ?? "")];
  const isHarmless = (name: string) =>
    /(?:^|\.)(?:(?:dev-|build-)?dependencies|dependency-groups|optional-dependencies|sources?|package|project|features|urls|authors)(?:\.|$)/.test(
      name,
    ) && !/(?:scripts|entry-points)/.test(name);
  return [...new Set([...was.keys(), ...is.keys()])].some(
    (name) => !isHarmless(name) && was.get(name) !== is.get(name),
  );
}

/** The text of each table by its name, without comments and empty lines; "" is what stands before the first. */
function tablesOf(text: string): Map<string, string> {
  const tables = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n").map((each) => each.trim())) {
    const header = /^\[+\s*([^\]]+?)\s*\]+/.exec(line);
    if (header !== null) name = header[1] ?? "";
    else if (line !== "" && !line.startsWith("#")) tables.set(name, `${tables.get(name) ?? ""}${line}\n`);
  }
  return tables;
}

/** Whether a `run` line names a file, as a path of its own: `./tools/check.sh`, `node tools/check.mjs`, `tools/`. */
function names(line: string, path: string): boolean {
  const words = line.split(/[\s"'`;|&()<>=$]+/).map((word) => word.replace(/^\.\//, "").replace(/\/+$/, ""));
  return words.some((word) =>
    word.includes("/") || word.includes(".") ? word === path || path.startsWith(`${word}/`) : false,
  );
}
