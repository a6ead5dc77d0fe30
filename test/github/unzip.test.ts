import { Zip, ZipDeflate } from "fflate";
import { describe, expect, it } from "vitest";
import { BadArchive, unzip } from "../../src/github/artifact/unzip.ts";
import { zip } from "./zip.ts";

const limits = { entries: 10, bytes: 1_000_000 };
const anything = (): number | null => 10_000_000;

async function texts(archive: Uint8Array, limitOf: (name: string) => number | null = anything) {
  const files = await unzip(archive, limitOf, limits);
  return Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")]));
}

describe("unzip", () => {
  it("reads stored and deflated entries, and a comment behind the end does not confuse it", async () => {
    const archive = zip(
      [
        { name: "result.json", content: "{}" },
        { name: "files/a", content: "stored", stored: true },
        { name: "empty", content: "" },
      ],
      "made by PK\x05\x06 nobody",
    );

    expect(await texts(archive)).toEqual({ "result.json": "{}", "files/a": "stored", empty: "" });
  });

  it("reads what another library writes as a stream, sizes behind the content", async () => {
    const chunks: Uint8Array[] = [];
    const archive = new Zip((error, chunk) => {
      if (error !== null) throw error;
      chunks.push(chunk);
    });
    const file = new ZipDeflate("a");
    archive.add(file);
    file.push(Buffer.from("x".repeat(5000)), true);
    archive.end();

    expect(await texts(Buffer.concat(chunks))).toEqual({ a: "x".repeat(5000) });
  });

  it("leaves out what is not wanted, without looking at its sizes", async () => {
    const archive = zip([
      { name: "wanted", content: "1" },
      { name: "../escape", content: "2", says: { size: 4_000_000_000 } },
    ]);

    expect(await texts(archive, (name) => (name === "wanted" ? 1 : null))).toEqual({ wanted: "1" });
  });

  it.each([
    ["it is not a ZIP archive", Buffer.from("hello")],
    ["it is not a ZIP archive", Buffer.alloc(0)],
    ["it has more than 10 entries", zip(Array.from({ length: 11 }, (_, index) => ({ name: `${index}`, content: "" })))],
    ["it unpacks to more than 1000000 bytes", zip([{ name: "a", content: Buffer.alloc(1_000_001) }])],
    ["it has a twice", zip([1, 2].map((content) => ({ name: "a", content: `${content}` })))],
    ["it is damaged", zip([{ name: "bomb", content: Buffer.alloc(900_000), says: { size: 10 } }])],
    ["a is damaged", zip([{ name: "a", content: "short", says: { size: 10 } }])],
    ["a is damaged", zip([{ name: "a", content: "abc", says: { crc: 1 } }])],
    [
      "it is encrypted, too large or packed in an uncommon way",
      zip([{ name: "a", content: "abc", says: { flags: 1 } }]),
    ],
    [
      "it is encrypted, too large or packed in an uncommon way",
      zip([{ name: "a", content: "abc", says: { method: 14 } }]),
    ],
    [
      "it is encrypted, too large or packed in an uncommon way",
      zip([{ name: "a", content: "", says: { size: 0xffffffff } }]),
    ],
    ["it is damaged", zip([{ name: "a", content: "abc" }]).subarray(5)],
    ["its entries overlap", zip([1, 2].map((name) => ({ name: `${name}`, content: "", says: { packedSize: 100 } })))],
  ])("refuses an archive because %s", async (reason, archive) => {
    await expect(unzip(archive, anything, limits)).rejects.toThrow(new BadArchive(reason));
  });

  it("refuses an entry that is larger than its own limit, before it is inflated", async () => {
    const archive = zip([{ name: "a", content: "x".repeat(1_000) }]);
    await expect(unzip(archive, () => 999, limits)).rejects.toThrow(new BadArchive("its a is larger than 999 bytes"));
  });

  it("stops inflating an entry that says it is smaller than it is", async () => {
    const archive = zip([{ name: "a", content: "x".repeat(100_000), says: { size: 10 } }]);
    await expect(unzip(archive, anything, limits)).rejects.toThrow(new BadArchive("it is damaged"));
  });

  it("refuses names that no file system takes", async () => {
    const archive = zip([{ name: "a".repeat(1_025), content: "" }]);
    await expect(unzip(archive, anything, limits)).rejects.toThrow(/name is longer than 1024 bytes/);
  });

  it("does not unpack an archive within the archive", async () => {
    const inner = zip([{ name: "a", content: "x".repeat(900_000) }]);
    const files = await unzip(zip([{ name: "inner.zip", content: Buffer.from(inner) }]), anything, limits);
    expect(files.get("inner.zip")).toHaveLength(inner.length);
  });
});
