/** Jobs that somebody took over: each hands in a manifest of its own, of which nothing may be believed. */
import { classicToken, privateKey, samples } from "../../secrets/samples.ts";
import type { Forged, ForgedJob, Hostile } from "../hostile.ts";

const file = (write: string, text = "x\n"): Forged => ({ write, text });
const link = (write: string, text: string): Forged => ({ write, text, mode: "120000" });
const encoded = (write: string, content: Buffer): Forged => ({ write, base64: content.toString("base64") });

const keyInJson = samples["a service account's key in JSON"]?.text ?? "";
const todaysToken = samples["an installation token of today's form"]?.text ?? "";
const keyInBase64 = Buffer.from(privateKey).toString("base64").replace(/.{76}/g, "$&\n");

/** Values that must be found nowhere afterwards: not on GitHub, not in the store. */
export const SECRETS = [classicToken, todaysToken, privateKey.slice(100, 160)];

function forged(
  kind: Hostile["kind"],
  id: string,
  guard: Hostile["guard"],
  forges: Forged[],
  reads: RegExp,
  job: Omit<ForgedJob, "forges"> = {},
): Hostile {
  return { kind, id, guard, reads, forged: { forges, ...job } };
}

const outside = /lies outside the repository/;
const leadsOutside = /leads outside the repository/;
const unseen = /cannot be seen or read/;

export const manifests: Hostile[] = [
  forged("path", "above", "path-outside", [file("../outside.txt")], outside),
  forged("path", "absolute", "path-outside", [file("/etc/outside.txt")], outside),
  forged("path", "dots", "path-outside", [file("src/./b.ts")], outside),
  forged("path", "empty-part", "path-outside", [file("src//b.ts")], outside),
  forged("path", "windows", "path-windows", [file("C:\\x.txt")], outside),
  forged("path", "hooks", "git-internal", [file(".git/hooks/post-checkout")], /is git's own/),
  forged("path", "workflow", "protected", [file(".github/workflows/mine.yml", "on: push\n")], /is protected/),
  forged("path", "owners-gone", "protected", [{ delete: "docs/CODEOWNERS" }], /is protected/),

  forged("link", "link-absolute", "link-outside", [link("passwd", "/etc/passwd")], leadsOutside),
  forged("link", "link-above", "link-outside", [link("src/up", "../../x")], leadsOutside),
  forged("link", "link-chain", "link-outside", [link("one", "two/x"), link("two", "..")], leadsOutside),
  forged("link", "link-git", "link-git", [link("config", ".git/config")], /into git's own folder/),
  forged("link", "link-loop", "link-loop", [link("loop", "loop")], /leads to itself/),
  forged("link", "link-long", "link-length", [link("long", "a/".repeat(3_000))], /leads to .* a path that is too long/),

  forged("name", "name-bidi", "name-invisible", [file("src/a\u202etxt.ts")], unseen),
  forged("name", "name-ignorable", "name-invisible", [file("src/a\u200b.ts")], unseen),
  forged("name", "name-case", "name-same", [file("readme.md")], /are one file or folder/),
  forged("name", "name-ntfs", "git-internal", [file("git~1/config")], /is git's own/),
  forged("name", "name-stream", "name-canonical", [file(".github::$DATA/workflows/a.yml")], /is protected/),
  forged("name", "name-surrogate", "name-broken", [file("src/a\ud800.ts")], unseen),

  forged("tree-swap", "swap-folder", "tree-difference", [file("docs")], /docs\/CODEOWNERS' is protected/),
  forged("tree-swap", "swap-link", "tree-difference", [link("infra", "src")], /infra\/prod\/main.tf' differs between/),
  forged("tree-swap", "swap-below", "tree-difference", [file("way/out.txt/x")], /way\/out.txt' differs between/),
  forged("tree-swap", "swap-agents", "tree-difference", [file("lib")], /lib\/AGENTS.md' is protected/),
  forged(
    "tree-swap",
    "unchanged",
    "tree-difference",
    [file("src/new.ts"), file("README.md", "# Victim\n")],
    /README.md' differs between/,
  ),

  forged(
    "secret",
    "token",
    "secret-file",
    [file("src/b.ts", `// secretlint-disable\nconst token = "${classicToken}";\n`)],
    /line 2 of 'src\/b.ts' looks like a secret \(rule github\).*fingerprint [0-9a-f]{16}/,
  ),
  forged(
    "secret",
    "todays-token",
    "secret-file",
    [file("src/c.ts", `export const token = "${todaysToken}";\n`)],
    /line 1 of 'src\/c.ts' looks like a secret \(rule github\)/,
  ),
  forged(
    "secret",
    "json-key",
    "secret-file",
    [file("account.json", keyInJson)],
    /'account.json' looks like a secret \(rule privatekey\)/,
  ),
  forged(
    "secret",
    "utf-16",
    "secret-utf-16",
    [encoded("notes.txt", Buffer.from(`one\ntwo ${classicToken}\n`, "utf16le"))],
    /line 2 of 'notes.txt' looks like a secret \(rule github\)/,
  ),
  forged(
    "secret",
    "base64-key",
    "secret-base64",
    [file("blob.txt", `key:\n${keyInBase64}\n`)],
    /line 2 of 'blob.txt' looks like a secret \(rule privatekey\)/,
  ),
  forged(
    "secret",
    "secret-path",
    "secret-name",
    [file(`docs/${classicToken}.md`)],
    /'docs\/\[redacted: github\].md' has what looks like a secret in its name/,
  ),
  forged(
    "secret",
    "secret-gone",
    "secret-name",
    [{ delete: `docs/${classicToken}.md` }],
    /'docs\/\[redacted: github\].md' has what looks like a secret in its name/,
  ),
  forged(
    "secret",
    "secret-link",
    "secret-file",
    [link("src/link", classicToken)],
    /line 1 of 'src\/link' looks like a secret \(rule github\)/,
  ),
  forged("secret", "secret-said", "secret-words", [file("../outside.txt")], outside, {
    result: { outcome: "completed", summary: `I read ${classicToken}.`, notes: [`It is ${classicToken}.`] },
  }),
  forged("secret", "secret-failed", "secret-words", [], /^I read \[redacted: github\]\.$/, {
    result: { outcome: "failed", summary: `I read ${classicToken}.` },
  }),
];
