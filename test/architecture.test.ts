/** The walls of the house: which room may import which, what the core may not touch, and how large a file may grow. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = resolve(import.meta.dirname, "..", "src");

interface Source {
  /** Relative to src, such as `core/lane/gate.ts`. */
  path: string;
  room: string;
  text: string;
  /** Relative imports, as paths relative to src. */
  local: string[];
  /** Packages, without their subpaths; node: modules as they are. */
  packages: string[];
}

const sources: Source[] = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(src, path), "utf8");
    const named = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
    return {
      path,
      room: path.includes("/") ? (path.split("/")[0] ?? "") : "root",
      text,
      local: named
        .filter((name) => name.startsWith("."))
        .map((name) => relative(src, resolve(src, dirname(path), name))),
      packages: named.filter((name) => !name.startsWith(".")).map(packageOf),
    };
  });

function packageOf(name: string): string {
  if (name.startsWith("node:")) return name;
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** What each room may import of the others: a room, or one file of it. */
const arrows: Record<string, string[]> = {
  core: [],
  messages: ["core"],
  config: ["core"],
  webhook: ["core"],
  loop: ["core", "messages"],
  store: ["loop/store-port.ts"],
  github: ["core", "loop/github-port.ts"],
  // What Headgate wrote on an issue is read back where it is written.
  planner: ["core", "config", "loop/planner-port.ts", "loop/github-port.ts", "messages/sub-issue.ts"],
  job: ["core", "config/prices.ts"],
  sandbox: [],
};

describe("the rooms", () => {
  it.each(Object.entries(arrows))("%s imports only what its arrows allow", (room, allowed) => {
    const strays = sources
      .filter((source) => source.room === room)
      .flatMap((source) => source.local.map((target) => ({ from: source.path, to: target })))
      .filter(
        ({ to }) => to.split("/")[0] !== room && !allowed.some((place) => to === place || to.startsWith(`${place}/`)),
      );
    expect(strays).toEqual([]);
  });

  it("are all known: only the composition root and the command line may import everything", () => {
    const rooms = new Set(sources.map((source) => source.room));
    for (const room of Object.keys(arrows)) rooms.delete(room);
    expect([...rooms].sort()).toEqual(["cli", "root"]);
  });

  it("have no import cycles between files, type imports aside", () => {
    const graph = new Map(sources.map((source) => [source.path, valueImports(source)]));
    expect(cycles(graph)).toEqual([]);
  });

  it("are small: no file over 400 lines, no folder over 14 files", () => {
    const long = sources.filter((source) => source.text.split("\n").length > 400).map((source) => source.path);
    expect(long).toEqual([]);
    const folders = Map.groupBy(sources, (source) => dirname(source.path));
    const crowded = [...folders]
      .filter(([, files]) => files.length > 14)
      .map(([folder, files]) => `${folder}: ${files.length}`);
    expect(crowded).toEqual([]);
  });
});

describe("the core", () => {
  const core = sources.filter((source) => source.room === "core");

  it("depends on nothing but its machine, its parser, its globs and its patterns", () => {
    const packages = new Set(core.flatMap((source) => source.packages));
    expect([...packages].sort()).toEqual(["picomatch", "re2js", "xstate", "zod"]);
  });

  it.each([
    ["waits", /\bawait\b|\basync\b|\bPromise\b/],
    ["reads a clock", /\bDate\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b/],
    ["asks for chance", /Math\.random|randomUUID|\bcrypto\b/],
    ["touches its process", /\bprocess\b|\bglobalThis\b|\bBuffer\b|\bconsole\b|\bfetch\b/],
  ])("never %s", (_, pattern) => {
    const offenders = core.filter((source) => pattern.test(withoutText(source.text))).map((source) => source.path);
    expect(offenders).toEqual([]);
  });
});

/** The code alone: comments and strings may speak of anything. */
function withoutText(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}

function valueImports(source: Source): string[] {
  const statements = [...source.text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"(\.[^"]+)"/gm)];
  return statements.map((match) => relative(src, resolve(src, dirname(source.path), match[1] ?? "")));
}

function cycles(graph: Map<string, string[]>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, trail: string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path]);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
