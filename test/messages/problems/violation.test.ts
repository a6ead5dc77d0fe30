import { expect, it } from "vitest";
import { violationText } from "../../../src/messages/problems/violation.ts";

it("a violation names the file and what is wrong with it", () => {
  expect(violationText({ kind: "content", path: "a", finding: "github-token" })).toBe("'a' contains a GitHub token");
});

it("a violation quotes a path so that nothing in the path ends the quotation", () => {
  expect(violationText({ kind: "protected", path: "a'b\nc" })).toBe("'a?b?c' is protected: agents may not change it");
});
