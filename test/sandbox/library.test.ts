/** The sandbox as other projects get it: a package under their node_modules, where Node.js strips no types. */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const modules = join(root, "node_modules");
const run = promisify(execFile);

let project: string;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "sandbox-library-"));
  const installed = join(project, "node_modules");
  mkdirSync(installed);
  for (const name of readdirSync(modules))
    if (!name.startsWith(".")) symlinkSync(join(modules, name), join(installed, name));
  const built = join(installed, "headgate", "dist", "sandbox");
  await run(process.execPath, [join(root, "tools", "build-library.mjs"), built]);
  cpSync(join(root, "package.json"), join(installed, "headgate", "package.json"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
}, 120_000);
afterAll(() => rmSync(project, { recursive: true }));

const program = `
import { sandbox } from "headgate/sandbox";
import { Octokit } from "@octokit/rest";

const github = await sandbox({ slots: 2 });
const { user, token } = github.createUser("ada");
const repository = await github.createRepository({ owner: user, name: "shop" });
const octokit = new Octokit({ baseUrl: github.apiUrl, auth: token });
const { data } = await octokit.rest.issues.create({ owner: "ada", repo: repository.name, title: "Hello" });
const pages = [data.html_url, \`\${github.url}/_assets/style.css\`, \`\${github.url}/_assets/mermaid.js\`];
const statuses = await Promise.all(pages.map(async (page) => (await fetch(page)).status));
await github.close();
console.log(JSON.stringify({ statuses, number: data.number }));
`;

it("another project imports it, and its temporary folder goes when it is closed", async () => {
  writeFileSync(join(project, "program.mjs"), program);
  const temporary = join(project, "tmp");
  mkdirSync(temporary);
  const env = { PATH: process.env.PATH ?? "", TMPDIR: temporary };
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: project, env });
  expect(JSON.parse(stdout)).toEqual({ statuses: [200, 200, 200], number: 1 });
  expect(readdirSync(temporary)).toEqual([]);
});

it("another project's compiler knows its types", async () => {
  const wrong = '// @ts-expect-error slots are counted\nawait sandbox({ slots: "two" });\n';
  writeFileSync(join(project, "program.ts"), `${program}${wrong}`);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2024"];
  const checked = await run(join(modules, ".bin", "tsc"), [...options, "--types", "node", "program.ts"], {
    cwd: project,
  });
  expect(checked.stdout).toBe("");
});

it("every package that it imports is one that is installed with it", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const built = join(project, "node_modules", "headgate", "dist", "sandbox");
  expect(existsSync(join(built, "library.js"))).toBe(true);
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const named = files.flatMap((name) => [
    ...readFileSync(join(built, name), "utf8").matchAll(/^(?:import|export)\b(?:[^;"=]*\bfrom)? "([^".][^"]*)";$/gm),
  ]);
  const packages = named.map(([, name = ""]) =>
    name
      .split("/")
      .slice(0, name.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  const others = new Set(packages.filter((name) => !name.startsWith("node:")));
  expect(others.size).toBeGreaterThan(5);
  expect([...others].filter((name) => !(name in dependencies))).toEqual([]);
});
