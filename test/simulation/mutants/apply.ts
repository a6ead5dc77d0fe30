/** Puts one bug into a copy of the project, so that the original stays unchanged. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit, Mutant } from "./patches.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Counts how often the text to replace occurs. A valid patch gives 1. */
export function occurrences({ file, find }: Edit): number {
  return readFileSync(join(root, "src", file), "utf8").split(find).length - 1;
}

/** Copies the project with the mutant applied. Returns the copy's folder and a function that removes it. */
export function copyWith(mutant: Mutant): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "headgate-mutant-"));
  for (const part of ["src", "test/simulation", "package.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  for (const { file, find, replace } of mutant.edits) {
    const path = join(folder, "src", file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(find)) throw new Error(`the patch '${mutant.bug}' does not fit ${file} any more`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
