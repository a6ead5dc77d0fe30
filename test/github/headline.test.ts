import { describe, expect, it } from "vitest";
import { headline } from "../../src/github/logs/headline.ts";

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
