import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFolder, writeTemplate } from "../../src/store/folder.ts";
import { openStore } from "../../src/store/open.ts";
import { applying, event } from "../contract/store-kit.ts";

describe("a store in a data folder", () => {
  let root: string;
  let made: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "headgate-store-"));
    made = join(root, "made", "deep");
    const store = await openStore({ dataDir: made });
    await store.migrate();
    await store.receive([event("a", "k")], []);
    await store.close();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function copy(name: string): string {
    const folder = join(root, name);
    cpSync(made, folder, { recursive: true });
    return folder;
  }

  it("has all its rows when it is opened again, and leaves no lock behind", async () => {
    const dataDir = copy("again");
    const store = await openStore({ dataDir });
    await store.migrate();
    expect(await store.waiting(10)).toEqual(["a"]);
    await store.close();
    await store.close();
    await expect(store.waiting(10)).rejects.toThrow("The store is closed");
    expect(readdirSync(dataDir)).toEqual(["store"]);
  });

  it("refuses a second process while it is open", async () => {
    const dataDir = copy("once");
    const store = await openStore({ dataDir });
    await expect(openStore({ dataDir })).rejects.toThrow("The data folder is in use");
    await store.receive([event("b", "k")], []);
    await store.close();
    await (await openStore({ dataDir })).close();
  });

  it("is made from the build's template, and anew where the template is unusable or the first start was interrupted", async () => {
    const template = join(root, "templates", "template.tar.gz");
    await writeTemplate(template);
    // Every cluster made anew has another identity.
    const identities: unknown[] = [];
    for (const name of ["first", "second", "third"]) {
      const folder = join(root, name);
      mkdirSync(join(`${folder}.starting`, "base"), { recursive: true });
      writeFileSync(join(`${folder}.starting`, "PG_VERSION"), "torn");
      if (name === "third") truncateSync(template, 1000);
      const pglite = await openFolder(folder, template);
      const { rows } = await pglite.query<{ id: string }>(
        "select system_identifier::text as id from pg_control_system()",
      );
      identities.push(rows[0]?.id);
      await pglite.close();
      expect(existsSync(`${folder}.starting`)).toBe(false);
    }
    expect(identities[1]).toBe(identities[0]);
    expect(identities[2]).not.toBe(identities[0]);
  });

  it.each<[string, (store: string) => void]>([
    ["has lost its version", (store) => rmSync(join(store, "PG_VERSION"))],
    ["has an empty control file", (store) => truncateSync(join(store, "global", "pg_control"), 0)],
    ["has a torn log", (store) => tearLog(join(store, "pg_wal"))],
    ["has lost its tables", (store) => rmSync(join(store, "base"), { recursive: true })],
  ])("is refused with advice, and left as it is, when it %s", async (name, damage) => {
    const dataDir = copy(name);
    const store = join(dataDir, "store");
    damage(store);
    const before = readdirSync(store);
    await expect(openStore({ dataDir })).rejects.toThrow(`The store in ${store} cannot be opened`);
    expect(readdirSync(store)).toEqual(expect.arrayContaining(before));
    expect(readdirSync(dataDir)).toEqual(["store"]);
  });

  it("has every acknowledged write after its process was killed, however often", async () => {
    const dataDir = copy("killed");
    let acknowledged = -1;
    for (const rounds of [1, 40, 7]) acknowledged = await writeUntilKilled(dataDir, acknowledged + 1, rounds);

    const store = await openStore({ dataDir });
    const decided = await store.history("a", 0, 10_000);
    expect(decided.map((row) => row.seq)).toEqual(decided.map((_, index) => index + 1));
    expect((await store.snapshot("a"))?.seq).toBe(decided.length);
    const keys = new Set(decided.map((row) => row.key));
    let outcomes: string[] = [];
    await store.step("b", 10_000, (loaded) => {
      outcomes = loaded.events.map((row) => row.key);
      return applying()(loaded);
    });
    for (let round = 0; round <= acknowledged; round++) {
      expect(keys).toContain(`k${round}`);
      expect(outcomes).toContain(`c${round}`);
    }
    await store.close();
  });
});

/** Lets a process write `rounds` rounds from `first` on, kills it, and returns the last round it acknowledged. */
async function writeUntilKilled(dataDir: string, first: number, rounds: number): Promise<number> {
  const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
  const child = spawn(process.execPath, [writer, dataDir, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let last = first - 1;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    if (last === first + rounds - 1) child.kill("SIGKILL");
  }
  await exited;
  if (last < first + rounds - 1) throw new Error("The writer ended by itself.");
  return last;
}

function tearLog(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) truncateSync(join(folder, entry.name), 100);
  }
}
