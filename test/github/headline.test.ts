import { describe, expect, it } from "vitest";
import { logExcerpt } from "../../src/github/logs/excerpt.ts";
import { headline } from "../../src/github/logs/headline/index.ts";

const cases: [tool: string, log: string, line: string | null][] = [
  [
    "node --test",
    `✔ adds (0.6ms)
✖ quotes a comma (6.3ms)
ℹ fail 1

✖ failing tests:

test at csv.test.mjs:3:36
✖ quotes a comma (6.3ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  'a,b' !== '"a,b"'

      at TestContext.<anonymous> (file:///home/runner/work/app/app/csv.test.mjs:31:87)
      at Test.runInAsyncScope (node:async_hooks:227:14)`,
    `csv.test.mjs:31 Expected values to be strictly equal: 'a,b' !== '"a,b"'`,
  ],
  [
    "node --test, objects",
    `AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal:
+ actual - expected

  {
+   a: 1
-   a: 2
  }

    at TestContext.<anonymous> (file:///w/a.test.js:3:148)`,
    "a.test.js:3 Expected values to be strictly deep-equal: + a: 1 - a: 2",
  ],
  [
    "TAP",
    `TAP version 13
not ok 1 - quotes
  ---
  location: '/w/a.test.mjs:3:36'
  error: |-
    Expected values to be strictly equal:

    1 !== 2

  code: 'ERR_ASSERTION'
  stack: |-
    TestContext.<anonymous> (file:///w/a.test.mjs:3:87)`,
    "a.test.mjs:3 Expected values to be strictly equal: 1 !== 2",
  ],
  [
    "vitest",
    ` FAIL  test/csv.test.ts > quotes
AssertionError: expected [ 'a' ] to have a length of 3 but got 1

- Expected
+ Received

 ❯ test/csv.test.ts:31:5`,
    "test/csv.test.ts:31 expected [ 'a' ] to have a length of 3 but got 1",
  ],
  [
    "jest",
    `FAIL test/a.test.js
  ● suite › adds

    expect(received).toBe(expected)

    Expected: 3
    Received: 2

      at Object.<anonymous> (test/a.test.js:3:5)`,
    "test/a.test.js:3 suite › adds Expected: 3 Received: 2",
  ],
  ["tsc", "src/x.ts(3,1): error TS2322: Type 'a' is not assignable.", "src/x.ts:3 TS2322: Type 'a' is not assignable."],
  ["gcc", "main.c:3:5: error: expected ';'", "main.c:3 expected ';'"],
  [
    "eslint",
    "/w/src/a.js\n  3:1  warning  quiet  x\n  4:1  error  'x' is not defined  no-undef\n\n✖ 2 problems",
    "a.js:4 'x' is not defined no-undef",
  ],
  [
    "pytest",
    "E   assert 1 == 2\nFAILED tests/test_a.py::test_b - assert 1 == 2",
    "tests/test_a.py::test_b - assert 1 == 2",
  ],
  ["unittest", 'Traceback:\n  File "t.py", line 3, in test_a\nAssertionError: 1 != 2', "t.py:3 1 != 2"],
  ["go", "--- FAIL: TestX (0.00s)\n    x_test.go:12: got 1, want 2\nFAIL", "x_test.go:12 got 1, want 2"],
  ["rust", "thread 'a' panicked at src/lib.rs:3:5:\nleft is not right", "src/lib.rs:3 left is not right"],
  [
    "an exception",
    "a.js:2\n\nTypeError: x is not a function\n    at node:internal/x:1:2\n    at f (/w/lib/a.js:2:3)",
    "a.js:2 TypeError: x is not a function",
  ],
  ["a name alone", "ok 1 - adds\nnot ok 2 - csv.t.sh:4 expected hello", "csv.t.sh:4 expected hello"],
  ["a shell", "bash: line 1: foo: command not found", "bash: line 1: foo: command not found"],
  ["the runner", "Job 4\n##[error]Unable to resolve action 'x/y@v1'", "Unable to resolve action 'x/y@v1'"],
  [
    "nothing known",
    "##[group]Run x\nx\n##[endgroup]\nhello\n2 of 3 were odd\n\n##[error]Process completed with exit code 1.",
    "2 of 3 were odd",
  ],
  ["silence", "##[group]Run x\nx\n##[endgroup]\n##[error]Process completed with exit code 1.", null],
];

describe("the line to quote of a failed step", () => {
  it.each(cases)("is the cause that %s prints", (_, log, line) => {
    expect(headline(log.split("\n"))).toBe(line);
  });

  it("is short whatever was printed", () => {
    expect(headline([`Error: ${"x".repeat(10_000)}`])?.length).toBeLessThanOrEqual(240);
  });
});

/** Written after logs that people posted with issues, and after the output formats of the tools. */
const posted: [tool: string, log: string, line: string][] = [
  [
    "npm ci, older than its lock file",
    "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.\nnpm error\nnpm error Missing: tmp@0.2.5 from lock file\nnpm error\nnpm error Usage:\nnpm error npm ci\nnpm error A complete log of this run can be found in: /home/runner/.npm/_logs/2025-09-10T04_38_27_736Z-debug-0.log\n##[error]Process completed with exit code 1.",
    "npm EUSAGE: Missing: tmp@0.2.5 from lock file",
  ],
  [
    "npm 6 without a lock file",
    "npm ERR! The `npm ci` command can only install with an existing package-lock.json or\nnpm ERR! npm-shrinkwrap.json with lockfileVersion >= 1.\n\nnpm ERR! A complete log of this run can be found in:\nnpm ERR!     /home/runner/.npm/_logs/2020-10-25T11_19_06_180Z-debug.log",
    "npm: The `npm ci` command can only install with an existing package-lock.json or",
  ],
  [
    "npm without a network",
    "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\nnpm error network request to https://r.example.test/left-pad failed, reason: getaddrinfo ENOTFOUND r.example.test\nnpm error A complete log of this run can be found in: /home/runner/.npm/_logs/x-debug-0.log",
    "npm ENOTFOUND: network request to https://r.example.test/left-pad failed, reason: getaddrinfo ENOTFOUND r.example.test",
  ],
  [
    "npm and its peers",
    "npm error code ERESOLVE\nnpm error ERESOLVE could not resolve\nnpm error\nnpm error While resolving: shop@1.0.0\nnpm error Found: react@18.2.0",
    "npm ERESOLVE: ERESOLVE could not resolve; While resolving: shop@1.0.0",
  ],
  [
    "npm without the script",
    'npm error Missing script: "test"\nnpm error\nnpm error To see a list of scripts, run:',
    'npm: Missing script: "test"',
  ],
  [
    "npm test over another tool",
    "> shop@1.0.0 test\n> node test.js\n\na is broken\nnpm error Lifecycle script `test` failed with error:\nnpm error code 1\nnpm error path /w/shop\nnpm error workspace shop@1.0.0\nnpm error command sh -c node test.js\nnpm error A complete log of this run can be found in: /home/runner/.npm/_logs/x-debug-0.log\n##[error]Process completed with exit code 1.",
    "a is broken",
  ],
  [
    "pnpm",
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with package.json\n\nNote that in CI environments this setting is true by default.',
    'ERR_PNPM_OUTDATED_LOCKFILE: Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with package.json',
  ],
  [
    "pnpm and its lifecycle",
    " ERR_PNPM_FROZEN_LOCKFILE_WITH_OUTDATED_LOCKFILE  Cannot perform a frozen installation because the version of the lockfile is incompatible\n ELIFECYCLE  Command failed with exit code 1.\n WARN   Local package.json exists, but node_modules missing, did you mean to install?",
    "ERR_PNPM_FROZEN_LOCKFILE_WITH_OUTDATED_LOCKFILE: Cannot perform a frozen installation because the version of the lockfile is incompatible",
  ],
  [
    "pnpm -r over another tool",
    "packages/a test: sum is 3\npackages/a test: Failed\n ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  a@1.0.0 test: `node test.js`\nExit status 1\n ELIFECYCLE  Test failed. See above for more details.\n##[error]Process completed with exit code 1.",
    "packages/a test: sum is 3",
  ],
  [
    "yarn 1",
    "yarn install v1.22.22\n[1/4] Resolving packages...\nerror Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\ninfo Visit https://yarnpkg.com/en/docs/cli/install for documentation about this command.",
    "yarn: Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
  ],
  [
    "yarn 1 over another tool",
    "$ node test.js\na is broken\nerror Command failed with exit code 1.\ninfo Visit https://yarnpkg.com/en/docs/cli/run for documentation about this command.\n##[error]Process completed with exit code 1.",
    "a is broken",
  ],
  [
    "yarn 4",
    "➤ YN0000: ┌ Resolution step\n➤ YN0000: └ Completed\n➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.\n➤ YN0000: · Failed with errors in 0s 209ms",
    "YN0028: The lockfile would have been modified by this install, which is explicitly forbidden.",
  ],
  [
    "bun test",
    "29 |   expect(mock).not.toHaveBeenCalled();\n                        ^\nerror: expect(received).not.toHaveBeenCalled()\n\nExpected number of calls: 0\nReceived number of calls: 1\n\n      at <anonymous> (/w/shop/emit.test.ts:29:20)\n(fail) emits nothing [0.40ms]",
    "emit.test.ts:29 expect(received).not.toHaveBeenCalled() Expected number of calls: 0 Received number of calls: 1",
  ],
  [
    "bun install",
    "bun install v1.2.9\nerror: lockfile had changes, but lockfile is frozen\nnote: try re-running without --frozen-lockfile",
    "error: lockfile had changes, but lockfile is frozen",
  ],
  [
    "bun run",
    'a is broken\nerror: script "test" exited with code 1\n##[error]Process completed with exit code 1.',
    "a is broken",
  ],
  [
    "tsc, pretty",
    "src/a.ts:3:7 - error TS2322: Type 'string' is not assignable to type 'number'.\n\n3 const a: number = 'x';",
    "src/a.ts:3 TS2322: Type 'string' is not assignable to type 'number'.",
  ],
  [
    "tsc and a problem matcher",
    "##[error]src/a.ts(3,1): error TS2304: Cannot find name 'b'.",
    "src/a.ts:3 TS2304: Cannot find name 'b'.",
  ],
  [
    "tsc without files",
    "error TS18003: No inputs were found in config file 'tsconfig.json'.",
    "TS18003: No inputs were found in config file 'tsconfig.json'.",
  ],
  [
    "eslint that cannot parse",
    "/w/src/a.js\n  3:9  error  Parsing error: Unexpected token\n\n✖ 1 problem (1 error, 0 warnings)",
    "a.js:3 Parsing error: Unexpected token",
  ],
  [
    "eslint, warnings first",
    "/w/a.js\n  1:1  warning  x  y\n\n/w/b.js\n  2:5  error  'z' is never used  no-unused-vars\n\n✖ 2 problems",
    "b.js:2 'z' is never used no-unused-vars",
  ],
  [
    "biome that cannot parse",
    "./data.json:1:38 parse ━━━━━━━━━━\n\n  ✖ expected `,` but instead found `:`\n\n  > 1 │ {'a': {}}\n\nFound 592 errors.\ncheck ━━━━━━━━━━━━━━━━━━━━━\n\n  ✖ Some errors were emitted while running checks.",
    "data.json:1 expected `,` but instead found `:` (parse)",
  ],
  [
    "biome lint",
    "src/a.ts:3:7 lint/suspicious/noExplicitAny ━━━━━━\n\n  × Unexpected any. Specify a different type.\n",
    "src/a.ts:3 Unexpected any. Specify a different type. (lint/suspicious/noExplicitAny)",
  ],
  [
    "biome format",
    "src/a.ts format ━━━━━━\n\n  × Formatter would have printed the following content:\n",
    "src/a.ts Formatter would have printed the following content: (format)",
  ],
  [
    "vitest without a file",
    ' FAIL  test/a.test.ts [ test/a.test.ts ]\nError: Failed to resolve import "./gone" from "test/a.test.ts". Does the file exist?\n  File: /w/test/a.test.ts:1:18',
    'a.test.ts:1 Error: Failed to resolve import "./gone" from "test/a.test.ts". Does the file exist?',
  ],
  [
    "vitest that waits",
    " FAIL  test/a.test.ts > slow\nError: Test timed out in 5000ms.\n ❯ test/a.test.ts:4:3",
    "test/a.test.ts:4 Error: Test timed out in 5000ms.",
  ],
  [
    "jest without a module",
    "FAIL src/a.test.js\n  ● Test suite failed to run\n\n    Cannot find module './gone' from 'src/a.test.js'\n\n      at Resolver._throwModNotFoundError (node_modules/jest-resolve/build/index.js:1:1)\n      at Object.require (src/a.test.js:1:11)",
    "src/a.test.js:1 Cannot find module './gone' from 'src/a.test.js'",
  ],
  [
    "jest without a suite",
    "  ● adds\n\n    expect(received).toBe(expected) // Object.is equality\n\n    Expected: 3\n    Received: 4\n\n      at Object.toBe (a.test.js:2:20)",
    "a.test.js:2 adds Expected: 3 Received: 4",
  ],
  [
    "mocha",
    "  1 passing\n  1 failing\n\n  1) Array\n       returns -1:\n\n      AssertionError: expected 0 to equal -1\n      + expected - actual\n\n      -0\n      +-1\n\n      at Context.<anonymous> (test/a.js:9:14)",
    "test/a.js:9 expected 0 to equal -1",
  ],
  [
    "mocha that waits",
    "  1) slow:\n     Error: Timeout of 2000ms exceeded. For async tests, ensure done() is called. (/w/test/a.js)\n      at listOnTimeout (node:internal/timers:581:17)",
    "Error: Timeout of 2000ms exceeded. For async tests, ensure done() is called. (/w/test/a.js)",
  ],
  [
    "mocha and a hook",
    '  1) "before each" hook for "adds":\n     TypeError: Cannot read properties of undefined (reading \'x\')\n      at Context.<anonymous> (test/a.js:4:9)',
    "test/a.js:4 TypeError: Cannot read properties of undefined (reading 'x')",
  ],
  [
    "pytest that cannot import",
    "E   ModuleNotFoundError: No module named 'requests'\n=========== short test summary info ===========\nERROR tests/test_a.py - ModuleNotFoundError: No module named 'requests'",
    "tests/test_a.py - ModuleNotFoundError: No module named 'requests'",
  ],
  [
    "pytest in colour",
    "\u001B[31mFAILED\u001B[0m tests/test_a.py::\u001B[1mtest_b\u001B[0m - KeyError: 'x'",
    "tests/test_a.py::test_b - KeyError: 'x'",
  ],
  [
    "go build",
    "# example.com/shop\n./main.go:10:2: undefined: foo\n./main.go:11:2: undefined: bar",
    "main.go:10 undefined: foo",
  ],
  [
    "go and testify",
    "--- FAIL: TestSum (0.00s)\n    sum_test.go:12: \n        \tError Trace:\t/w/sum_test.go:12\n        \tError:      \tNot equal: \n        \t            \texpected: 3\n        \t            \tactual  : 4\nFAIL",
    "sum_test.go:12 Not equal: expected 3, actual 4",
  ],
  [
    "go that panics",
    "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 6 [running]:\nexample.com/shop.Pick(...)\n\t/w/shop/pick.go:9\nFAIL\texample.com/shop\t0.004s",
    "pick.go:9 panic: runtime error: index out of range [5] with length 3",
  ],
  [
    "cargo build",
    'error[E0308]: mismatched types\n --> src/lib.rs:3:5\n  |\n3 |     "a"\n\nerror: could not compile `shop` (lib) due to 1 previous error',
    "src/lib.rs:3 error[E0308]: mismatched types",
  ],
  [
    "cargo test",
    "thread 'tests::adds' panicked at src/lib.rs:12:9:\nassertion `left == right` failed\n  left: 3\n right: 4\n\ntest result: FAILED. 0 passed; 1 failed\nerror: test failed, to rerun pass `--lib`",
    "src/lib.rs:12 assertion `left == right` failed left: 3 right: 4",
  ],
  [
    "cargo test of an old Rust",
    "thread 'adds' panicked at 'not equal', src/lib.rs:12:9\nnote: run with `RUST_BACKTRACE=1`",
    "src/lib.rs:12 not equal",
  ],
  [
    "yarn 1 with scripts within scripts",
    "yarn run v1.22.22\n$ yarn format\n$ prettier --list-different .\nREADME.md\nerror Command failed with exit code 1.\ninfo Visit https://yarnpkg.com/en/docs/cli/run for documentation about this command.\nerror Command failed with exit code 1.\n##[error]Process completed with exit code 1.",
    "README.md",
  ],
  [
    "yarn 4 without an entry in its lock file",
    'Internal Error: app@workspace:.: This package doesn\'t seem to be present in your lockfile; run "yarn install" to update the lockfile\n    at p0.getCandidates (/w/.yarn/releases/yarn-4.1.0.cjs:205:7842)',
    'app@workspace:.: This package doesn\'t seem to be present in your lockfile; run "yarn install" to update the lockfile',
  ],
  [
    "vitest and a snapshot",
    " FAIL  tests/a.test.ts > t\nError: Snapshot `t 1` mismatched\n\n- Expected\n+ Received\n\n ❯ tests/a.test.ts:5:3",
    "tests/a.test.ts:5 Error: Snapshot `t 1` mismatched",
  ],
  [
    "vitest after a rejection",
    "Vitest caught 1 unhandled error during the test run.\nThis might cause false positive tests.\n\n⎯⎯ Unhandled Rejection ⎯⎯\nError: boom\n ❯ src/a.ts:3:9\n\n Test Files  1 passed (1)",
    "src/a.ts:3 Error: boom",
  ],
  [
    "vitest without tests",
    " RUN  v3.0.0 /w\n\nNo test files found, exiting with code 1\n\ninclude: **/*.test.ts\nexclude:  **/node_modules/**\n##[error]Process completed with exit code 1.",
    "No test files found, exiting with code 1",
  ],
  [
    "jest under its threshold",
    'Tests:       1 passed, 1 total\nJest: "global" coverage threshold for lines (90%) not met: 7.69%\n##[error]Process completed with exit code 1.',
    'Jest: "global" coverage threshold for lines (90%) not met: 7.69%',
  ],
  [
    "jest that waits",
    '  ● slow\n\n    thrown: "Exceeded timeout of 5000 ms for a test.\n    Use jest.setTimeout(newTimeout) to increase the timeout value."\n\n      at Object.test (slow.test.js:1:1)',
    "Exceeded timeout of 5000 ms for a test",
  ],
  [
    "jest without tests",
    "No tests found, exiting with code 1\nRun with `--passWithNoTests` to exit with code 0\nIn /w\n  3 files checked.\n##[error]Process completed with exit code 1.",
    "No tests found, exiting with code 1",
  ],
  [
    "mocha without tests",
    'Error: No test files found: "test"\n##[error]Process completed with exit code 1.',
    'Error: No test files found: "test"',
  ],
  [
    "eslint with too many warnings",
    "/w/a.js\n  1:1  warning  x  y\n\n✖ 1 problem (0 errors, 1 warning)\n\nESLint found too many warnings (maximum: 0).\n##[error]Process completed with exit code 1.",
    "ESLint found too many warnings (maximum: 0).",
  ],
  [
    "eslint without a configuration",
    "\nOops! Something went wrong! :(\n\nESLint: 9.1.0\n\nESLint couldn't find an eslint.config.(js|mjs|cjs) file.\n\nFrom ESLint v9.0.0, the default configuration file is now eslint.config.js.\n##[error]Process completed with exit code 2.",
    "ESLint couldn't find an eslint.config.(js|mjs|cjs) file.",
  ],
  [
    "node --test that waits",
    "✖ waits (1002.3ms)\nℹ fail 1\n\n✖ failing tests:\n\ntest at a.test.mjs:3:1\n✖ waits (1002.3ms)\n  'test timed out after 1000ms'",
    "test timed out after 1000ms",
  ],
  [
    "node --test without a module",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/test/gone.js' imported from /w/test/a.test.js\n    at finalizeResolution (node:internal/modules/esm/resolve:272:11)\n\n✖ test/a.test.js (35ms)\n✖ failing tests:\n\ntest at test/a.test.js:1:1\n✖ test/a.test.js (35ms)\n  'test failed'",
    "test/a.test.js:1 Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/test/gone.js' imported from /w/test/a.test.js",
  ],
  [
    "pytest without a fixture",
    "E       fixture 'db' not found\n>       available fixtures: cache, capfd\n\n/w/tests/test_a.py:1\n==== short test summary info ====\nERROR tests/test_a.py::test_b\n===== 1 error in 0.01s =====\n##[error]Process completed with exit code 1.",
    "fixture 'db' not found",
  ],
  [
    "pytest and its conftest",
    "ImportError while loading conftest '/w/tests/conftest.py'.\ntests/conftest.py:3: in <module>\n    import yaml\nE   ModuleNotFoundError: No module named 'yaml'",
    "tests/conftest.py:3 ModuleNotFoundError: No module named 'yaml'",
  ],
  [
    "pytest with an option that it lacks",
    "ERROR: usage: pytest [options] [file_or_dir]\npytest: error: unrecognized arguments: --cov=src\n  inifile: /w/pyproject.toml",
    "pytest: error: unrecognized arguments: --cov=src",
  ],
  [
    "go without a module",
    "pick.go:4:2: no required module provides package github.com/x/y; to add it:\n\tgo get github.com/x/y",
    "pick.go:4 no required module provides package github.com/x/y; to add it:",
  ],
  [
    "go test that waits",
    "panic: test timed out after 10m0s\nrunning tests:\n\tTestSlow (10m0s)\n\ngoroutine 17 [running]:\ntesting.(*M).startAlarm.func1()\n\t/opt/go/src/testing/testing.go:2373 +0x385",
    "panic: test timed out after 10m0s",
  ],
  [
    "go of another version",
    "go: go.mod requires go >= 1.23 (running go 1.22.1; GOTOOLCHAIN=local)\n##[error]Process completed with exit code 1.",
    "go: go.mod requires go >= 1.23 (running go 1.22.1; GOTOOLCHAIN=local)",
  ],
  [
    "cargo clippy",
    "error: this `if` has identical blocks\n --> src/lib.rs:4:9\n\nerror: could not compile `shop` (lib) due to 1 previous error",
    "src/lib.rs:4 error: this `if` has identical blocks",
  ],
  [
    "cargo fmt",
    "Diff in /home/runner/work/shop/shop/src/main.rs:1:\n-fn main(){}\n+fn main() {}\n##[error]Process completed with exit code 1.",
    "main.rs:1 rustfmt would format this",
  ],
  [
    "docker without its daemon",
    "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n\nRun 'docker run --help' for more information\n##[error]Process completed with exit code 125.",
    "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  ],
  [
    "turbo before each line of tsc",
    "web:build: cache miss, executing 0a1b2c3d4e5f6071\nweb:build: \nweb:build: > web@0.1.0 build\nweb:build: > tsc -p .\nweb:build: \nweb:build: src/pick.ts(7,3): error TS2589: Type instantiation is excessively deep and possibly infinite.\nweb:build: npm error Lifecycle script `build` failed with error:\nweb:build: ERROR: command finished with error: command (/w/web) npm run build exited (2)\n##[error]Process completed with exit code 2.",
    "src/pick.ts:7 TS2589: Type instantiation is excessively deep and possibly infinite.",
  ],
  [
    "pnpm -r before each line of vitest",
    "packages/a test:  RUN  v3.0.0 /w/packages/a\npackages/a test:  FAIL  test/a.test.ts > sums\npackages/a test: AssertionError: expected 3 to be 4\npackages/a test:  ❯ test/a.test.ts:5:3\npackages/a test: Failed\n ELIFECYCLE  Test failed. See above for more details.",
    "test/a.test.ts:5 expected 3 to be 4",
  ],
  [
    "yarn workspaces foreach before each line of tsc",
    "[@shop/cart]: Process started\n[@shop/cart]: src/sum.ts(2,1): error TS2304: Cannot find name 'price'.\n[@shop/cart]: Process exited (exit code 2), completed in 3s 10ms\nThe command failed for workspaces that are depended upon by other workspaces; can't satisfy the dependency graph\n##[error]Process completed with exit code 1.",
    "src/sum.ts:2 TS2304: Cannot find name 'price'.",
  ],
  [
    "pnpm over a tool that is not installed",
    "> web@0.0.1 build /w/web\n> turbo run build\n\nsh: 1: turbo: not found\n ELIFECYCLE  Command failed.\n WARN   Local package.json exists, but node_modules missing, did you mean to install?\nError: The process '/w/node_modules/.bin/pnpm' failed with exit code 1",
    "sh: 1: turbo: not found",
  ],
  [
    "npm over an engine that is too old",
    'npm ERR! code EBADENGINE\nnpm ERR! engine Unsupported engine\nnpm ERR! engine Not compatible with your version of node/npm: tidy@2.0.0\nnpm ERR! notsup Not compatible with your version of node/npm: tidy@2.0.0\nnpm ERR! notsup Required: {"node":">=18"}\nnpm ERR! notsup Actual:   {"npm":"8.19.4","node":"v16.20.2"}\n\nnpm ERR! A complete log of this run can be found in:\nnpm ERR!     /home/runner/.npm/_logs/2026-07-02T14_35_10_729Z-debug-0.log\n##[error]Process completed with exit code 1.',
    'npm EBADENGINE: Not compatible with your version of node/npm: tidy@2.0.0; Required: {"node":">=18"}',
  ],
  [
    "npm over a package that does not compile",
    "npm ERR! code 1\nnpm ERR! path /w/node_modules/packed\nnpm ERR! command failed\nnpm ERR! command sh -c node-gyp rebuild\nnpm ERR! gyp info it worked if it ends with ok\nnpm ERR! ../src/pack.cc:83:1: error: variable or field 'init' declared void\nnpm ERR! gyp ERR! build error\nnpm ERR! gyp ERR! stack Error: `make` failed with exit code: 2\nnpm ERR! gyp ERR! not ok\nnpm ERR! A complete log of this run can be found in:\nnpm ERR!     /home/runner/.npm/_logs/1-debug-0.log",
    "../src/pack.cc:83:1: error: variable or field 'init' declared void",
  ],
  [
    "npm over a package that lacks make",
    "npm error code 1\nnpm error path /w/node_modules/packed\nnpm error command failed\nnpm error command sh -c node-gyp rebuild\nnpm error gyp info using node@22.1.0 | linux | x64\nnpm error gyp ERR! stack Error: not found: make\nnpm error gyp ERR! not ok\nnpm error A complete log of this run can be found in: /home/runner/.npm/_logs/1-debug-0.log",
    "gyp: not found: make",
  ],
  [
    "bun that resolves nothing",
    "bun install v1.0.6 (969da088)\n Resolving dependencies\nerror: @shop/keys@^1.0.0 failed to resolve\nerror: shop@^3.0.0 failed to resolve\n##[error]Process completed with exit code 1.",
    "error: @shop/keys@^1.0.0 failed to resolve",
  ],
  [
    "bun over a script of a package",
    "bun install v1.0.35\nnode:internal/modules/cjs/loader:1137\n  throw err;\n  ^\n\nError: Cannot find module 'tar-fs'\n\nNode.js v18.19.1\n\nerror: install script from \"sharp\" exited with 1",
    "Error: Cannot find module 'tar-fs'",
  ],
  [
    "vitest after a rejection that is no error",
    'Vitest caught 1 unhandled error during the test run.\nThis might cause false positive tests. Resolve unhandled errors to make sure your tests are not affected.\n\n⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯⎯\nUnknown Error: loading heads at index 0: not a Uint8Array\nThis error originated in "test/heads.test.ts" test file.\n\n Test Files  15 passed (15)\n      Tests  164 passed (164)\n     Errors  1 error\n##[error]Process completed with exit code 1.',
    "Unknown Error: loading heads at index 0: not a Uint8Array",
  ],
  [
    "jest whose worker was killed",
    "FAIL src/big.test.js\n  ● Test suite failed to run\n\n    A jest worker process (pid=2101) was terminated by another process: signal=SIGKILL, exitCode=null. Operating system logs may contain more information on why this occurred.\n\n      at ChildProcessWorker._onExit (node_modules/jest-worker/build/workers/ChildProcessWorker.js:370:23)\n\nTest Suites: 1 failed, 12 passed, 13 total",
    "A jest worker process (pid=2101) was terminated by another process: signal=SIGKILL, exitCode=null. Operating system logs may contain more information on why this occurred.",
  ],
  [
    "jest out of memory",
    "<--- Last few GCs --->\n[2101:0x5c1]   61224 ms: Mark-sweep 2046.1 (2082.3) -> 2045.6 MB\n\n<--- JS stacktrace --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb7a940 node::Abort() [node]\nAborted (core dumped)\nerror Command failed with exit code 134.\n##[error]Process completed with exit code 134.",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
  ],
  [
    "mocha and a spy",
    "  141 passing (482ms)\n  2 failing\n\n  1) Formatter\n       should name the addressee:\n     AssertionError: expected undefined to be a string\n      at Context.<anonymous> (test/format.js:406:26)",
    "test/format.js:406 expected undefined to be a string",
  ],
  [
    "node --test over a promise that never ends",
    "▶ probe\n  ✖ ignores a stalled probe (501.2ms)\nℹ cancelled 3\n\n✖ failing tests:\n\ntest at src/notice.test.mjs:40:3\n✖ ignores a stalled probe (501.2ms)\n  'Promise resolution is still pending but the event loop has already resolved'",
    "Promise resolution is still pending but the event loop has already resolved",
  ],
  [
    "node --test in TAP over a promise that never ends",
    "TAP version 13\n# Subtest: stalls\nnot ok 1 - stalls\n  ---\n  duration_ms: 1.2\n  location: '/w/notice.test.mjs:4:1'\n  failureType: 'cancelledByParent'\n  error: 'Promise resolution is still pending but the event loop has already resolved'\n  code: 'ERR_TEST_FAILURE'\n  ...",
    "Promise resolution is still pending but the event loop has already resolved",
  ],
  [
    "pytest without a summary",
    "    def test_sum():\n>       assert add(1, 2) == 4\nE       assert 3 == 4\nE        +  where 3 = add(1, 2)\n\ntests/test_sum.py:5: AssertionError\n1 failed in 0.02s\n##[error]Process completed with exit code 1.",
    "tests/test_sum.py:5 assert 3 == 4",
  ],
  [
    "go and a race",
    "==================\nWARNING: DATA RACE\nRead at 0x000001cd2180 by goroutine 10:\n  example.com/shop/cart.Add()\n      /w/shop/cart/add.go:47 +0x4f\n  testing.tRunner()\n      /opt/go/src/testing/testing.go:777 +0x16d\n==================\n--- FAIL: TestAdd (0.01s)\n    testing.go:965: race detected during execution of test\nFAIL",
    "add.go:47 DATA RACE",
  ],
  [
    "cargo and the linker",
    'error: linking with `cc` failed: exit status: 1\n  |\n  = note: "cc" "-m64" "/w/target/debug/deps/shop.0.rcgu.o"\n  = note: /usr/bin/ld: cannot find -lssl: No such file or directory\n          collect2: error: ld returned 1 exit status\n\nerror: could not compile `shop` (bin "shop") due to 1 previous error',
    "linking with `cc` failed: cannot find -lssl: No such file or directory",
  ],
  [
    "biome for GitHub",
    "##[error]This variable is unused.\nChecked 61 files in 45ms. No fixes applied.\nFound 1 error.\ncheck ━━━━━━━━━━━━━━━━━━━━━\n\n  ✖ Some errors were emitted while running checks.\n##[error]Process completed with exit code 1.",
    "This variable is unused.",
  ],
];

describe("the line to quote of a log that somebody posted", () => {
  it.each(posted)("is the cause that %s prints, with the times and colours of Actions", (_, log, line) => {
    const stamped = log.split("\n").map((one) => `2026-01-02T03:04:05.0000000Z ${one}`);
    const group = ["##[group]Run it", "it", "##[endgroup]"].map((one) => `2026-01-02T03:04:05.0000000Z ${one}`);
    expect(logExcerpt([...group, ...stamped].join("\n"), 2_000).split("\n")[0]).toBe(line);
  });

  it("never is where npm keeps its log", () => {
    const log =
      "npm error A complete log of this run can be found in: /x/_logs/1-debug-0.log\n##[error]Process completed with exit code 1.";
    expect(headline(log.split("\n"))).toBe(null);
  });
});
