import { expect, it } from "vitest";
import { outline } from "../../src/planner/outline.ts";

const paths = ["README.md", "src/a/x.ts", "src/b/deep/one.ts", "src/b/deep/two.ts", "src/b/deep/three.ts"];

it("lists every path where there is room", () => {
  expect(outline(paths, 1_000)).toBe(paths.join("\n"));
});

it("folds the deepest folders first", () => {
  expect(outline(paths, 50)).toBe("README.md\nsrc/a/x.ts\nsrc/b/deep/ (files: 3)");
});

it("folds up to the top folders", () => {
  expect(outline(paths, 30)).toBe("README.md\nsrc/ (files: 4)");
});

it("cuts what is too wide to fold", () => {
  expect(outline(["aaaa", "bbbb"], 6)).toBe("aaaa\nb\n…");
});

it("is empty for an empty repository", () => {
  expect(outline([], 100)).toBe("");
});
