import { expect, it } from "vitest";
import { violationText } from "../../../src/messages/problems/violation.ts";

it("a violation names the file and what is wrong with it", () => {
  expect(violationText({ kind: "content", path: "a", finding: "conflict-markers" })).toBe(
    "'a' still has conflict markers",
  );
});

it("a violation by a secret names the file, the line, the rule, and the fingerprint that would admit it", () => {
  const secret = { kind: "secret" as const, path: "a.ts", rule: "github", line: 3, fingerprint: "0123456789abcdef" };
  expect(violationText(secret)).toBe(
    "line 3 of 'a.ts' looks like a secret (rule github): take it out. If it is a fixture and no secret, a maintainer can add the fingerprint 0123456789abcdef to secrets.allow in .github/headgate.yml",
  );
  expect(violationText({ ...secret, line: null, fingerprint: null })).toBe(
    "'a.ts' looks like a secret (rule github): take it out",
  );
});

it("a violation quotes a path so that nothing in the path ends the quotation", () => {
  expect(violationText({ kind: "protected", path: "a'b\nc" })).toBe("'a?b?c' is protected: agents may not change it");
});
