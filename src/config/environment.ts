/**
 * The environment of `headgate serve`. What is missing or malformed is said in one line each: the variable and what to
 * do. Values are never repeated in those lines, because most of them are secrets.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { OwnPrices } from "./own-prices.ts";

export interface Environment {
  app: { id: number; privateKey: string };
  webhookSecret: string;
  /** `baseUrl` null: Anthropic's own. */
  model: { apiKey: string; baseUrl: string | null };
  /** DATABASE_URL wins where both are set. */
  store: { kind: "postgres"; url: string } | { kind: "folder"; path: string };
  /** The REST API's root, without a slash at its end. */
  githubApiUrl: string;
  /** Loopback unless HOST says otherwise: the server speaks plain HTTP, and a proxy, tunnel or container stands before it. */
  listen: { host: string; port: number };
  logLevel: (typeof LOG_LEVELS)[number];
  /** Prices of models that the table does not know. */
  prices: OwnPrices;
  /** Deletes rows after `days`, and writes them to `exportDir` first. null: writes them nowhere. */
  retention: { days: number; exportDir: string | null };
}

export type EnvironmentReading = { ok: true; value: Environment } | { ok: false; problems: string[] };

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const HttpUrl = z.url({ protocol: /^https?$/, error: "is not a URL that begins with https:// or http://" });

const NOT_A_PORT = "is not a port: give a number from 0 to 65535";

const NOT_DAYS = "is not a number of days from 1 to 3650: leave it out for 30, or give 3650 to keep rows longest";

const Variables = z.object({
  APP_ID: z
    .string("is not set: give the App's id, a number from its settings page")
    .regex(/^[1-9]\d{0,14}$/, "is not a number: give the App's id from its settings page")
    .transform(Number),
  WEBHOOK_SECRET: z
    .string("is not set: give the secret that the App's settings page holds for its webhook")
    // Refuses the word that Probot and many tutorials use when no secret is given: anybody could sign with it.
    .refine((secret) => secret !== "development", "is 'development', which everybody knows: make up a long random one"),
  ANTHROPIC_API_KEY: z.string("is not set: give an API key from the Anthropic console, for the planner"),
  ANTHROPIC_BASE_URL: HttpUrl.optional(),
  GITHUB_API_URL: HttpUrl.default("https://api.github.com"),
  HOST: z.string().default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, NOT_A_PORT)
    .default("3000")
    .transform(Number)
    .refine((port) => port <= 65_535, NOT_A_PORT),
  LOG_LEVEL: z.enum(LOG_LEVELS, `is not a level: give one of ${LOG_LEVELS.join(", ")}`).default("info"),
  HEADGATE_RETENTION_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, NOT_DAYS)
    .default("30")
    .transform(Number)
    .refine((days) => days <= 3_650, NOT_DAYS),
  HEADGATE_EXPORT_DIR: z.string().optional(),
});

/** `readFile` is asked for PRIVATE_KEY_PATH only. */
export function readEnvironment(
  environment: Record<string, string | undefined>,
  readFile: (path: string) => string = (path) => readFileSync(path, "utf8"),
): EnvironmentReading {
  // A variable set to nothing is one that is not set: compose files and CI write `NAME=` for it.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const variables = Variables.safeParse(given);
  const privateKey = readPrivateKey(given, readFile);
  const prices = readPrices(given.HEADGATE_PRICES);
  const problems = variables.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}.`) ?? [];
  if (!privateKey.ok) problems.push(privateKey.problem);
  if (!prices.ok) problems.push(prices.problem);
  const store = readStore(given);
  if (!store.ok) problems.push(store.problem);
  if (!variables.success || !privateKey.ok || !prices.ok || !store.ok) return { ok: false, problems };
  const { data } = variables;
  return {
    ok: true,
    value: {
      app: { id: data.APP_ID, privateKey: privateKey.value },
      webhookSecret: data.WEBHOOK_SECRET,
      model: { apiKey: data.ANTHROPIC_API_KEY, baseUrl: data.ANTHROPIC_BASE_URL ?? null },
      store: store.value,
      githubApiUrl: data.GITHUB_API_URL.replace(/\/+$/, ""),
      listen: { host: data.HOST, port: data.PORT },
      logLevel: data.LOG_LEVEL,
      prices: prices.value,
      retention: { days: data.HEADGATE_RETENTION_DAYS, exportDir: data.HEADGATE_EXPORT_DIR ?? null },
    },
  };
}

type Reading<Value> = { ok: true; value: Value } | { ok: false; problem: string };

function readPrivateKey(
  given: Record<string, string | undefined>,
  readFile: (path: string) => string,
): Reading<string> {
  const { PRIVATE_KEY: key, PRIVATE_KEY_PATH: path } = given;
  if (key !== undefined) {
    // One-line env files cannot hold line feeds, so people write them as \n.
    const pem = key.replaceAll("\\n", "\n");
    return isRsaKey(pem) ? { ok: true, value: pem } : { ok: false, problem: `PRIVATE_KEY ${NOT_A_KEY}` };
  }
  if (path === undefined) {
    return { ok: false, problem: "PRIVATE_KEY is not set: give the App's private key, or PRIVATE_KEY_PATH, its file." };
  }
  try {
    const pem = readFile(path);
    return isRsaKey(pem) ? { ok: true, value: pem } : { ok: false, problem: `PRIVATE_KEY_PATH ${NOT_A_KEY}` };
  } catch {
    return { ok: false, problem: "PRIVATE_KEY_PATH names a file that cannot be read: give the .pem file's path." };
  }
}

const NOT_A_KEY = "does not hold an RSA private key: give the whole .pem file that GitHub made for the App.";

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

function readStore(given: Record<string, string | undefined>): Reading<Environment["store"]> {
  const { DATABASE_URL: url, HEADGATE_DATA_DIR: path } = given;
  if (url !== undefined) {
    return z.url({ protocol: /^postgres(ql)?$/ }).safeParse(url).success
      ? { ok: true, value: { kind: "postgres", url } }
      : { ok: false, problem: "DATABASE_URL is not a PostgreSQL URL: give postgres://user:password@host/database." };
  }
  return path !== undefined
    ? { ok: true, value: { kind: "folder", path } }
    : { ok: false, problem: "HEADGATE_DATA_DIR is not set: give a folder for state, or DATABASE_URL for PostgreSQL." };
}

const PRICES_SHAPE = '{"model-name": {"input": 2, "output": 10, "cacheRead": 0.1, "cacheWrite": 2.5}}';

function readPrices(text: string | undefined): Reading<OwnPrices> {
  if (text === undefined) return { ok: true, value: {} };
  try {
    return { ok: true, value: OwnPrices.parse(JSON.parse(text)) };
  } catch {
    const problem = `HEADGATE_PRICES is not a table of prices in US dollars per million tokens: give ${PRICES_SHAPE}.`;
    return { ok: false, problem };
  }
}
