import { expect, it } from "vitest";
import { outline } from "../../src/planner/outline.ts";

const paths = ["README.md", "src/a/x.ts", "src/a/y.ts", "src/b/deep/z.ts", "test/a.test.ts"];

it("lists every path where there is room", () => {
  expect(outline(paths, 1_000)).toBe(paths.join("\n"));
});

it("folds the deepest folders first", () => {
  expect(outline(paths, 60)).toBe("README.md\nsrc/a/x.ts\nsrc/a/y.ts\nsrc/b/ (1 files)\ntest/a.test.ts");
});

it("folds up to the top folders", () => {
  expect(outline(paths, 45)).toBe("README.md\nsrc/ (3 files)\ntest/ (1 files)");
});

it("cuts what is too wide to fold", () => {
  expect(outline(["aaaa", "bbbb"], 6)).toBe("aaaa\nb\n…");
});

it("is empty for an empty repository", () => {
  expect(outline([], 100)).toBe("");
});
