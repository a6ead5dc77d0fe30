/** Suggests the command that tests a repository, by the files at its top. */
import { z } from "zod";
import type { Site } from "../run/site.ts";

/** Reads a file at the top; null: there is none. */
type ReadFile = (name: string) => Promise<string | null>;

/** The first lock file that is there names the package manager. Its packages are installed first: a job starts without them. */
const PACKAGE_MANAGERS = [
  ["pnpm-lock.yaml", "pnpm install --frozen-lockfile && pnpm test"],
  ["yarn.lock", "yarn install && yarn test"],
  ["bun.lock", "bun install && bun run test"],
  ["bun.lockb", "bun install && bun run test"],
  ["package-lock.json", "npm ci && npm test"],
  ["npm-shrinkwrap.json", "npm ci && npm test"],
] as const;

const BY_FILE = [
  ["go.mod", "go test ./..."],
  ["Cargo.toml", "cargo test"],
  ["pyproject.toml", "pytest"],
  ["setup.py", "pytest"],
  ["pytest.ini", "pytest"],
  ["mvnw", "./mvnw test"],
  ["pom.xml", "mvn test"],
  ["gradlew", "./gradlew test"],
  ["mix.exs", "mix test"],
  ["deno.json", "deno test"],
] as const;

/** Returns null where nothing at the top says how to test. */
export async function suggestTestCommand(names: ReadonlySet<string>, read: ReadFile): Promise<string | null> {
  if (names.has("package.json") && hasTestScript(await read("package.json"))) {
    return PACKAGE_MANAGERS.find(([lock]) => names.has(lock))?.[1] ?? "npm install && npm test";
  }
  for (const name of ["Makefile", "makefile", "GNUmakefile"]) {
    if (names.has(name) && /^test:(?!=)/m.test((await read(name)) ?? "")) return "make test";
  }
  return BY_FILE.find(([file]) => names.has(file))?.[1] ?? null;
}

const Manifest = z.object({ scripts: z.object({ test: z.string() }) });

/** `npm init` writes a script that only says that there are no tests. */
function hasTestScript(text: string | null): boolean {
  try {
    const manifest = Manifest.safeParse(JSON.parse(text ?? ""));
    return manifest.success && !manifest.data.scripts.test.includes("no test specified");
  } catch {
    return false;
  }
}

/** Asks for the top of the base as it was imported. An error only costs the suggestion. */
export async function testCommandOf({ owner, repository, tip }: Site): Promise<string | null> {
  const content = (path: string) =>
    owner.request("GET /repos/{owner}/{repo}/contents/{path}", {
      ...{ owner: repository.owner, repo: repository.name, path, ref: tip },
    });
  try {
    const { data: top } = await content("");
    const files = z.array(z.object({ name: z.string(), type: z.string() })).parse(top);
    const names = new Set(files.flatMap(({ name, type }) => (type === "file" ? [name] : [])));
    return await suggestTestCommand(names, async (path) => {
      const { data: file } = await content(path);
      return Buffer.from(z.object({ content: z.string() }).parse(file).content, "base64").toString("utf8");
    });
  } catch {
    return null;
  }
}
