/**
 * Copies the project with every sentence of src/messages replaced by `x`. Whatever still works there does not depend on
 * wording. What Headgate reads back (src/messages/markers.ts) is no wording and stays.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { literals } from "./literals.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const READ_BACK = ["markers.ts"];

export interface Copy {
  folder: string;
  /** How many literals were replaced. */
  replaced: number;
  remove(): void;
}

export function wordlessCopy(parts: readonly string[]): Copy {
  const folder = mkdtempSync(join(tmpdir(), "headgate-wordless-"));
  for (const part of [...parts, "src", "package.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const messages = join(folder, "src", "messages");
  let replaced = 0;
  for (const file of readdirSync(messages, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || READ_BACK.includes(file)) continue;
    const path = join(messages, file);
    const wordless = withoutWords(readFileSync(path, "utf8"));
    writeFileSync(path, wordless.code);
    replaced += wordless.replaced;
  }
  return { folder, replaced, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Replaces every literal that a person could read by `x`, and leaves those that the code itself compares or calls. */
export function withoutWords(code: string): { code: string; replaced: number } {
  const words = literals(code).filter(({ text }) => isWords(text));
  let wordless = code;
  for (const { start, end } of words.toSorted((left, right) => right.start - left.start)) {
    wordless = `${wordless.slice(0, start)}x${wordless.slice(end)}`;
  }
  return { code: wordless, replaced: words.length };
}

/** Who must act is a value that explanations carry along. */
const ACTORS = ["headgate", "github", "person"];

function isWords(text: string): boolean {
  return /\p{L}/u.test(text) && !ACTORS.includes(text);
}
