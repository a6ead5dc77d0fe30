import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readResult } from "../../src/github/artifact/result.ts";

const content = Buffer.from("hello\n");
const sha256 = createHash("sha256").update(content).digest("hex");
const entry = { change: "write", path: "a.txt", mode: "100644", sha256, bytes: content.length };
const plain = {
  protocol: "1",
  attempt: "12/parser/1",
  outcome: "completed",
  summary: "Did it.",
  engine: "command",
  model: null,
  usage: null,
  notes: [],
  manifest: [entry],
};
const read = (result: unknown, files = new Map<string, Uint8Array>([[sha256, content]])) =>
  readResult(JSON.stringify(result), files);

describe("a result", () => {
  it("is given with no faults where each file is what the manifest says", () => {
    expect(read(plain)).toEqual({ result: plain, faults: [] });
  });

  it.each([
    ["has no file", plain, new Map(), "content-missing"],
    ["has other bytes", plain, new Map([[sha256, Buffer.from("hellO\n")]]), "checksum-differs"],
    ["has another length", { ...plain, manifest: [{ ...entry, bytes: 7 }] }, undefined, "checksum-differs"],
  ])("names a path that %s", (_, result, files, finding) => {
    expect(read(result, files)).toMatchObject({ faults: [{ path: "a.txt", finding }] });
  });

  it.each([
    ["a million open brackets", "[".repeat(1_000_000), "not-json"],
    ["a million nested lists", `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`, "not-the-protocol"],
    ["a nested summary", JSON.stringify(plain).replace('"Did it."', `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`)],
    ["no text", "", "not-json"],
    ["null", "null", "not-the-protocol"],
    ["a long name of a field", JSON.stringify({ ["x".repeat(9_000)]: 1 }), "not-the-protocol"],
    ["NUL bytes", "\u0000".repeat(1_000), "not-json"],
  ])("of %s is no result, said in few words", (_, text, kind = "not-the-protocol") => {
    const reading = readResult(text, new Map());
    expect(reading).toMatchObject({ problem: { kind } });
    expect(JSON.stringify(reading).length).toBeLessThan(1_200);
  });

  it("of more files than any policy allows is refused before they are parsed", () => {
    const manifest = Array.from({ length: 5_001 }, () => ({}));
    expect(read({ ...plain, manifest })).toEqual({
      problem: { kind: "not-the-protocol", text: "manifest: 5001 > 5000" },
    });
  });

  it("keeps names that every object has from meaning anything", () => {
    const text = JSON.stringify(plain).replace('"notes":[]', '"notes":[],"__proto__":{"attempt":"1/other/1"}');
    expect(readResult(text, new Map([[sha256, content]]))).toEqual({ result: plain, faults: [] });
  });
});
