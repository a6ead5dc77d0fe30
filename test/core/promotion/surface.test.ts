import { describe, expect, it } from "vitest";
import { gateSurface, type SurfaceKind } from "../../../src/core/promotion/surface/index.ts";
import type { TreeChange } from "../../../src/core/promotion/tree.ts";

interface Case {
  path: string;
  before?: string;
  after?: string;
}

const RUNS = [
  "npm ci && npm test",
  "npm run lint:all",
  "./scripts/check.sh --all",
  "node tools/verify.mjs",
  "pytest -q tests/unit",
].map((text) => ({ text, folder: "" }));

function kindOf(...files: Case[]): SurfaceKind | null {
  return surfaceOf(...files)[0]?.kind ?? null;
}

function surfaceOf(...files: Case[]) {
  const shas = new Map<string, string>();
  const fileOf = (text: string | undefined) => {
    if (text === undefined) return null;
    if (!shas.has(text)) shas.set(text, String(shas.size + 1).padStart(40, "0"));
    return { mode: "100644", sha: shas.get(text) ?? "", bytes: text.length };
  };
  const changes: TreeChange[] = files.map(({ path, before, after }) => ({
    path,
    before: fileOf(before),
    after: fileOf(after),
  }));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const textOf = (path: string) => {
    const { before = null, after = null } = byPath.get(path) ?? expect.fail(path);
    return { before, after };
  };
  return gateSurface(changes, textOf, RUNS);
}

const manifest = (fields: object) => `${JSON.stringify({ name: "x", ...fields }, null, 2)}\n`;

describe("a package.json", () => {
  it.each<[string, object, object, SurfaceKind | null]>([
    ["whose test script becomes `true`", { scripts: { test: "vitest" } }, { scripts: { test: "true" } }, "scripts"],
    ["that loses a script", { scripts: { lint: "eslint" } }, {}, "scripts"],
    ["that gains a script that runs by itself", {}, { scripts: { pretest: "rm -rf test" } }, "scripts"],
    ["that gains a script that a check names", {}, { scripts: { "lint:all": "true" } }, "scripts"],
    ["that gains a script whose name begins with pre", {}, { scripts: { prettier: "prettier --write ." } }, null],
    ["that gains a script that only is part of a word", {}, { scripts: { t: "true" } }, null],
    ["that gains a script that nobody names", {}, { scripts: { demo: "node demo.js" } }, null],
    ["that gains dependencies", {}, { dependencies: { left: "1" }, devDependencies: { right: "2" } }, null],
    ["with another version", { version: "1.0.0" }, { version: "1.0.1" }, null],
    ["that configures a test runner", {}, { jest: { testPathIgnorePatterns: ["."] } }, "scripts"],
    [
      "whose test runner becomes a folder of the repository",
      { devDependencies: { vitest: "^5.0.0" } },
      { devDependencies: { vitest: "file:./nothing" } },
      "scripts",
    ],
    ["whose test runner becomes another package", {}, { devDependencies: { vitest: "npm:nothing@1" } }, "scripts"],
    ["that gains a package from GitHub", {}, { dependencies: { left: "eve/left" } }, "scripts"],
    ["that gains a package of its own workspace", {}, { dependencies: { left: "workspace:^", right: "~1.2" } }, null],
    ["that takes the name of a tool that a check runs", {}, { name: "pytest" }, "scripts"],
    ["that brings a program under the name of a tool that a check runs", {}, { bin: { node: "a.js" } }, "scripts"],
    ["that overrides a dependency", {}, { overrides: { vitest: "npm:nothing" } }, "scripts"],
    ["that turns into a module", {}, { type: "module" }, "scripts"],
  ])("%s", (_, before, after, kind) => {
    expect(kindOf({ path: "pkg/package.json", before: manifest(before), after: manifest(after) })).toBe(kind);
  });

  it("that is no JSON any more", () => {
    expect(kindOf({ path: "package.json", before: "{}", after: "{" })).toBe("scripts");
  });

  it("of a new package, with scripts that nobody names yet", () => {
    const after = manifest({ type: "module", scripts: { build: "tsc" } });
    expect(kindOf({ path: "packages/new/package.json", after })).toBeNull();
  });
});

describe("a configuration file", () => {
  it.each<[string, SurfaceKind]>([
    ["vitest.config.ts", "test-config"],
    ["packages/a/jest.config.js", "test-config"],
    ["Pytest.ini", "test-config"],
    ["tests/conftest.py", "test-config"],
    ["sitecustomize.py", "test-config"],
    ["node_modules/.bin/vitest", "scripts"],
    ["setup.py", "scripts"],
    ["biome.json", "lint-config"],
    [".eslintrc.cjs", "lint-config"],
    ["tsconfig.base.json", "lint-config"],
    ["Makefile", "scripts"],
    ["tox.ini", "scripts"],
    ["build.gradle.kts", "scripts"],
    ["sonar-project.properties", "ci-config"],
    ["scripts/check.sh", "run-by-check"],
    ["tools/verify.mjs", "run-by-check"],
  ])("%s is %s, changed, new or gone", (path, kind) => {
    expect(kindOf({ path, before: "a", after: "b" })).toBe(kind);
    expect(kindOf({ path, after: "b" })).toBe(kind);
    expect(kindOf({ path, before: "a" })).toBe(kind);
  });

  it.each<[string, string, string, SurfaceKind | null]>([
    ["pyproject.toml", "[tool.ruff]\nselect = []\n", "[tool.ruff]\nselect = ['E']\n", "test-config"],
    ["pyproject.toml", "[project]\ndependencies = []\n", "[project]\ndependencies = ['x']\n", null],
    ["pyproject.toml", "[tool.poetry.dependencies]\na = '1'\n", "[tool.poetry.dependencies]\na = '2'\n", null],
    [
      "pyproject.toml",
      "[tool.pytest.ini_options]\n",
      "[tool.pytest.ini_options]\naddopts = '-k nothing'\n",
      "test-config",
    ],
    ["Cargo.toml", "[dependencies]\n", "[dependencies]\nserde = '1'\n", null],
    ["Cargo.toml", '[package]\nversion = "1"\n', '[package]\nversion = "2"\n', null],
    ["Cargo.toml", '[workspace]\nmembers = [\n"a",\n]\n', '[workspace]\nmembers = [\n"a",\n"b",\n]\n', null],
    ["Cargo.toml", '[workspace]\nmembers = [\n"a",\n"b",\n]\n', '[workspace]\nmembers = [\n"a",\n]\n', "test-config"],
    ["Cargo.toml", "[workspace.package]\n", "[workspace.package]\nrust-version = '1'\n", null],
    ["Cargo.toml", "[package]\n", "[package]\nautotests = false\n", "test-config"],
    ["Cargo.toml", "[patch.crates-io]\n", "[patch.crates-io]\nserde = { path = 'x' }\n", "test-config"],
    ["pyproject.toml", "[tool.uv.sources]\n", "[tool.uv.sources]\npytest = { path = 'x' }\n", "test-config"],
    ["pyproject.toml", "[tool.poetry]\nversion = '1'\n", "[tool.poetry]\nversion = '2'\n", null],
    [
      "pyproject.toml",
      "[project.entry-points.pytest11]\n",
      "[project.entry-points.pytest11]\na = 'b'\n",
      "test-config",
    ],
    ["Cargo.toml", "[lib]\n", "[lib]\ntest = false\n", "test-config"],
    ["Cargo.toml", "[profile.test]\n", "[profile.test]\ndebug-assertions = false\n", "test-config"],
  ])("%s with %j that becomes %j", (path, before, after, kind) => {
    expect(kindOf({ path, before, after })).toBe(kind);
  });
});

describe("a test", () => {
  it.each<[string, string, string, string, SurfaceKind | null]>([
    ["that gets one case more", "a.test.ts", 'it("a", f);', 'it("a", f);\nit("b", g);', null],
    ["that loses a case", "a.test.ts", 'it("a", f);\nit("b", g);', 'it("a", f);', "test-removed"],
    [
      "that asserts less",
      "a.test.ts",
      "it('a', () => { expect(1); expect(2); })",
      "it('a', () => { expect(1); })",
      "test-removed",
    ],
    [
      "that gains a case with a string that looks like a comment",
      "tests/a.rs",
      '#[test]\nfn a() { assert!(f("x/**/y")); }',
      '#[test]\nfn b() { f("**/bar/*"); assert!(g()); }\n#[test]\nfn a() { assert!(f("x/**/y")); }',
      null,
    ],
    ["that is commented out", "a.test.ts", 'it("a", f);\nit("b", g);', 'it("a", f);\n// it("b", g);', "test-removed"],
    ["that is in a comment", "a.test.ts", 'it("a", f);\nit("b", g);', 'it("a", f);\n/* it("b", g); */', "test-removed"],
    [
      "of Python that is in a string",
      "test_a.py",
      "def test_a(): f()\ndef test_b(): g()",
      'def test_a(): f()\n"""\ndef test_b(): g()\n"""',
      "test-removed",
    ],
    [
      "of AVA that asserts less",
      "test/a.ts",
      "test('a', t => { t.is(1, 1); t.true(f()); });",
      "test('a', t => { t.is(1, 1); });",
      "test-removed",
    ],
    [
      "that loads other modules",
      "test/a.js",
      "require('a'); require('b');\nit('a', f);",
      "require('a');\nit('a', f);",
      null,
    ],
    ["of Rust beside its code", "src/a.rs", "fn a() {}\n#[test]\nfn b() {}", "fn a() {}", "test-removed"],
    [
      "of Rust beside its code, ignored",
      "src/a.rs",
      "#[test]\nfn b() {}",
      "#[test]\n#[ignore]\nfn b() {}",
      "test-skipped",
    ],
    [
      "of Rust beside code that changes",
      "src/a.rs",
      "fn a() {}\n#[test]\nfn b() {}",
      "fn c() {}\n#[test]\nfn b() {}",
      null,
    ],
    ["that is skipped", "a.test.ts", 'it("a", f);', 'it.skip("a", f);', "test-skipped"],
    ["that alone runs", "a.test.ts", 'it("a", f);', 'it.only("a", f);', "test-skipped"],
    ["that is crossed out", "a.spec.js", 'describe("a", f);', 'xdescribe("a", f);', "test-skipped"],
    [
      "of Python that is skipped",
      "tests/test_a.py",
      "def test_a():\n  assert f()",
      "@pytest.mark.skip\ndef test_a():\n  assert f()",
      "test-skipped",
    ],
    [
      "of Python that is expected to fail",
      "tests/test_a.py",
      "def test_a(): assert f()",
      "@pytest.mark.xfail\ndef test_a(): assert f()",
      "test-skipped",
    ],
    [
      "of Python that loses a case",
      "tests/test_a.py",
      "def test_a(): f()\ndef test_b(): g()",
      "def test_a(): f()",
      "test-removed",
    ],
    [
      "of Go that skips",
      "a_test.go",
      "func TestA(t *testing.T) { f() }",
      "func TestA(t *testing.T) { t.Skip(); f() }",
      "test-skipped",
    ],
    [
      "of Go that loses a case",
      "a_test.go",
      "func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) {}",
      "func TestA(t *testing.T) {}",
      "test-removed",
    ],
    ["of Rust that is ignored", "tests/a.rs", "#[test]\nfn a() {}", "#[test]\n#[ignore]\nfn a() {}", "test-skipped"],
    ["of Java that is disabled", "src/ATest.java", "@Test void a() {}", "@Disabled @Test void a() {}", "test-skipped"],
    ["of C# that is skipped", "ATests.cs", "[Fact] void A() {}", '[Fact(Skip = "later")] void A() {}', "test-skipped"],
    [
      "of Ruby that is pending",
      "spec/a_spec.rb",
      'it "a" do\nend',
      'it "a" do\n  pending "later"\nend',
      "test-skipped",
    ],
    ["that is new and skipped", "a.test.ts", 'it("a", f);', 'it("a", f);\nit.skip("b", g);', null],
    [
      "of Python that is new and skipped",
      "tests/test_a.py",
      "def test_a():\n  f()",
      "def test_a():\n  f()\n\n@pytest.mark.skip\ndef test_b():\n  g()",
      null,
    ],
    [
      "that is skipped while a dummy comes",
      "a.test.ts",
      'it("a", f);',
      'it.skip("a", f);\nit("dummy", () => {});',
      "test-skipped",
    ],
    [
      "that is skipped on some condition",
      "a.test.ts",
      'it("a", f);',
      'it.skipIf(process.env.CI)("a", f);',
      "test-skipped",
    ],
    [
      "of Python that skips itself",
      "tests/test_a.py",
      "def test_a():\n  f()",
      "def test_a():\n  pytest.skip('later')\n  f()",
      "test-skipped",
    ],
    [
      "whose class is skipped",
      "tests/test_a.py",
      "class TestA:\n  def test_a(self): f()",
      "@unittest.skip('x')\nclass TestA:\n  def test_a(self): f()",
      "test-skipped",
    ],
    [
      "that only reads better",
      "a.test.ts",
      'it("a", () => expect(f()).toBe(1));',
      'it("adds", () => expect(f(0)).toBe(1));',
      null,
    ],
  ])("%s", (_, path, before, after, kind) => {
    expect(kindOf({ path, before, after })).toBe(kind);
  });

  it("that goes is removed, and one that only moves is not", () => {
    expect(kindOf({ path: "test/a.test.ts", before: "it()" })).toBe("test-removed");
    expect(surfaceOf({ path: "test/a.test.ts", before: "it()" }, { path: "test/b/a.test.ts", after: "it()" })).toEqual(
      [],
    );
  });

  it.each([
    ["src/a.test.ts", "attic/a.test.ts.txt"],
    ["src/a.test.ts", "src/a.ts"],
    ["src/a.test.ts", "test/fixtures/a.test.ts"],
    ["test/a.js", "docs/a.js"],
  ])("that moves from %s to %s is removed: no runner finds it", (from, to) => {
    expect(surfaceOf({ path: from, before: "it()" }, { path: to, after: "it()" })).toContainEqual({
      path: from,
      kind: "test-removed",
    });
  });

  it("that is new is no gate surface, unless it leaves out all others", () => {
    expect(kindOf({ path: "test/new.test.ts", after: 'it("a", () => expect(1));' })).toBeNull();
    expect(kindOf({ path: "test/new.test.ts", after: 'it.only("a", f);' })).toBe("test-skipped");
  });
});

describe("what a command names", () => {
  const commands = [
    { text: "cd tools && python -m checks.all && ./verify", folder: "" },
    { text: "node $GITHUB_WORKSPACE/ci/report\ngo run ./cmd/check", folder: "sub" },
    { text: "pip install -r requirements.txt && pytest tests/unit && go test ./...", folder: "" },
    { text: "npm run test:* && vitest run src/core", folder: "" },
    { text: "docker compose run unit", folder: "" },
    {
      text: "compare lib/data.zsh; bash -e lib/run.zsh lib/all.txt\n\t@./made\nmocha --require lib/env.js",
      folder: "",
      isScript: true,
    },
    { text: "npx eslint -c ci/rules.mjs src/main.ts; esbuild src/main.ts --bundle && \\\n  node dist.mjs", folder: "" },
  ];
  const kind = (path: string) =>
    gateSurface([{ path, before: null, after: { mode: "100644", sha: "a".repeat(40), bytes: 1 } }], text, commands)[0]
      ?.kind ?? null;
  const text = () => ({ before: null, after: "" });

  it.each([
    "tools/checks/all.py",
    "tools/verify",
    "ci/report/index.js",
    "ci/report.mjs",
    "sub/cmd/check/main.go",
    "compose.yaml",
    "ci/rules.mjs",
    "dist.mjs",
    "lib/run.zsh",
    "lib/all.txt",
    "lib/env.js",
    "made",
  ])("%s is run by a check", (path) => {
    expect(kind(path)).toBe("run-by-check");
  });

  it.each([
    "requirements.txt",
    "tests/unit/test_new.py",
    "src/core/a.ts",
    "test/new.ts",
    "src/main.ts",
    "lib/data.zsh",
  ])("%s is none", (path) => {
    expect(kind(path)).toBeNull();
  });
});

describe("ordinary code", () => {
  it.each([
    "src/a.ts",
    "README.md",
    "docs/tests.md",
    "src/skip.ts",
    "package-lock.json",
    "lib/contest.rb",
    "scripts/other.sh",
  ])("%s is no gate surface", (path) => {
    expect(kindOf({ path, before: "a skip(1)", after: "b it.skip()" })).toBeNull();
  });
});

describe("a text that an agent made to be searched for long", () => {
  const test = "it('adds', () => expect(1 + 1).toBe(2));\n";

  /** Compares a text with one of eight times its length: 8 where the time is linear, 64 where it is quadratic. */
  function growth(path: string, before: string, textOf: (times: number) => string): number {
    const took = (times: number) => {
      const from = performance.now();
      surfaceOf({ path, before, after: textOf(times) });
      // Leaves out what a busy machine adds to short times.
      return 5 + performance.now() - from;
    };
    took(2_000);
    return took(64_000) / Math.min(took(8_000), took(8_000));
  }

  it.each<[string, (times: number) => string]>([
    ["of empty lines", (times) => "\n".repeat(times)],
    ["of openings of comments", (times) => "/*".repeat(times)],
    ["of a template that nothing closes", (times) => `\`${"\\`".repeat(times)}`],
    ["of escaped quotes", (times) => '"\\'.repeat(times)],
    ["of tables of cases without any case", (times) => "it.each ".repeat(times)],
    ["of names of tests in one line", (times) => `${"it ".repeat(times)}\nit.skip`],
  ])("takes time by its length in a test: one %s", (_, textOf) => {
    expect(growth("test/a.test.ts", test, (times) => test + textOf(times))).toBeLessThan(24);
  });

  it.each<[string, (times: number) => string]>([
    ["of brackets", (times) => "[".repeat(times)],
    ["of blanks in brackets", (times) => `[${" ".repeat(times)}`],
  ])("takes time by its length in a TOML file: one %s", (_, textOf) => {
    expect(growth("pyproject.toml", "", textOf)).toBeLessThan(24);
  });

  it("counts as changed in a package.json that is nested too deep to be compared", () => {
    const after = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(kindOf({ path: "package.json", before: "{}", after })).toBe("scripts");
  });
});

describe("a script that enters many folders", () => {
  const script = Array.from({ length: 60 }, (_, index) => `cd part${index} && ./check${index} && cd ..`).join("\n");
  const file = { mode: "100644", sha: "1".repeat(40), bytes: 1 };
  const kinds = (path: string) =>
    gateSurface([{ path, before: file, after: null }], () => null, [{ text: script, folder: "" }]);

  it.each(["part0/check0", "part20/check20"])("runs what it names in each, such as %s", (path) => {
    expect(kinds(path)).toEqual([{ path, kind: "run-by-check" }]);
  });
});

describe("a new test file that ends the runner", () => {
  it.each([
    ["test/aaa.test.js", "process.exit(0);"],
    ["test/aaa.test.js", "process.reallyExit();"],
    ["tests/test_aaa.py", "import os\nos._exit(0)"],
    ["aaa_test.go", "func TestMain(m *testing.M) {\n\tos.Exit(0)\n}"],
    ["src/test/java/AaaTest.java", "System.exit(0);"],
    ["spec/aaa_spec.rb", "exit!"],
  ])("%s with %j waits for a person", (path, after) => {
    expect(kindOf({ path, after })).toBe("test-skipped");
  });

  it.each(["process.exit(1);", "expect(process.exitCode).toBe(0);", "sys.exit(2)"])(
    "%j alone does not wait",
    (after) => {
      expect(kindOf({ path: "test/aaa.test.js", after: `test("a", () => {});\n${after}\n` })).toBeNull();
    },
  );
});

describe("a file that lists packages", () => {
  it.each<[string, string, string, SurfaceKind | null]>([
    ["Gemfile", 'gem "rake"\n', 'gem "rake"\ngem "rspec", "~> 3.13", group: :test\n', null],
    ["Gemfile", 'gem "rake"\n', 'exit 0\ngem "rake"\n', "scripts"],
    ["Gemfile", 'gem "rspec"\n', 'gem "rspec", path: "fake"\n', "scripts"],
    ["x.gemspec", "a\n", "b\n", "scripts"],
    ["requirements-dev.txt", "pytest==8.0\n", "pytest==8.1\nattrs>=24 ; python_version > '3.9'\n", null],
    ["requirements-dev.txt", "pytest==8.0\n", "pytest @ file:./fake\n", "scripts"],
    ["requirements-dev.txt", "pytest==8.0\n", "-e ./fake\n", "scripts"],
    ["requirements-dev.txt", "pytest==8.0\n", "--index-url https://example.com\npytest==8.0\n", "scripts"],
    ["go.mod", "module x\n", "module x\nrequire github.com/stretchr/testify v1.9.0\n", null],
    ["go.mod", "module x\n", "module x\nreplace github.com/stretchr/testify => ./fake\n", "scripts"],
    ["Pipfile", '[packages]\na = "*"\n', '[packages]\na = "*"\nb = "*"\n', null],
    ["Pipfile", '[scripts]\ntest = "pytest"\n', '[scripts]\ntest = "true"\n', "test-config"],
  ])("%s from %j to %j", (path, before, after, kind) => {
    expect(kindOf({ path, before, after })).toBe(kind);
  });
});

it.each([".nvmrc", "global.json", "app/App.csproj", "Package.swift", "test/test_helper.exs", "build/tools.bzl"])(
  "%s waits for a person, whatever changes in it",
  (path) => {
    expect(kindOf({ path, before: "a", after: "b" })).not.toBeNull();
  },
);

it("One copy of a test file does not make up for two that are deleted", () => {
  const text = 'test("a", () => {});\n';
  const moved = surfaceOf(
    { path: "test/a.test.ts", before: text },
    { path: "test/b.test.ts", before: text },
    { path: "test/c.test.ts", after: text },
  );
  expect(moved).toHaveLength(1);
});
