/**
 * Hostile agents, each with what it does and what a maintainer reads of it. An agent runs in the real job. A job that somebody took
 * over hands in a manifest of its own: nothing that a job writes is believed.
 */

/** A manifest entry of a job that was taken over. `text` is the file's content, or a link's target. */
export type Forged =
  | { write: string; text: string; mode?: "100644" | "100755" | "120000" }
  /** The bytes in base64, for what is no text. */
  | { write: string; base64: string }
  | { delete: string };

export interface Hostile {
  kind: "path" | "link" | "name" | "tree-swap" | "forged-check";
  /** Also the task's id. */
  id: string;
  forges: Forged[];
  /** Of the cause that the task is parked with. */
  reads: RegExp;
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

  { kind: "tree-swap", id: "swap-folder", forges: [file("docs")], reads: /docs\/CODEOWNERS` is protected/ },
  {
    kind: "tree-swap",
    id: "swap-link",
    forges: [link("infra", "src")],
    reads: /infra\/prod\/main.tf` differs between/,
  },
  { kind: "tree-swap", id: "swap-below", forges: [file("way/out.txt/x")], reads: /way\/out.txt` differs between/ },
  { kind: "tree-swap", id: "swap-agents", forges: [file("lib")], reads: /lib\/AGENTS.md` is protected/ },
  {
    kind: "tree-swap",
    id: "unchanged",
    forges: [file("src/new.ts"), { write: "README.md", text: "# Victim\n" }],
    reads: /README.md` differs between/,
  },
];
