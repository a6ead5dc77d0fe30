import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScanner, SCAN_LIMITS } from "../../src/secrets/scanner.ts";
import { classicToken, privateKey, samples } from "./samples.ts";

const scanner = createScanner();
const kinds = Object.entries(samples);

async function rulesIn(content: string | Uint8Array, path = "src/a.ts"): Promise<string[]> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return (await scanner.scanFile(path, bytes)).secrets.map(({ rule }) => rule);
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");
const wrapped = (text: string, width: number) => text.replace(new RegExp(`.{${width}}`, "g"), "$&\n");

describe("the scanner finds in a file", () => {
  it.each(kinds)("%s", async (_, { rule, text }) => {
    expect(await rulesIn(`# note\n${text}\nmore\n`)).toContain(rule);
  });

  it.each(kinds)("%s in UTF-16 of both byte orders, with and without a mark", async (_, { rule, text }) => {
    const little = utf16(`note\n${text}\n`);
    for (const bytes of [little, Buffer.concat([Buffer.of(0xff, 0xfe), little]), Buffer.from(little).swap16()]) {
      expect(await rulesIn(bytes)).toContain(rule);
    }
  });

  it.each(kinds)("%s in base64 and base64url", async (_, { rule, text }) => {
    const bytes = Buffer.from(`x=1\n${text}\n`);
    expect(await rulesIn(`data: ${bytes.toString("base64")}\n`)).toContain(rule);
    expect(await rulesIn(`{"data":"${bytes.toString("base64url")}"}`)).toContain(rule);
  });

  it.each([
    ["in lines of 76 characters", wrapped(Buffer.from(privateKey).toString("base64"), 76)],
    [
      "in lines with an indent",
      `key: |\n${wrapped(Buffer.from(privateKey).toString("base64"), 60).replace(/^/gm, "    ")}`,
    ],
    ["after a word on the line above", `certificate\n${wrapped(Buffer.from(privateKey).toString("base64"), 64)}`],
    ["in a string with escaped newlines", JSON.stringify(wrapped(Buffer.from(privateKey).toString("base64"), 64))],
    ["of UTF-16, as a shell takes it", utf16(privateKey).toString("base64")],
  ])("a private key in base64 %s", async (_, text) => {
    expect(await rulesIn(text)).toEqual(["privatekey"]);
  });

  it("a token in a file that is base64 in UTF-16", async () => {
    expect(await rulesIn(utf16(Buffer.from(classicToken).toString("base64")))).toEqual(["github"]);
  });

  it("a token with characters between that nobody sees", async () => {
    expect(await rulesIn(classicToken.replace(/.{5}/g, "$&\u200b"))).toEqual(["github"]);
    expect(await rulesIn(classicToken.replace(/.{5}/g, "$&\u0000"))).toEqual(["github"]);
  });

  it("a token beside a character of which UTF-16 has a half that reads as a letter", async () => {
    const bytes = utf16(`\u2041${classicToken}\u2041`);
    expect(await rulesIn(bytes)).toEqual(["github"]);
    expect(await rulesIn(bytes.swap16())).toEqual(["github"]);
  });

  it("a token in a file whose comments try to switch the rules off", async () => {
    expect(await rulesIn(`// secretlint-disable\n${classicToken} // secretlint-disable-line\n`)).toEqual(["github"]);
  });

  it("the token of a registry in .npmrc, which has no form of its own", async () => {
    expect(await rulesIn("//registry.acme.dev/:_authToken=0f3e4f5a-1\n", "web/.npmrc")).toEqual(["npm"]);
  });

  it("a token across the edge of two pieces", async () => {
    for (const before of [60, 61, 64].map((kilobytes) => kilobytes * 1_024 - 20)) {
      expect(await rulesIn(`${"word ".repeat(before / 5)}\n${classicToken}\n`)).toEqual(["github"]);
    }
  });
});

describe("a finding", () => {
  it("has the line, one fingerprint for the same secret anywhere, and never the secret", async () => {
    const first = await scanner.scanFile("a.ts", new TextEncoder().encode(`one\ntwo\nconst t = "${classicToken}";\n`));
    expect(first).toEqual({
      isComplete: true,
      secrets: [{ finding: "secret", rule: "github", line: 3, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) }],
    });
    const encoded = Buffer.from(`\ntoken: ${classicToken}\n`).toString("base64");
    const second = await scanner.scanFile("b.yml", new TextEncoder().encode(`one\n${encoded}\n`));
    expect(second.secrets).toEqual([{ ...first.secrets[0], line: 2 }]);
    const other = await scanner.scanFile("a.ts", new TextEncoder().encode(classicToken.replace(/.$/, "z")));
    expect(other.secrets[0]?.fingerprint).not.toBe(first.secrets[0]?.fingerprint);
    expect(JSON.stringify([first, second])).not.toContain(classicToken);
  });

  it("counts a secret once, however often and in whatever form a file has it", async () => {
    const text = `${classicToken}\n${classicToken}\n${Buffer.from(`a ${classicToken}\n`).toString("base64")}\n`;
    expect(await rulesIn(text)).toEqual(["github"]);
  });
});

describe("what is beyond the limits is reported", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it("when a file is larger than what is searched", async () => {
    const small = createScanner({ ...SCAN_LIMITS, size: 1_000 });
    expect(await small.scanFile("a", bytes("a\n".repeat(500)))).toEqual({ secrets: [], isComplete: true });
    expect(await small.scanFile("a", bytes(`${"a\n".repeat(500)}${classicToken}`))).toEqual({
      secrets: [],
      isComplete: false,
    });
  });

  it("when the time is over", async () => {
    const slow = createScanner({ ...SCAN_LIMITS, milliseconds: -1 });
    expect(await slow.scanFile("a", bytes("plain"))).toEqual({ secrets: [], isComplete: false });
    expect(await slow.redact("plain")).toBe("[redacted: not scanned]");
  });

  it("when a file has more secrets than are listed", async () => {
    const tokens = Array.from({ length: 30 }, (_, index) => classicToken.replace(/..$/, String(10 + index)));
    const { secrets, isComplete } = await scanner.scanFile("a", bytes(tokens.join("\n")));
    expect({ secrets: secrets.length, isComplete }).toEqual({ secrets: SCAN_LIMITS.hits, isComplete: false });
  });

  it("and a text that makes a rule slow takes seconds, not minutes", async () => {
    const hostile = ["gh", "s_1_a."].join("").repeat(125_000);
    const started = performance.now();
    expect((await scanner.scanFile("a", bytes(hostile))).isComplete).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ["base64 without an end", "QUJD".repeat(500_000)],
    ["line breaks and indents", "abcdefgh\n   \n  \n".repeat(100_000)],
    ["headers of keys", ["-----BEGIN PRIVATE", " KEY-----"].join("").repeat(50_000)],
    ["headers of keys with fields", ["-----BEGIN PRIVATE", " KEY-----\nAbc: d\n"].join("").repeat(30_000)],
    ["short pieces of base64", "QUJDREVGR0hJSktMTU5PUFFS \n".repeat(50_000)],
  ])("and two megabytes of %s are searched in time", async (_, text) => {
    const started = performance.now();
    expect(await scanner.scanFile("a", bytes(text))).toEqual({ secrets: [], isComplete: true });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("ordinary text", () => {
  it.each([
    ["the words of a private key without one", "looks for '-----BEGIN PRIVATE KEY-----' in text"],
    ["a key that documentation leaves out", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n"],
    [
      "a shortened key in code",
      'key: "-----BEGIN PRIVATE KEY-----\\n...",\nclientId: "lv1.1234567890Abcdef",\nsecret: "1234567890abcdef1234"',
    ],
    ["an address without a password", "https://maya@git.acme.dev/x.git"],
    ["an address with a variable", `postgres://app:${"$"}{PASSWORD}@db.acme.dev/app`],
    ["the hash of a lockfile", `"integrity": "sha512-${"aB3/".repeat(21)}A=="`],
    ["a commit", "9f90dcf0a1b2c3d4e5f60718293a4b5c6d7e8f90"],
  ])("has no secret: %s", async (_, text) => {
    expect(await rulesIn(text)).toEqual([]);
    expect(await scanner.redact(text)).toBe(text);
  });

  it("of this project's own sources has no secret", async () => {
    const root = join(import.meta.dirname, "../..");
    const found: string[] = [];
    for (const folder of ["src", "docs", "packages/github-sandbox/src"]) {
      for (const path of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
        if (!/\.(?:ts|md)$/.test(path)) continue;
        const scan = await scanner.scanFile(path, readFileSync(join(root, folder, path)));
        if (scan.secrets.length > 0 || !scan.isComplete) found.push(path);
      }
    }
    expect(found).toEqual([]);
  });
});

describe("words", () => {
  it("lose their secrets and keep the rest", async () => {
    const text = `I used ${classicToken} for the call.\n\n${privateKey}\nIt works.`;
    expect(await scanner.redact(text)).toBe(
      "I used [redacted: github] for the call.\n\n[redacted: privatekey]\n\nIt works.",
    );
  });

  it("lose a secret that is encoded or that hides characters", async () => {
    const encoded = Buffer.from(`the token is ${classicToken}`).toString("base64");
    expect(await scanner.redact(`see ${encoded} there`)).toBe("see [redacted: github] there");
    const hidden = classicToken.replace(/^.{9}/, "$&\u200b\u0000");
    expect(await scanner.redact(`see ${hidden} there`)).toBe("see [redacted: github] there");
  });

  it("end where the scanner's limit is", async () => {
    const small = createScanner({ ...SCAN_LIMITS, size: 10 });
    expect(await small.redact("plain words and more")).toBe("plain word[redacted: not scanned]");
  });
});
