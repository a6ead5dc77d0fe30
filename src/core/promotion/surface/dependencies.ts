/**
 * Judges files that list packages and can do more: run code, or bring a package from elsewhere that calls itself like the test
 * runner. Plain dependencies are no gate surface.
 */
import { globMatches } from "../../rules/globs.ts";
import type { ChangedText } from "../tree.ts";

interface ListFile {
  glob: string;
  /** Lines that only list a package. Every other new line counts. */
  plain: RegExp;
}

const GEM =
  /^(?:#.*|end|group\s.{0,200}\bdo|ruby\s.{0,100}|source\s+["']https:\/\/rubygems\.org\/?["']|gemspec|gem\s+["'][\w-]+["'](?!.*(?:path|git|github|gist|bitbucket|source|glob|require)\b).{0,300})?$/;
const REQUIREMENT = /^(?:#.*|-[rc]\s+\S+|--hash=\S+\s*\\?|[\w.-]+(?:\[[\w,. -]*\])?\s*(?:[=<>!~;#\\].{0,500})?)?$/;

const LIST_FILES: readonly ListFile[] = [
  { glob: "**/gemfile", plain: GEM },
  { glob: "**/requirements*.txt", plain: REQUIREMENT },
  { glob: "**/requirements/*.txt", plain: REQUIREMENT },
  { glob: "**/constraints*.txt", plain: REQUIREMENT },
  // A replacement is a folder or another module under the name of a known one.
  { glob: "**/go.mod", plain: /^(?!.*=>)(?!replace\b)/ },
  { glob: "**/go.work", plain: /^(?!.*=>)(?!replace\b)/ },
];

/** Asks for the text of such files only. A file without a readable text counts. */
export function bringsForeignCode(path: string, textOf: (path: string) => ChangedText | null): boolean {
  const folded = path.toLowerCase();
  const list = LIST_FILES.find(({ glob }) => globMatches(glob, folded));
  if (list === undefined) return folded.endsWith(".gemspec");
  const text = textOf(path);
  if (text === null) return true;
  const known = new Set(linesOf(text.before));
  return linesOf(text.after).some((line) => !known.has(line) && (line.length > 1_000 || !list.plain.test(line)));
}

function linesOf(text: string | null): string[] {
  return (text ?? "").split("\n").map((line) => line.trim());
}
