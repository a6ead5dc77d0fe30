/** Judges whether a change of a manifest changes what commands do: scripts and tool settings, not dependencies. */
import type { NamedByChecks } from "../commands.ts";
import type { ChangedText } from "../tree.ts";

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
  "typings",
  "typesVersions",
  "unpkg",
  "jsdelivr",
  "files",
  "private",
  "sideEffects",
  "maintainers",
  // Extensions of VS Code describe themselves here.
  "displayName",
  "publisher",
  "categories",
  "icon",
  "activationEvents",
  "contributes",
];

const DEPENDENCIES = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
/** A package from a folder, an address or under another name. It may call itself like the test runner. */
const FOREIGN =
  /^(?:file|link|portal|npm|jsr|git[\w+]*|github|gitlab|bitbucket|gist|https?|ssh):|^[./~][^\d]|\.t(?:ar\.)?gz$|^[\w.-]+\/[\w.-]+/;

/** A package manager runs them by itself. */
const AUTOMATIC = ["install", "prepare", "prepublish", "prepublishOnly", "prepack", "postpack", "dependencies"];

export function changesScripts(path: string, text: ChangedText | null, named: NamedByChecks): boolean {
  if (text === null) return true;
  const { before, after } = text;
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  if (was === null || is === null) return true;
  // A new manifest changes what a command in its folder does. Elsewhere it takes nothing away.
  if (before === null && named.worksIn(path.replace(/\/?[^/]*$/, ""))) return true;
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (key === "scripts" || key === "tasks" || HARMLESS.includes(key)) continue;
    if (before !== null && !same(was[key], is[key])) return true;
  }
  if (takesName(was, is, named)) return true;
  if (DEPENDENCIES.some((key) => bringsForeign(recordOf(was[key]), recordOf(is[key])))) return true;
  const isNew = before === null;
  return ["scripts", "tasks"].some((key) => changesCommands(recordOf(was[key]), recordOf(is[key]), named, isNew));
}

/** A package of a workspace is linked under its name, and its programs under theirs: in the place of the tool that a check runs. */
function takesName(was: Record<string, unknown>, is: Record<string, unknown>, named: NamedByChecks): boolean {
  const namesOf = ({ name, bin }: Record<string, unknown>) => [
    ...(typeof name === "string" ? [name, name.replace(/^@[^/]*\//, "")] : []),
    ...Object.keys(recordOf(bin)),
  ];
  const known = new Set(namesOf(was));
  return namesOf(is).some((name) => !known.has(name) && named.script(name));
}

function bringsForeign(was: Record<string, unknown>, is: Record<string, unknown>): boolean {
  return Object.entries(is).some(([name, from]) => !same(was[name], from) && FOREIGN.test(String(from)));
}

/** A command that was there and differs, or a new one that runs by itself or that a check names. */
function changesCommands(
  was: Record<string, unknown>,
  is: Record<string, unknown>,
  named: NamedByChecks,
  isNewManifest: boolean,
): boolean {
  const all = { ...was, ...is };
  return Object.keys(all).some((name) => {
    if (same(was[name], is[name])) return false;
    if (Object.hasOwn(was, name) || runsByItself(name, all)) return true;
    return !isNewManifest && (named.script(name) || named.script(name.replace(/^(?:pre|post)/, "")));
  });
}

function runsByItself(name: string, scripts: Record<string, unknown>): boolean {
  const [, main] = /^(?:pre|post)(.+)$/.exec(name) ?? [];
  return AUTOMATIC.includes(name) || (main !== undefined && (Object.hasOwn(scripts, main) || AUTOMATIC.includes(main)));
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

/** Takes values that are nested too deep to be written down for changed ones. */
function same(left: unknown, right: unknown): boolean {
  try {
    return JSON.stringify(left) === JSON.stringify(right);
  } catch {
    return false;
  }
}

/** Tables that list packages, and those in which a package describes itself. */
const LISTS =
  /^(?:dev-)?packages$|(?:^|\.)(?:(?:dev-|build-)?dependencies|dependency-groups|optional-dependencies)(?:\.|$)/;
const DESCRIBES =
  /^(?:(?:workspace\.)?package|project|features|tool\.poetry)$|^(?:project|tool\.poetry)\.(?:urls|authors|readme)(?:\.|$)/;
/** Keys of such tables by which tests are found or something runs. */
const STEERS = /^\s*(?:autotests|autobenches|build|scripts|gui-scripts|entry-points|plugins)\s*=/m;

/** Returns true where a table of a TOML file changed that lists no dependencies and does not only describe the package. */
export function changesTools(text: ChangedText | null): boolean {
  if (text === null) return true;
  const { before, after } = text;
  const [was, is] = [tablesOf(before ?? ""), tablesOf(after ?? "")];
  return [...new Set([...was.keys(), ...is.keys()])].some((name) => {
    const [old = "", fresh = ""] = [was.get(name), is.get(name)];
    if (old === fresh || LISTS.test(name)) return false;
    if (name === "workspace") return !onlyAddsMembers(old, fresh);
    return !DESCRIBES.test(name) || steering(old) !== steering(fresh);
  });
}

/** A package that joins a workspace takes no other package's tests away. */
function onlyAddsMembers(before: string, after: string): boolean {
  const was = before.split("\n");
  const is = after.split("\n");
  const added = is.filter((line) => !was.includes(line));
  return (
    was.every((line) => is.includes(line)) &&
    added.every((line) => /^\s*"[^"]*",?$/.test(line)) &&
    !/exclude/.test(after)
  );
}

function steering(table: string): string {
  return table
    .split("\n")
    .filter((line) => STEERS.test(line))
    .join("\n");
}

/** The text of each table by its name, without comments and empty lines; "" is what stands before the first. */
function tablesOf(text: string): Map<string, string> {
  const tables = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n").map((each) => each.trim())) {
    const header = /^\[\[?([^\]]+)\]/.exec(line);
    if (header !== null) name = header[1]?.trim() ?? "";
    else if (line !== "" && !line.startsWith("#")) tables.set(name, `${tables.get(name) ?? ""}${line}\n`);
  }
  return tables;
}
