import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { lockFile } from "../../src/store/lock.ts";

describe("the lock of a data folder", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "headgate-lock-"));
    path = join(folder, "store.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The lock as this process writes it, with some of it changed. */
  function leave(change: object): void {
    const unlock = lockFile(path);
    const holder: object = JSON.parse(readFileSync(path, "utf8"));
    unlock();
    writeFileSync(path, JSON.stringify({ ...holder, ...change }));
  }

  it("has one holder at a time, and its file is gone once it is released", () => {
    const unlock = lockFile(path);
    expect(() => lockFile(path)).toThrow(StoreError);
    expect(() => lockFile(path)).toThrow(`in use by process ${process.pid} on ${hostname()}`);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
    lockFile(path)();
  });

  it("released a second time leaves the lock of the next holder alone", () => {
    const first = lockFile(path);
    first();
    const second = lockFile(path);
    first();
    expect(existsSync(path)).toBe(true);
    second();
  });

  it("is not released by a process that lost it", () => {
    const unlock = lockFile(path);
    writeFileSync(path, "somebody else's");
    unlock();
    expect(readFileSync(path, "utf8")).toBe("somebody else's");
  });

  it("is taken over from a process that was killed", async () => {
    const lock = JSON.stringify(new URL("../../src/store/lock.ts", import.meta.url).href);
    const script = `const { lockFile } = await import(${lock}); lockFile(${JSON.stringify(path)}); console.log("locked"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    try {
      await Promise.race([new Promise((resolve) => child.stdout.once("data", resolve)), exited]);
      expect(() => lockFile(path)).toThrow(`in use by process ${child.pid}`);
    } finally {
      child.kill("SIGKILL");
    }
    await exited;
    lockFile(path)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over after a restart of the machine, or when another process has the id now", () => {
    leave({ boot: "an earlier start" });
    lockFile(path)();
    leave({ started: "0" });
    lockFile(path)();
    expect(existsSync(path)).toBe(false);
  });

  it("is refused with advice when it is unknown whether its holder is alive", () => {
    leave({ host: "another-container" });
    expect(() => lockFile(path)).toThrow(
      `cannot be checked from here. If nothing else uses the folder, delete ${path}`,
    );
    writeFileSync(path, "torn");
    expect(() => lockFile(path)).toThrow("unreadable");
    expect(readFileSync(path, "utf8")).toBe("torn");
  });
});
