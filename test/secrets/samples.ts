/** Tokens of well-known kinds. They are put together when they are used, so that no scanner of a host takes this file for a leak. */
import { generateKeyPairSync } from "node:crypto";

const letters = "aK9bX2cQ7dZ4eM1fT8gW5hR3iV6jL0kNpYs";

/** As many letters and digits as asked for, always the same. */
function chars(count: number, alphabet = letters): string {
  return Array.from({ length: count }, (_, index) => alphabet[(index * 7 + (index >> 3)) % alphabet.length]).join("");
}

const hex = (count: number) => chars(count, "0123456789abcdef");
const joined = (...parts: string[]) => parts.join("");
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const jwt = `${base64url({ alg: "RS256" })}.${base64url({ iss: "123456", exp: 1_700_000_000 })}.${chars(86)}`;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const body = rsa.export({ type: "pkcs8", format: "der" }).toString("base64").replace(/.{64}/g, "$&\n");
const armour = (kind: string, text: string) =>
  joined("-----BEGIN ", kind, "-----\n", text, "\n-----END ", kind, "-----\n");

export const classicToken = joined("gh", "p_", chars(36));
export const privateKey = rsa.export({ type: "pkcs8", format: "pem" }).toString();

/** What the scanner must find, by kind: the rule's name and the text. */
export const samples: Record<string, { rule: string; text: string }> = {
  "a classic token of GitHub": { rule: "github", text: classicToken },
  "a user token of a GitHub App": { rule: "github", text: joined("gh", "u_", chars(36)) },
  "a fine-grained token of GitHub": { rule: "github", text: joined("github", "_pat_", chars(22), "_", chars(59)) },
  "an installation token of today's form": { rule: "github", text: joined("gh", "s_", "1234567_", jwt) },
  "an API key of Anthropic": { rule: "anthropic", text: joined("sk-", "ant-api03-", chars(93), "AA") },
  "an admin key of Anthropic": { rule: "anthropic", text: joined("sk-", "ant-admin01-", chars(93), "AA") },
  "an OAuth token of Anthropic": { rule: "anthropic", text: joined("sk-", "ant-oat01-", chars(93), "AA") },
  "a project key of OpenAI": { rule: "openai", text: joined("sk-", "proj-", chars(74), "T3Blbk", "FJ", chars(74)) },
  "the id of an AWS key": { rule: "aws", text: joined("AK", "IA", chars(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")) },
  "the secret of an AWS key": { rule: "aws", text: joined("aws_secret_", "access_key = ", chars(40)) },
  "a bot token of Slack": { rule: "slack", text: joined("xox", "b-", chars(12, "123456789"), "-", chars(24)) },
  "a webhook of Slack": {
    rule: "slack",
    text: joined("https://hooks.slack", ".com/services/T", chars(9), "/B", chars(9), "/", chars(24)),
  },
  "a live key of Stripe": { rule: "stripe", text: joined("sk", "_live_", chars(24)) },
  "a token of npm": { rule: "npm", text: joined("np", "m_", chars(36)) },
  "a token of GitLab": { rule: "gitlab", text: joined("gl", "pat-", chars(20)) },
  "a key of SendGrid": { rule: "sendgrid", text: joined("S", "G.", chars(22), ".", chars(43)) },
  "a database's address with a password": {
    rule: "database-connection-string",
    text: joined("postgres://app:", chars(16), "@db.acme.dev:5432/app"),
  },
  "an address with a password": { rule: "basicauth", text: joined("https://maya:", chars(14), "@git.acme.dev/x.git") },
  "a private key in PKCS #8": { rule: "privatekey", text: privateKey },
  "a private key in PKCS #1": { rule: "privatekey", text: rsa.export({ type: "pkcs1", format: "pem" }).toString() },
  "an encrypted private key": {
    rule: "privatekey",
    text: rsa.export({ type: "pkcs1", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString(),
  },
  "an elliptic private key": {
    rule: "privatekey",
    text: elliptic.export({ type: "sec1", format: "pem" }).toString(),
  },
  "a private key without its last line": { rule: "privatekey", text: privateKey.slice(0, 600) },
  "a private key of OpenSSH": {
    rule: "privatekey",
    text: armour("OPENSSH PRIVATE KEY", Buffer.from(`openssh-key-v1\0${body}`).toString("base64")),
  },
  "a private key of PGP": { rule: "privatekey", text: armour("PGP PRIVATE KEY BLOCK", `Version: GnuPG v2\n\n${body}`) },
  "a service account's key in JSON": {
    rule: "privatekey",
    text: JSON.stringify({ type: "service_account", private_key_id: hex(40), private_key: privateKey }),
  },
  "a private key as a string over several lines": {
    rule: "privatekey",
    text: privateKey
      .split("\n")
      .map((line) => `  "${line}\\n" +`)
      .join("\n"),
  },
};
