import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../src/config/environment.ts";

const pem = (type: "rsa" | "ed25519") =>
  type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString()
    : generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const RSA = pem("rsa");
const ED25519 = pem("ed25519");

const enough = {
  APP_ID: "12345",
  PRIVATE_KEY: RSA,
  WEBHOOK_SECRET: "s3cr3t",
  ANTHROPIC_API_KEY: "sk-ant-key",
  HEADGATE_DATA_DIR: "/var/lib/headgate",
};

const noFile = (path: string): string => expect.fail(`${path} was read`);

function value(environment: Record<string, string | undefined>, readFile: (path: string) => string = noFile) {
  const reading = readEnvironment(environment, readFile);
  return reading.ok ? reading.value : expect.fail(reading.problems.join("\n"));
}

function problems(environment: Record<string, string | undefined>, readFile: (path: string) => string = noFile) {
  const reading = readEnvironment(environment, readFile);
  return reading.ok ? expect.fail("it was accepted") : reading.problems;
}

describe("what is given and what is not", () => {
  it("the least there must be, with every default", () => {
    expect(value(enough)).toEqual({
      app: { id: 12345, privateKey: RSA },
      webhookSecret: "s3cr3t",
      model: { apiKey: "sk-ant-key", baseUrl: null },
      store: { kind: "folder", path: "/var/lib/headgate" },
      githubApiUrl: "https://api.github.com",
      listen: { host: "127.0.0.1", port: 3000 },
      logLevel: "info",
      prices: {},
      retention: { days: 30, exportDir: null },
    });
  });

  it("all there may be", () => {
    const prices = { mine: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 } };

    expect(
      value({
        ...enough,
        ANTHROPIC_BASE_URL: "http://127.0.0.1:4000",
        DATABASE_URL: "postgresql://u:p@db/headgate",
        GITHUB_API_URL: "https://ghe.example/api/v3/",
        HOST: "0.0.0.0",
        PORT: "0",
        LOG_LEVEL: "debug",
        HEADGATE_PRICES: JSON.stringify(prices),
        HEADGATE_RETENTION_DAYS: "3650",
        HEADGATE_EXPORT_DIR: "/var/lib/exports",
      }),
    ).toMatchObject({
      model: { baseUrl: "http://127.0.0.1:4000" },
      store: { kind: "postgres", url: "postgresql://u:p@db/headgate" },
      githubApiUrl: "https://ghe.example/api/v3",
      listen: { host: "0.0.0.0", port: 0 },
      logLevel: "debug",
      prices,
      retention: { days: 3650, exportDir: "/var/lib/exports" },
    });
  });

  it("a variable set to nothing is not set", () => {
    expect(value({ ...enough, PORT: "", DATABASE_URL: " ", HOST: "", HEADGATE_PRICES: "" })).toEqual(value(enough));
  });
});

describe("the private key", () => {
  it("may be on one line, its line feeds written as \\n", () => {
    expect(value({ ...enough, PRIVATE_KEY: RSA.replaceAll("\n", "\\n") }).app.privateKey).toBe(RSA);
  });

  it("may lie in a file", () => {
    const read = (path: string) => (path === "/keys/app.pem" ? RSA : expect.fail(path));

    expect(value({ ...enough, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/keys/app.pem" }, read).app.privateKey).toBe(
      RSA,
    );
  });

  it("given itself, its file is not read", () => {
    expect(value({ ...enough, PRIVATE_KEY_PATH: "/keys/app.pem" }).app.privateKey).toBe(RSA);
  });
});

describe("one line for what is missing or malformed, which names the variable", () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ["no App id", { APP_ID: undefined }, "APP_ID is not set: give the App's id, a number from its settings page."],
    [
      "an App id that is a name",
      { APP_ID: "headgate" },
      "APP_ID is not a number: give the App's id from its settings page.",
    ],
    [
      "no private key",
      { PRIVATE_KEY: undefined },
      "PRIVATE_KEY is not set: give the App's private key, or PRIVATE_KEY_PATH, its file.",
    ],
    [
      "a private key that is none",
      { PRIVATE_KEY: "-----BEGIN RSA PRIVATE KEY-----" },
      "PRIVATE_KEY does not hold an RSA private key: give the whole .pem file that GitHub made for the App.",
    ],
    [
      "a private key of another kind",
      { PRIVATE_KEY: ED25519 },
      "PRIVATE_KEY does not hold an RSA private key: give the whole .pem file that GitHub made for the App.",
    ],
    [
      "no webhook secret",
      { WEBHOOK_SECRET: undefined },
      "WEBHOOK_SECRET is not set: give the secret that the App's settings page holds for its webhook.",
    ],
    [
      "an empty webhook secret",
      { WEBHOOK_SECRET: "" },
      "WEBHOOK_SECRET is not set: give the secret that the App's settings page holds for its webhook.",
    ],
    [
      "Probot's own secret",
      { WEBHOOK_SECRET: "development" },
      "WEBHOOK_SECRET is 'development', which everybody knows: make up a long random one.",
    ],
    ...["0", "3651", "-1", "1.5", "30d", "030"].map((days): [string, Record<string, string>, string] => [
      `${days} days of retention`,
      { HEADGATE_RETENTION_DAYS: days },
      "HEADGATE_RETENTION_DAYS is not a number of days from 1 to 3650: leave it out for 30, or give 3650 to keep rows longest.",
    ]),
    [
      "no key for the model",
      { ANTHROPIC_API_KEY: undefined },
      "ANTHROPIC_API_KEY is not set: give an API key from the Anthropic console, for the planner.",
    ],
    [
      "a model's URL of another kind",
      { ANTHROPIC_BASE_URL: "localhost:4000" },
      "ANTHROPIC_BASE_URL is not a URL that begins with https:// or http://.",
    ],
    [
      "GitHub's URL of another kind",
      { GITHUB_API_URL: "ftp://ghe.example" },
      "GITHUB_API_URL is not a URL that begins with https:// or http://.",
    ],
    [
      "nowhere to keep state",
      { HEADGATE_DATA_DIR: undefined },
      "HEADGATE_DATA_DIR is not set: give a folder for state, or DATABASE_URL for PostgreSQL.",
    ],
    [
      "another database",
      { DATABASE_URL: "mysql://u:p@db/x" },
      "DATABASE_URL is not a PostgreSQL URL: give postgres://user:password@host/database.",
    ],
    ["a port that is a name", { PORT: "http" }, "PORT is not a port: give a number from 0 to 65535."],
    ["a port too high", { PORT: "65536" }, "PORT is not a port: give a number from 0 to 65535."],
    [
      "an unknown log level",
      { LOG_LEVEL: "verbose" },
      "LOG_LEVEL is not a level: give one of fatal, error, warn, info, debug, trace, silent.",
    ],
    [
      "prices that are no table",
      { HEADGATE_PRICES: '{"mine": 3}' },
      'HEADGATE_PRICES is not a table of prices in US dollars per million tokens: give {"model-name": {"input": 2, "output": 10, "cacheRead": 0.1, "cacheWrite": 2.5}}.',
    ],
  ])("%s", (_, changed, problem) => {
    expect(problems({ ...enough, ...changed })).toEqual([problem]);
  });

  it("a key's file that cannot be read, or holds none", () => {
    const without = { ...enough, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/keys/app.pem" };

    expect(
      problems(without, () => {
        throw new Error("ENOENT");
      }),
    ).toEqual(["PRIVATE_KEY_PATH names a file that cannot be read: give the .pem file's path."]);
    expect(problems(without, () => "hello")[0]).toMatch(/^PRIVATE_KEY_PATH does not hold an RSA private key/);
  });

  it("all of them at once, for an empty environment", () => {
    expect(problems({}).map((line) => line.split(" ")[0])).toEqual([
      "APP_ID",
      "WEBHOOK_SECRET",
      "ANTHROPIC_API_KEY",
      "PRIVATE_KEY",
      "HEADGATE_DATA_DIR",
    ]);
  });

  it("and never a value", () => {
    const wrong = {
      APP_ID: "VALUE",
      PRIVATE_KEY: "VALUE",
      WEBHOOK_SECRET: "development",
      ANTHROPIC_BASE_URL: "VALUE",
      DATABASE_URL: "VALUE",
      GITHUB_API_URL: "VALUE",
      PORT: "VALUE",
      LOG_LEVEL: "VALUE",
      HEADGATE_PRICES: "VALUE",
    };

    const lines = problems(wrong);

    expect(lines).toHaveLength(10);
    expect(lines.join("\n")).not.toContain("VALUE");
  });
});
