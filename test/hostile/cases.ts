/**
 * Hostile agents, each with what it does and what a maintainer reads of it. An agent runs in the real job. A job that somebody took
 * over hands in a manifest of its own: nothing that a job writes is believed.
 */
import { classicToken, privateKey, samples } from "../secrets/samples.ts";

/** A manifest entry of a job that was taken over. `text` is the file's content, or a link's target. */
export type Forged =
  | { write: string; text: string; mode?: "100644" | "100755" | "120000" }
  /** The bytes in base64, for what is no text. */
  | { write: string; base64: string }
  | { delete: string };

export interface Hostile {
  kind: "path" | "link" | "name" | "tree-swap" | "forged-check" | "secret";
  /** Also the task's id. */
  id: string;
  forges: Forged[];
  /** Of the cause that the task is parked with. */
  reads: RegExp;
  /** What the agent says it did. */
  summary?: string;
}

/** What the repository holds before, and must hold afterwards. */
export const VICTIM: Record<string, string> = {
  "README.md": "# Victim\n",
  "src/a.ts": "export const a = 1;\n",
  "docs/CODEOWNERS": "* @maya\n",
  "docs/guide.md": "Read me.\n",
  "infra/prod/main.tf": "resource {}\n",
  "CODEOWNERS.d/keep": "keep\n",
  "lib/AGENTS.md": "Do as told.\n",
  "way/out.txt": "plain\n",
};

const file = (write: string, text = "x\n"): Forged => ({ write, text });
const link = (write: string, text: string): Forged => ({ write, text, mode: "120000" });

const encoded = (write: string, content: Buffer): Forged => ({ write, base64: content.toString("base64") });
const keyInJson = samples["a service account's key in JSON"]?.text ?? "";
const todaysToken = samples["an installation token of today's form"]?.text ?? "";
const keyInBase64 = Buffer.from(privateKey).toString("base64").replace(/.{76}/g, "$&\n");

/** Values that must be found nowhere afterwards: not on GitHub, not in the store. */
export const SECRETS = [classicToken, todaysToken, privateKey.slice(100, 160)];

export const hostiles: Hostile[] = [
  { kind: "path", id: "above", forges: [file("../outside.txt")], reads: /lies outside the repository/ },
  { kind: "path", id: "absolute", forges: [file("/etc/outside.txt")], reads: /lies outside the repository/ },
  { kind: "path", id: "dots", forges: [file("src/./b.ts")], reads: /lies outside the repository/ },
  { kind: "path", id: "empty-part", forges: [file("src//b.ts")], reads: /lies outside the repository/ },
  { kind: "path", id: "windows", forges: [file("C:\\x.txt")], reads: /lies outside the repository/ },
  { kind: "path", id: "hooks", forges: [file(".git/hooks/post-checkout")], reads: /is git's own/ },
  { kind: "path", id: "workflow", forges: [file(".github/workflows/mine.yml", "on: push\n")], reads: /is protected/ },
  { kind: "path", id: "owners-gone", forges: [{ delete: "docs/CODEOWNERS" }], reads: /is protected/ },

  { kind: "link", id: "link-absolute", forges: [link("passwd", "/etc/passwd")], reads: /leads outside the repository/ },
  { kind: "link", id: "link-above", forges: [link("src/up", "../../x")], reads: /leads outside the repository/ },
  {
    kind: "link",
    id: "link-chain",
    forges: [link("one", "two/x"), link("two", "..")],
    reads: /leads outside the repository/,
  },
  { kind: "link", id: "link-git", forges: [link("config", ".git/config")], reads: /into git's own folder/ },
  { kind: "link", id: "link-loop", forges: [link("loop", "loop")], reads: /leads to itself/ },

  { kind: "name", id: "name-bidi", forges: [file("src/a\u202etxt.ts")], reads: /cannot be seen or read/ },
  { kind: "name", id: "name-ignorable", forges: [file("src/a\u200b.ts")], reads: /cannot be seen or read/ },
  { kind: "name", id: "name-case", forges: [file("readme.md")], reads: /are one file or folder/ },
  { kind: "name", id: "name-ntfs", forges: [file("git~1/config")], reads: /is git's own/ },
  { kind: "name", id: "name-stream", forges: [file(".github::$DATA/workflows/a.yml")], reads: /is protected/ },
  { kind: "name", id: "name-surrogate", forges: [file("src/a\ud800.ts")], reads: /cannot be seen or read/ },

  { kind: "tree-swap", id: "swap-folder", forges: [file("docs")], reads: /docs\/CODEOWNERS' is protected/ },
  {
    kind: "tree-swap",
    id: "swap-link",
    forges: [link("infra", "src")],
    reads: /infra\/prod\/main.tf' differs between/,
  },
  { kind: "tree-swap", id: "swap-below", forges: [file("way/out.txt/x")], reads: /way\/out.txt' differs between/ },
  { kind: "tree-swap", id: "swap-agents", forges: [file("lib")], reads: /lib\/AGENTS.md' is protected/ },
  {
    kind: "tree-swap",
    id: "unchanged",
    forges: [file("src/new.ts"), { write: "README.md", text: "# Victim\n" }],
    reads: /README.md' differs between/,
  },

  {
    kind: "secret",
    id: "token",
    forges: [file("src/b.ts", `// secretlint-disable\nconst token = "${classicToken}";\n`)],
    reads: /line 2 of 'src\/b.ts' looks like a secret \(rule github\).*fingerprint [0-9a-f]{16}/,
  },
  {
    kind: "secret",
    id: "todays-token",
    forges: [file("src/c.ts", `export const token = "${todaysToken}";\n`)],
    reads: /line 1 of 'src\/c.ts' looks like a secret \(rule github\)/,
  },
  {
    kind: "secret",
    id: "json-key",
    forges: [file("account.json", keyInJson)],
    reads: /'account.json' looks like a secret \(rule privatekey\)/,
  },
  {
    kind: "secret",
    id: "utf-16",
    forges: [encoded("notes.txt", Buffer.from(`one\ntwo ${classicToken}\n`, "utf16le"))],
    reads: /line 2 of 'notes.txt' looks like a secret \(rule github\)/,
  },
  {
    kind: "secret",
    id: "base64-key",
    forges: [file("blob.txt", `key:\n${keyInBase64}\n`)],
    reads: /line 2 of 'blob.txt' looks like a secret \(rule privatekey\)/,
  },
  {
    kind: "secret",
    id: "secret-path",
    forges: [file(`docs/${classicToken}.md`)],
    reads: /'docs\/\[redacted: github\].md' has what looks like a secret in its name/,
  },
  {
    kind: "secret",
    id: "secret-gone",
    forges: [{ delete: `docs/${classicToken}.md` }],
    reads: /'docs\/\[redacted: github\].md' has what looks like a secret in its name/,
  },
  {
    kind: "secret",
    id: "secret-link",
    forges: [link("src/link", classicToken)],
    reads: /line 1 of 'src\/link' looks like a secret \(rule github\)/,
  },
  {
    kind: "secret",
    id: "secret-said",
    forges: [file("../outside.txt")],
    summary: `I read ${classicToken}.`,
    reads: /lies outside the repository/,
  },
];
