/** The packages as other projects get them: packed, and unpacked under node_modules, where Node.js strips no types. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const run = promisify(execFile);

let project: string;
const installed = (name: string) => join(project, "node_modules", "@headgate", name);
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "packages-"));
  mkdirSync(join(project, "node_modules", "@headgate"), { recursive: true });
  for (const name of readdirSync(modules)) {
    const isOurs = name.startsWith(".") || name === "@headgate";
    if (!isOurs) symlinkSync(join(modules, name), join(project, "node_modules", name));
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  const built = join(project, "built");
  await run(process.execPath, [join(root, "tools", "build-packages.mjs"), built]);
  for (const name of readdirSync(built)) {
    const { stdout } = await run("npm", ["pack", join(built, name), "--silent"], { cwd: project });
    mkdirSync(installed(name));
    await run("tar", ["-xzf", stdout.trim(), "-C", installed(name), "--strip-components=1"], { cwd: project });
  }
  rmSync(built, { recursive: true });
}, 120_000);
afterAll(() => rmSync(project, { recursive: true }));

/** Returns the first program of a package's README, unchanged. */
function example(name: string): string {
  const program = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(installed(name), "README.md"), "utf8"))?.[1];
  if (program === undefined) throw new Error(`the README of ${name} has no program`);
  return program;
}

async function play(program: string): Promise<{ stdout: string; left: string[] }> {
  writeFileSync(join(project, "program.mjs"), program);
  const temporary = mkdtempSync(join(project, "tmp-"));
  const env = { PATH: process.env.PATH ?? "", TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1" };
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: project, env });
  return { stdout, left: readdirSync(temporary) };
}

async function complaints(program: string): Promise<string> {
  writeFileSync(join(project, "program.ts"), program);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2024"];
  const parameters = [...options, "--types", "node", "program.ts"];
  return run(join(modules, ".bin", "tsc"), parameters, { cwd: project }).then(
    ({ stdout }) => stdout,
    ({ stdout }) => stdout,
  );
}

describe("@headgate/github-sandbox, packed", () => {
  it("runs the README's program, and removes its temporary folder when it is closed", async () => {
    const { stdout, left } = await play(example("github-sandbox"));
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ada\/shop\/issues\/1\n$/);
    expect(left).toEqual([]);
  });

  it("runs in a process of its own and serves its pages with their assets", async () => {
    const { stdout } = await play(`
      import { startSandboxApart } from "@headgate/github-sandbox/process";
      const github = await startSandboxApart({ dataDir: "data", slots: 2 });
      const { user, token } = await github.createUser("ada");
      await github.createRepository({ owner: user, name: "shop" });
      const headers = { authorization: "Bearer " + token };
      const issue = { method: "POST", headers, body: JSON.stringify({ title: "Hello", body: "**Bold**" }) };
      const made = await fetch(github.apiUrl + "/repos/ada/shop/issues", issue);
      const paths = ["/ada/shop/issues/1", "/_assets/style.css", "/_assets/mermaid.js"];
      const statuses = await Promise.all(paths.map(async (path) => (await fetch(github.url + path)).status));
      await github.close();
      console.log(JSON.stringify([made.status, ...statuses]));
    `);
    expect(JSON.parse(stdout)).toEqual([201, 200, 200, 200]);
  });

  it("brings types that accept the README's program and refuse a wrong option", async () => {
    const wrong = 'await sandbox({ slots: "two" });\n';
    expect(await complaints(example("github-sandbox"))).toBe("");
    expect(await complaints(`${example("github-sandbox")}${wrong}`)).toContain(
      "'string' is not assignable to type 'number'",
    );
  });
});

describe("@headgate/scripted-model, packed", () => {
  it("runs the README's program", async () => {
    const { stdout } = await play(example("scripted-model"));
    expect(stdout).toContain("Done.");
  });

  it("brings types that accept the README's program and refuse a wrong option", async () => {
    const wrong = "await startScriptedModel({ script: 1 });\n";
    expect(await complaints(example("scripted-model"))).toBe("");
    expect(await complaints(`${example("scripted-model")}${wrong}`)).toContain("error TS2559");
  });
});

describe.each(["github-sandbox", "scripted-model"])("the package %s", (name) => {
  it("lists every package that it imports among its dependencies, and nothing else", () => {
    const { dependencies, exports, ...rest } = JSON.parse(readFileSync(join(installed(name), "package.json"), "utf8"));
    expect(rest).not.toHaveProperty("private");
    expect(rest).not.toHaveProperty("devDependencies");
    expect(JSON.stringify(exports)).not.toContain("src/");
    const files = readdirSync(installed(name), { recursive: true, encoding: "utf8" });
    expect(files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
    const programs = files.filter((path) => path.endsWith(".js") && !path.includes("assets"));
    const named = programs.flatMap((path) => [
      ...readFileSync(join(installed(name), path), "utf8").matchAll(
        /(?:\bfrom |^import |\b(?:require|import\.meta|createRequire\(import\.meta\.url\))\.resolve\(|findPackageJSON\()"([^".][^"]*)"/gm,
      ),
    ]);
    const packages = named.map(([, path = ""]) => path.split("/", path.startsWith("@") ? 2 : 1).join("/"));
    const others = new Set(packages.filter((path) => !path.startsWith("node:")));
    expect([...others].sort()).toEqual(Object.keys(dependencies).sort());
  });
});

describe("Headgate without the packages", () => {
  let bare: string;
  beforeAll(() => {
    bare = mkdtempSync(join(tmpdir(), "headgate-bare-"));
    mkdirSync(join(bare, "node_modules"));
    for (const name of readdirSync(modules)) {
      if (!name.startsWith(".") && name !== "@headgate")
        symlinkSync(join(modules, name), join(bare, "node_modules", name));
    }
    for (const name of ["package.json", "src", "samples"])
      cpSync(join(root, name), join(bare, name), { recursive: true });
  });
  afterAll(() => rmSync(bare, { recursive: true }));

  async function headgate(...parameters: string[]) {
    const program = [join(bare, "src", "cli", "main.ts"), ...parameters];
    const ended = run(process.execPath, program, { cwd: bare, env: { PATH: process.env.PATH ?? "" } });
    return ended.then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  }

  it("shows its help", async () => {
    expect(await headgate("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("headgate") });
  });

  it("starts `serve` as far as its settings allow", async () => {
    expect(await headgate("serve")).toMatchObject({ code: 1, stderr: expect.stringContaining("APP_ID is not set") });
  });

  it.each([
    ["sandbox", "@headgate/github-sandbox"],
    ["demo", "@headgate/scripted-model"],
  ])("says in one sentence what to install for `%s`", async (command, name) => {
    const stderr = `This command needs the package ${name}; install it with: npm install ${name}\n`;
    expect(await headgate(command)).toMatchObject({ code: 1, stdout: "", stderr });
  });
});
