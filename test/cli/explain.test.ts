/** `headgate explain`, on a folder in which a server runs and on one in which none does. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFlags } from "../../src/cli/command-line.ts";
import { explainCommand } from "../../src/cli/commands.ts";
import { explain } from "../../src/cli/explain/index.ts";
import { FEATURE_SCHEMA } from "../../src/core/feature/state.ts";
import { newToken, readAddress, writeAddress } from "../../src/local/address.ts";
import { EXPLAIN_PATH, localDoor } from "../../src/local/door.ts";
import { explainNumber, type ReadStore } from "../../src/local/lookup.ts";
import type { Store } from "../../src/loop/store-port.ts";
import { listen } from "../../src/server.ts";
import { openStore } from "../../src/store/open.ts";
import { FEATURE } from "../core/world.ts";
import { diamond } from "../messages/features.ts";

const AT = "2026-01-05T09:00:00.000Z";
const nowhere = { answer: async () => {}, close() {} };

let folder: string;

/** Stores the diamond as `headgate serve` does: its feature is issue 1, its task `quote` has a parked pull. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headgate-explain-"));
  const store = await openStore({ dataDir: folder });
  await store.migrate();
  await store.receive([{ id: "e1", aggregate: FEATURE, key: "e1", event: {}, at: AT }], []);
  const state = structuredClone(diamond().state);
  const parser = state.tasks.find(({ plan }) => plan.id === "parser");
  if (parser !== undefined) parser.subIssue = { state: "open", number: 5 };
  await store.step(FEATURE, 1, ({ events }) => ({
    ...{ state, schema: FEATURE_SCHEMA, ended: false, effects: [], cancel: [], routes: [], sends: [] },
    history: events.map(({ key, event, at }) => ({ key, event, at, outcome: { applied: true }, effects: [] })),
  }));
  await store.close();
  // A checkout without a build makes the first cluster itself, which takes a busy machine a minute.
}, 180_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command as `headgate explain PARAMETERS` would. */
async function explained(
  parameters: readonly string[],
  env: Record<string, string | undefined> = { HEADGATE_DATA_DIR: folder },
): Promise<string> {
  const lines: string[] = [];
  await explain(readFlags(explainCommand, parameters), env, (text) => lines.push(text));
  return lines.join("\n");
}

/** Serves the folder's store like the App, and calls `within` with what it logged. */
async function served(within: (logged: string[], store: Store) => Promise<void>): Promise<void> {
  const store = await openStore({ dataDir: folder });
  const logged: string[] = [];
  const token = newToken();
  const log = { warn: (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`) };
  const local = localDoor({ token, explain: (query) => explainNumber(store, query), log });
  const server = await listen({ host: "127.0.0.1", port: 0, door: nowhere, probe: async () => {}, local });
  const withdraw = writeAddress(folder, { url: server.url, token });
  try {
    await within(logged, store);
  } finally {
    withdraw();
    await server.close();
    await store.close();
  }
}

describe("headgate explain", () => {
  it("says the same of a feature, a pull, a sub-issue and a foreign number, whether a server runs on the folder or not", async () => {
    const { pull } = diamond().state.tasks.find(({ plan }) => plan.id === "quote") ?? {};
    const questions = ["acme/tool#1", `ACME/tool#${pull}`, "acme/tool#5", "acme/tool#999", "acme/other#1"];
    const stopped: string[] = [];
    for (const question of questions) stopped.push(await explained([question]));
    expect(stopped.join("\n\n")).toMatchInlineSnapshot(`
      "acme/tool#1 is a feature: A feature
      Reason: 2 tasks are being worked on, 1 of 4 is done
      Next: it continues by itself
      Actor: Headgate

      ACME/tool#11 is the pull request of task quote of feature #1
      Reason: Attempt 2 (repair) is running
      Next: its change is checked
      Actor: GitHub

      acme/tool#5 is the sub-issue of task parser of feature #1
      Reason: Attempt 2 is being started
      Next: an agent works on it
      Actor: Headgate

      acme/tool#999 is neither a feature nor a part of one
      Reason: Headgate does nothing with it, and will not merge it
      Next: to make a feature of an issue, put the label \`headgate\` on it; write access is needed
      Actor: you

      acme/other#1 is in a repository that has had no feature
      Reason: Headgate keeps no feature of acme/other; it keeps features of acme/tool
      Next: check the name; to begin, install the App on acme/other and put the label \`headgate\` on an issue
      Actor: you"
    `);
    await served(async () => {
      for (const [index, question] of questions.entries()) expect(await explained([question])).toBe(stopped[index]);
    });
  });

  it("explains the last life of a feature, and the pull of a former one", async () => {
    const former = structuredClone(diamond().state);
    const present = structuredClone(former);
    Object.assign(present, { key: `${FEATURE}.2`, life: { ...present.life, number: 2 } });
    present.issue.title = "Anew";
    for (const task of present.tasks) task.pull = null;
    const states = new Map([former, present].map((state) => [state.key, state]));
    const store: ReadStore = {
      named: async (after) => [...states.keys()].filter((key) => key > after),
      live: async () => [`${FEATURE}.2`],
      snapshot: async (key) => ({ seq: 1, schema: FEATURE_SCHEMA, state: states.get(key) ?? null, ended: false }),
    };
    const subject = async (number: number) =>
      (await explainNumber(store, { owner: "acme", name: "tool", number })).subject;
    expect(await subject(1)).toContain("Anew");
    expect(await subject(11)).toContain("quote");
  });

  it("finds the store of a run one folder deeper", async () => {
    const run = mkdtempSync(join(tmpdir(), "headgate-explain-run-"));
    mkdirSync(join(run, "store", "store"), { recursive: true });
    writeFileSync(join(run, "store", "store", "PG_VERSION"), "none");
    // It gets as far as opening it.
    await expect(explained(["acme/tool#1", "--data-dir", run], {})).rejects.toThrow(/store.* cannot be opened/);
    rmSync(run, { recursive: true });
  });

  it.each<[string[], Record<string, string | undefined>, RegExp]>([
    [[], {}, /^nothing is no issue or pull request: give it as owner\/repo#number$/],
    [["acme/tool"], {}, /^acme\/tool is no issue or pull request: give it as owner\/repo#number$/],
    [["acme/tool#0"], {}, /^acme\/tool#0 is no issue/],
    [["acme/tool#1", "acme/tool#2"], {}, /^acme\/tool#2: headgate explain takes one owner\/repo#NUMBER$/],
    [["acme/tool#1"], {}, /^it is not known where Headgate keeps its data: give --data-dir, .* or DATABASE_URL/],
    [["acme/tool#1", "--data-dir", "nowhere"], {}, /^--data-dir: nowhere holds no data of Headgate: give the folder/],
    [["acme/tool#1"], { DATABASE_URL: "postgres://u:p@127.0.0.1:1/x" }, /^The database in DATABASE_URL cannot be used/],
  ])("%j with %j ends with what to do", async (parameters, env, message) => {
    await expect((async () => explained(parameters, env))()).rejects.toThrow(message);
  });

  it("says that the folder is in use where its server does not answer", async () => {
    const store = await openStore({ dataDir: folder });
    const withdraw = writeAddress(folder, { url: "http://127.0.0.1:1", token: "of a server that was killed" });
    await expect(explained(["acme/tool#1"])).rejects.toThrow(/^no server answers there, .* is in use by process/);
    withdraw();
    await store.close();
  });
});

describe("the door for questions of this machine", () => {
  it("answers nobody without the token, and logs neither the token nor the question", async () => {
    await served(async (logged) => {
      const { url, token } = readAddress(folder)!;
      const ask = (authorization: string | null) =>
        fetch(`${url}${EXPLAIN_PATH}?of=acme/tool%231`, { headers: authorization === null ? {} : { authorization } });
      for (const wrong of [null, "", token, `Bearer ${token}x`, `bearer ${token}`, `Bearer ${"x".repeat(10_000)}`]) {
        const response = await ask(wrong);
        expect([wrong, response.status, await response.text()]).toEqual([
          wrong,
          401,
          '{"problem":"the token is missing or wrong"}',
        ]);
      }
      expect((await ask(`Bearer ${token}`)).status).toBe(200);
      expect(logged).toEqual([]);
    });
  });

  it("keeps its address in a file that only its user can read, until the server stops", async () => {
    await served(async () => {
      expect(statSync(join(folder, "server.json")).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(folder, "server.json"), "utf8")).toContain(readAddress(folder)!.token);
    });
    expect(readdirSync(folder).sort()).toEqual(["store"]);
  });

  it("answers two questions at once, and asks others to come again", async () => {
    const answers: (() => void)[] = [];
    const subject = { subject: "s", reason: "r", next: "n", actor: "person" as const };
    const explain = () => new Promise<typeof subject>((resolve) => answers.push(() => resolve(subject)));
    const door = localDoor({ token: "t", explain, log: { warn() {} } });
    const ask = () => door(new Request("http://a/?of=a/b%231", { headers: { authorization: "Bearer t" } }));
    const first = [ask(), ask()];
    expect((await ask()).status).toBe(429);
    for (const answer of answers) answer();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await door(new Request("http://a/?of=x", { headers: { authorization: "Bearer t" } }))).status).toBe(400);
  });
});
