/** The setup actions of the table, with stand-ins for the tools of this machine. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { versionInFile } from "../src/actions/built-in/setup/version-files.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;
let tools: string;

beforeEach(async () => {
  fixture = await startFixture();
  tools = join(fixture.folder, "tools-on-path");
  vi.stubEnv("PATH", `${tools}${delimiter}${process.env.PATH}`);
  // No version manager of this machine takes part.
  vi.stubEnv("HOME", fixture.folder);
  for (const name of ["PYENV_ROOT", "ASDF_DATA_DIR", "MISE_DATA_DIR", "GOENV_ROOT"]) vi.stubEnv(name, fixture.folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fixture.close();
});

function program(path: string, says: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
}

/** Runs one job for each list of steps, and returns how it ended and what its log says. */
async function jobs(steps: Record<string, string>, files: Record<string, string> = {}) {
  const lines = Object.entries(steps).map(([id, list]) => `  ${id}: { runs-on: ubuntu-latest, steps: [${list}] }\n`);
  await fixture.commit({ ...files, setup: `on: workflow_dispatch\njobs:\n${lines.join("")}` });
  await fixture.dispatch("setup");
  const ends = Object.keys(steps).map(async (id) => {
    const job = fixture.job(id);
    return [id, { end: job.conclusion, log: await fixture.log(job) }] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

describe("a setup action", () => {
  it("takes the version that the PATH has, and ends a job that asks for another as not run", async () => {
    program(join(tools, "python3"), 'echo "Python 3.11.2"');
    program(join(tools, "go"), 'echo "go version go1.22.4 linux/amd64"');
    program(join(tools, "rustc"), 'echo "rustc 1.80.1 (3f5fd8dd4 2024-08-06)"');
    const ended = await jobs({
      python: `{ uses: actions/setup-python@v5, id: s, with: { python-version: 3.x } }, { run: 'echo "python=[$(python --version)] output=[\${{ steps.s.outputs.python-version }}]"' }`,
      go: "{ uses: actions/setup-go@v5, with: { go-version: stable, cache: false } }, { run: go version }",
      rust: "{ uses: dtolnay/rust-toolchain@stable }, { uses: Swatinem/rust-cache@v2 }, { run: rustc --version }",
      old: "{ uses: actions/setup-python@v5, with: { python-version: '2.7' } }",
      nightly: "{ uses: dtolnay/rust-toolchain@nightly }",
      pinned: "{ uses: dtolnay/rust-toolchain@1.70.0 }",
      gone: "{ uses: acme/setup-tool@v4 }",
    });
    expect(Object.fromEntries(Object.entries(ended).map(([id, { end }]) => [id, end]))).toEqual({
      ...{ python: "success", go: "success", rust: "success" },
      ...{ old: "neutral", nightly: "neutral", pinned: "neutral", gone: "neutral" },
    });
    expect(ended.python?.log).toContain("Z python=[Python 3.11.2] output=[3.11.2]");
    expect(ended.rust?.log).toContain("No cache of Rust is kept between jobs here.");
    expect(ended.old?.log).toContain("Not run here: it asks for python 2.7, and this machine has 3.11.2.");
    expect(ended.nightly?.log).toContain("Not run here: it asks for rust nightly, and this machine has 1.80.1.");
    expect(ended.pinned?.log).toContain("it asks for rust 1.70.0, and this machine has 1.80.1.");
    expect(ended.gone?.log).toContain("Not run here: it uses acme/setup-tool@v4, which is not here.");
  });

  it("takes Java, .NET, uv, Bun and Deno from the PATH, with the names and variables that their actions give", async () => {
    program(join(tools, "java"), 'echo "openjdk 21.0.4 2024-07-16"');
    program(join(tools, "dotnet"), "echo 8.0.401");
    program(join(tools, "uv"), 'echo "uv 0.5.9"; echo "UV_PYTHON=$UV_PYTHON"');
    program(join(tools, "bun"), 'echo "1.1.34"');
    program(join(tools, "deno"), 'printf "deno 2.1.4 (stable, release)\\nv8 13.0.245\\n"');
    const ended = await jobs(
      {
        java: "{ uses: actions/setup-java@v4, id: s, with: { distribution: temurin, java-version: 21 } }, { run: 'java --version; echo \"output=[${{ steps.s.outputs.java-version }}]\"' }",
        older: "{ uses: actions/setup-java@v4, with: { distribution: temurin, java-version: 17 } }",
        dotnet: "{ uses: actions/setup-dotnet@v4, with: { dotnet-version: 8.0.x } }, { run: dotnet --version }",
        pinned: "{ uses: actions/setup-dotnet@v4, with: { global-json-file: global.json } }",
        uv: "{ uses: astral-sh/setup-uv@v5, with: { version: 0.5.x, python-version: '3.12' } }, { run: uv --version }",
        bun: "{ uses: actions/checkout@v6 }, { uses: oven-sh/setup-bun@v2 }, { run: bunx --version }",
        deno: "{ uses: denoland/setup-deno@v2, with: { deno-version: v2.x } }, { run: deno --version }",
      },
      { "package.json": '{"packageManager":"bun@1.1.34"}' },
    );
    expect(Object.fromEntries(Object.entries(ended).map(([id, { end }]) => [id, end]))).toEqual({
      ...{ java: "success", older: "neutral", dotnet: "success", pinned: "neutral" },
      ...{ uv: "success", bun: "success", deno: "success" },
    });
    expect(ended.java?.log).toContain("Z output=[21.0.4]");
    expect(ended.older?.log).toContain("Not run here: it asks for java 17, and this machine has 21.0.4.");
    expect(ended.dotnet?.log).toContain("Z 8.0.401");
    expect(ended.uv?.log).toContain("Z UV_PYTHON=3.12");
    expect(ended.bun?.log).toContain("Z 1.1.34");
    expect(ended.deno?.log).toContain("Z deno 2.1.4 (stable, release)");
  });

  it("takes another version from a version manager", async () => {
    vi.stubEnv("PYENV_ROOT", join(fixture.folder, "pyenv"));
    program(join(tools, "python3"), 'echo "Python 3.11.2"');
    program(join(fixture.folder, "pyenv", "versions", "3.9.18", "bin", "python3"), 'echo "Python 3.9.18"');
    const { test } = await jobs({
      test: `{ uses: actions/setup-python@v5, with: { python-version: "3.9" } }, { run: python --version }`,
    });
    expect(test?.log).toContain("Z Python 3.9.18");
  });

  it("installs pnpm in the version that package.json names, and once", async () => {
    const asked = join(fixture.folder, "asked");
    program(
      join(tools, "npm"),
      `echo "$*" >> ${asked}\nmkdir -p $3/node_modules/pnpm $3/node_modules/.bin
echo '{"version":"9.1.2"}' > $3/node_modules/pnpm/package.json
printf '#!/bin/sh\\necho the fake pnpm' > $3/node_modules/.bin/pnpm; chmod +x $3/node_modules/.bin/pnpm`,
    );
    program(join(tools, "pnpm"), "echo 8.0.0");
    const steps = "{ uses: actions/checkout@v6 }, { uses: pnpm/action-setup@v4 }, { run: pnpm }";
    const ended = await jobs({ one: steps }, { "package.json": '{"packageManager":"pnpm@9.1.2+sha512.abc"}' });
    expect(ended.one?.log).toContain("Z the fake pnpm");
    await fixture.dispatch("setup");
    expect(readFileSync(asked, "utf8").match(/pnpm@9\.1\.2/g)).toHaveLength(1);
  });
});

describe("re-actors/alls-green", () => {
  it("fails where a job failed, and where one was skipped without being allowed to", async () => {
    const all = (needs: object, more = "") =>
      `{ uses: re-actors/alls-green@release/v1, with: { jobs: '${JSON.stringify(needs)}' ${more} } }`;
    const ended = await jobs({
      good: all({ a: { result: "success" } }),
      bad: all({ a: { result: "success" }, b: { result: "failure" } }),
      skipped: all({ a: { result: "skipped" } }),
      allowed: all(
        { a: { result: "skipped" }, b: { result: "failure" } },
        ", allowed-skips: 'c, a', allowed-failures: b",
      ),
    });
    expect(Object.values(ended).map(({ end }) => end)).toEqual(["success", "failure", "failure", "success"]);
    expect(ended.bad?.log).toContain("Not all jobs succeeded: b (failure)");
  });
});

describe("the version in a file", () => {
  it("is read for package managers as for runtimes", () => {
    const cases = [
      ['{"packageManager":"pnpm@10.0.0+sha512.ab"}', "package.json", "pnpm", "10.0.0"],
      ['{"packageManager":"yarn@4.1.0","engines":{"pnpm":">=9"}}', "package.json", "pnpm", ">=9"],
      ['{"devEngines":{"packageManager":{"name":"bun","version":"1.2"}}}', "package.json", "bun", "1.2"],
      ["bun 1.1.0\n", ".tool-versions", "bun", "1.1.0"],
    ] as const;
    const found = cases.map(([text, name, tool]) => {
      writeFileSync(join(fixture.folder, name), text);
      return versionInFile(fixture.folder, name, tool);
    });
    expect(found).toEqual(cases.map(([, , , version]) => version));
  });
});
