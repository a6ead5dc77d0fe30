import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { confinedScanner, githubReaders, openRoom, type Room, workflowReader } from "../../src/confined/index.ts";
import type { RoomLimits } from "../../src/confined/room.ts";
import { BadArchive } from "../../src/github/artifact/unzip.ts";
import { ReaderStopped } from "../../src/loop/readers-port.ts";
import { createScanner } from "../../src/secrets/scanner.ts";
import { zip } from "../github/zip.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-room-"));
let room: Room;

afterEach(() => room.close());
afterAll(() => rmSync(folder, { recursive: true }));

function open(limits: Partial<RoomLimits> = {}): Room {
  room = openRoom({ processes: 1, ...limits });
  return room;
}

function file(content: Uint8Array): string {
  const path = join(folder, "artifact.zip");
  writeFileSync(path, content);
  return path;
}

/** Takes a merge within the limits of its size, and many seconds all the same: every line is equal. */
const lines = (first: string, count: number) => Buffer.from(`${first}\n${"a\n".repeat(count)}${first}\n`);
const slow = [lines("base", 3_000), lines("ours", 3_000), lines("theirs", 3_100)] as const;

describe("a reader's process", () => {
  it("answers as the reader itself would, again and again", async () => {
    const readers = githubReaders(open({ uses: 2 }));
    const sha = "a".repeat(64);
    const path = file(
      zip([
        { name: "result.json", content: "{}" },
        { name: `files/${sha}`, content: "hello" },
      ]),
    );
    for (let times = 0; times < 3; times += 1) {
      const { result, files } = await readers.unpackArtifact(path);
      expect(result).toMatchObject({ problem: { kind: "not-the-protocol" } });
      expect(Buffer.from(files.get(sha) ?? []).toString()).toBe("hello");
    }
    expect(await readers.mergeLines(Buffer.from("a\n"), Buffer.from("b\n"), Buffer.from("c\n"))).toBe("conflict");
  });

  it("says in words what is bad about an archive", async () => {
    const readers = githubReaders(open());
    await expect(readers.unpackArtifact(file(Buffer.from("hello")))).rejects.toThrow(
      new BadArchive("it is not a ZIP archive"),
    );
  });

  it("is ended when a reader takes too long, and the next reader gets a new one", async () => {
    const readers = githubReaders(open({ patience: 0.05 }));
    await expect(readers.mergeLines(...slow)).rejects.toThrow(new ReaderStopped("time", "merge-lines"));
    expect(await readers.mergeLines(Buffer.from("a\n"), Buffer.from("a\n"), Buffer.from("b\n"))).toBe("clean");
  });

  it("may not take more memory than its limit, buffers included", async () => {
    // Enough for Node.js itself, and too little for the file.
    const readers = githubReaders(open({ megabytes: 640, heap: 64 }));
    await expect(readers.unpackArtifact(file(Buffer.alloc(96 * 1024 * 1024)))).rejects.toThrow(
      new ReaderStopped("memory", "unpack-artifact"),
    );
  });

  it("that cannot start at all is a finding, not a crash", async () => {
    const readers = githubReaders(open({ megabytes: 1 }));
    await expect(readers.logExcerpt("x".repeat(100_000), 10)).rejects.toBeInstanceOf(ReaderStopped);
  });
});

describe("a reader of workflow files", () => {
  it("reads a large file as the reader itself would, and takes one that takes too long for unreadable", async () => {
    const text = `on: push\njobs: { unit: { runs-on: x, steps: [] } }\n${"# a\n".repeat(10_000)}`;
    expect(await workflowReader(open())("ci.yml", text)).toEqual(readWorkflow("ci.yml", text));
    room.close();

    const stopped = workflowReader(open({ patience: 0 }))("ci.yml", "[".repeat(200_000));
    const quoted = "workflow was stopped: it took longer than it may";
    expect(await stopped).toEqual({ ok: false, line: null, fault: { kind: "not-yaml", quoted } });
  });
});

describe("a scanner in the room", () => {
  it("finds what the scanner finds, and takes a text whose scan was stopped for not scanned", async () => {
    const content = Buffer.from(`${"x\n".repeat(50_000)}`);
    const here = createScanner();
    const scanner = confinedScanner(open(), here);
    expect(await scanner.scanFile("a.txt", content)).toEqual(await here.scanFile("a.txt", content));
    expect(await scanner.redact(content.toString())).toBe(content.toString());
    room.close();

    const stopped = confinedScanner(open({ patience: 0 }), here);
    expect(await stopped.redact("word ".repeat(200_000))).toBe("[redacted: not scanned]");
    expect(await stopped.scanFile("a.txt", Buffer.alloc(2_000_000, "word "))).toEqual({
      secrets: [],
      isComplete: false,
    });
  });
});
