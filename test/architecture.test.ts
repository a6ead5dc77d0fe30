/** The walls of the house: which room may import which, what the core may not touch, and how large a file may grow. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const workspaces = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);

interface Source {
  /** Relative to its folder, such as `core/lane/gate.ts` of `src`. */
  path: string;
  room: string;
  text: string;
  /** Relative imports, as paths relative to the folder. */
  local: string[];
  /** Packages with their subpaths, and node: modules. */
  named: string[];
}

function sourcesOf(folder: string): Source[] {
  const top = join(root, folder);
  return readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => {
      const text = readFileSync(join(top, path), "utf8");
      const named = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
      return {
        path,
        room: path.includes("/") ? (path.split("/")[0] ?? "") : "root",
        text,
        local: named
          .filter((name) => name.startsWith("."))
          .map((name) => relative(top, resolve(top, dirname(path), name))),
        named: named.filter((name) => !name.startsWith(".")),
      };
    });
}

const sources = sourcesOf("src");

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
  // Commands of this machine ask the server through it. It reads a store and explains; it decides nothing.
  local: ["core", "messages", "loop/store-port.ts"],
  store: ["loop/store-port.ts"],
  secrets: ["core/promotion/secret.ts", "loop/scanner-port.ts"],
  github: ["core", "loop/github-port.ts", "loop/readers-port.ts"],
  // Its process runs readers of these rooms. They know nothing of it: the composition root passes it to them.
  confined: [
    "core",
    "config/workflow-file.ts",
    "loop/readers-port.ts",
    "loop/scanner-port.ts",
    "github",
    "planner/written",
    "secrets",
    "webhook",
  ],
  // What Headgate wrote on an issue is read back where it is written. A model reads what is wrong with its plan in the words
  // that people read.
  planner: [
    "core",
    "config",
    "loop/planner-port.ts",
    "loop/github-port.ts",
    "loop/readers-port.ts",
    "messages/agent/untrusted.ts",
    "messages/markers.ts",
    "messages/problems/plan.ts",
  ],
  job: ["core", "config/prices.ts", "config/model-waits.ts", "messages/agent/untrusted.ts"],
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
});

describe.each(["src", ...workspaces.map((workspace) => `${workspace}/src`)])("the files of %s", (folder) => {
  const files = sourcesOf(folder);

  it("have no import cycles, type imports included", () => {
    const graph = new Map(files.map(({ path, local }) => [path, local]));
    expect(cycles(graph)).toEqual([]);
  });

  it("export no name twice: a name means one thing wherever two files could both be imported", () => {
    const exported = files
      .filter(({ path }) => !path.startsWith("store/migrations/"))
      .flatMap(({ path, text }) => {
        const names = [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm)];
        // A schema and its type share a name and a file.
        return [...new Set(names.map((match) => match[1] ?? ""))].map((name) => ({ name, path }));
      });
    const twice = [...Map.groupBy(exported, ({ name }) => name)].filter(([, places]) => places.length > 1);
    expect(twice).toEqual([]);
  });

  it("are small: no file over 400 lines, no folder over 14 files", () => {
    const long = files.filter((source) => source.text.split("\n").length > 400).map((source) => source.path);
    expect(long).toEqual([]);
    const folders = Map.groupBy(files, (source) => dirname(source.path));
    const crowded = [...folders]
      .filter(([, files]) => files.length > 14)
      .map(([folder, files]) => `${folder}: ${files.length}`);
    expect(crowded).toEqual([]);
  });
});

describe("the packages", () => {
  const ours = ["src", "test"].flatMap((folder) => sourcesOf(folder).map((source) => ({ folder, ...source })));

  it("are reached by Headgate through their public doors only", () => {
    const through = ours.flatMap(({ folder, path, local }) =>
      local.filter((target) => join(folder, target).startsWith("packages/")).map((to) => `${folder}/${path}: ${to}`),
    );
    expect(through).toEqual([]);
    const doors = workspaces.flatMap((workspace) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, workspace, "package.json"), "utf8"));
      return Object.keys(exports).map((door) => join(name, door));
    });
    expect(doors.sort()).toEqual([
      "@headgate/github-sandbox",
      "@headgate/github-sandbox/process",
      "@headgate/scripted-model",
    ]);
  });

  it("are loaded in one place, on demand: the server runs without them", () => {
    const loading = sources
      .filter((source) => /(?:^import (?!type )[^;]*from |\bimport\()"@headgate\//m.test(source.text))
      .map((source) => source.path);
    expect(loading).toEqual(["cli/packages.ts"]);
  });

  it.each(["", ...workspaces])("%s/src imports only packages that its manifest names", (workspace) => {
    const manifest = JSON.parse(readFileSync(join(root, workspace, "package.json"), "utf8"));
    const known = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const unknown = sourcesOf(join(workspace, "src")).flatMap(({ path, text }) => {
      const named = [...text.matchAll(/(?:^(?:import|export) (?!type )[^;]*?from |\bimport\()"([^".][^"]*)"/gm)];
      const strays = named.map((match) => packageOf(match[1] ?? "")).filter((name) => !name.startsWith("node:"));
      return strays.filter((name) => !(name in known)).map((name) => `${path}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it.each(workspaces)("%s imports nothing of Headgate and nothing of the other packages", (workspace) => {
    const all = sourcesOf(workspace).filter(({ path }) => !path.startsWith("dist/"));
    const outside = all.flatMap(({ path, local, named }) => [
      ...local.filter((target) => target.startsWith("..")).map((to) => `${path}: ${to}`),
      ...named.filter((name) => /^(?:@headgate\/|headgate$|headgate\/)/.test(name)).map((to) => `${path}: ${to}`),
    ]);
    // The browser that tests open is the whole project's.
    const others = outside.filter((stray) => !/^test\/.*: \.\.\/\.\.\/tools\/chromium\.ts$/.test(stray));
    expect(others).toEqual([]);
    const fromTests = all
      .filter(({ room }) => room === "src")
      .flatMap(({ path, local }) => local.filter((target) => !target.startsWith("src/")).map((to) => `${path}: ${to}`));
    expect(fromTests).toEqual([]);
  });
});

/**
 * What each room of the sandbox may import of the others. Domain rooms know no HTTP and render nothing: they announce events as
 * values.
 */
const domain = ["store", "access", "git", "events", "context.ts", "slots.ts"];
const sandboxArrows: Record<string, string[]> = {
  store: [],
  access: ["store"],
  apps: ["store"],
  git: ["store"],
  events: ["store", "access", "git"],
  protection: domain,
  repositories: domain,
  checks: domain,
  issues: domain,
  refs: [...domain, "protection"],
  pulls: [...domain, "protection", "issues", "refs"],
  actions: [...domain, "protection"],
  render: [...domain, "protection", "checks", "issues", "pulls"],
};
/** On top: they may import every room below, and of each other what is named. */
const onTop: Record<string, string[]> = {
  rest: ["limits"],
  limits: ["rest"],
  faults: ["rest", "limits"],
  graphql: ["rest", "limits"],
  web: ["rest"],
  webhooks: [],
  "git-http": [],
};

/** The levels of the Actions engine. `index.ts` puts them together and imports all. */
const actionsArrows: Record<string, string[]> = {
  host: [],
  parse: ["host"],
  execute: ["host", "parse"],
  "built-in": ["host", "execute"],
  schedule: ["host", "parse", "execute"],
  trigger: ["host", "parse", "execute", "schedule"],
};

describe("the levels of the Actions engine", () => {
  const files = sourcesOf("packages/github-sandbox/src/actions");

  it.each(Object.entries(actionsArrows))("%s imports only the levels below it", (level, below) => {
    const strays = files
      .filter((source) => source.room === level)
      .flatMap((source) => source.local.map((target) => ({ from: source.path, to: target })))
      .filter(({ to }) => !to.startsWith("../") && ![level, ...below].includes(to.split("/")[0] ?? ""));
    expect(strays).toEqual([]);
  });

  it("are all known", () => {
    const levels = new Set(files.map((source) => source.room));
    expect([...levels].filter((level) => !(level in actionsArrows))).toEqual(["root"]);
  });
});

describe("the rooms of the sandbox", () => {
  const files = sourcesOf("packages/github-sandbox/src");
  const below = Object.keys(sandboxArrows);
  const arrows = { ...sandboxArrows };
  for (const [room, others] of Object.entries(onTop)) arrows[room] = [...below, "context.ts", "slots.ts", ...others];

  it.each(Object.entries(arrows))("%s imports only what its arrows allow", (room, allowed) => {
    const strays = files
      .filter((source) => source.room === room)
      .flatMap((source) => source.local.map((target) => ({ from: source.path, to: target })))
      .filter(
        ({ to }) => to.split("/")[0] !== room && !allowed.some((place) => to === place || to.startsWith(`${place}/`)),
      );
    expect(strays).toEqual([]);
  });

  it("are all known: only the files beside them put them together", () => {
    const rooms = new Set(files.map((source) => source.room));
    expect([...rooms].filter((room) => !(room in arrows))).toEqual(["root"]);
  });

  it.each(below)("%s knows no HTTP", (room) => {
    const strays = files
      .filter((source) => source.room === room)
      .flatMap(({ path, named }) =>
        named.filter((name) => /^(?:hono|@hono|node:https?)\b/.test(name)).map((to) => ({ path, to })),
      );
    expect(strays).toEqual([]);
  });

  it("have their REST routes in one place, with one name each", () => {
    const misplaced = files.filter(({ path, text }) => {
      const isRoutes = /^\s*rest\.(?:get|put|post|patch|delete)\(/m.test(text);
      return isRoutes && !/^(?:rest\/[a-z]+\/.+|graphql\/graphql|faults\/fault)-routes\.ts$/.test(path);
    });
    expect(misplaced.map(({ path }) => path)).toEqual([]);
  });
});

describe("the core", () => {
  const core = sources.filter((source) => source.room === "core");

  it("depends on nothing but its machine, its parser, its globs and its patterns", () => {
    const packages = new Set(core.flatMap((source) => source.named.map(packageOf)));
    expect([...packages].sort()).toEqual(["picomatch", "re2js", "xstate", "zod"]);
  });

  it.each([
    ["waits", /\bawait\b|\basync\b|\bPromise\b/],
    ["reads a clock", /\bDate\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b/],
    [
      "keeps anything between decisions",
      /^(?:export )?(?:let\b|const \w+[^=\n]*= new (?:Weak)?(?:Map|Set)\b[^(\n]*\(\))/m,
    ],
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
