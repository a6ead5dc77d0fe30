import { expect, it } from "vitest";
import { suggestTestCommand } from "../../src/cli/gate/suggestion.ts";

const tested = JSON.stringify({ scripts: { test: "vitest run" } });
const untested = JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });

it.each<[string, Record<string, string>, string | null]>([
  ["npm", { "package.json": tested, "package-lock.json": "" }, "npm ci && npm test"],
  ["pnpm", { "package.json": tested, "pnpm-lock.yaml": "" }, "pnpm install --frozen-lockfile && pnpm test"],
  ["yarn", { "package.json": tested, "yarn.lock": "" }, "yarn install && yarn test"],
  ["bun", { "package.json": tested, "bun.lock": "" }, "bun install && bun run test"],
  ["a package without a lock file", { "package.json": tested }, "npm install && npm test"],
  ["Go", { "go.mod": "module a" }, "go test ./..."],
  ["Go with a package that has no tests", { "go.mod": "module a", "package.json": untested }, "go test ./..."],
  ["Rust", { "Cargo.toml": "[package]" }, "cargo test"],
  ["Python", { "pyproject.toml": "" }, "pytest"],
  ["an older Python", { "setup.py": "" }, "pytest"],
  ["make", { Makefile: "build:\n\ntest: build\n\t./t\n", "go.mod": "" }, "make test"],
  ["make without tests", { Makefile: "tests:\n\ntest:=1\n" }, null],
  ["a broken package", { "package.json": "{" }, null],
  ["scripts that are none", { "package.json": '{"scripts":{"test":{}}}' }, null],
  ["nothing", { "README.md": "" }, null],
])("suggests a command that tests a repository of %s", async (_, files, expected) => {
  const read = async (name: string) => files[name] ?? null;
  expect(await suggestTestCommand(new Set(Object.keys(files)), read)).toBe(expected);
});
