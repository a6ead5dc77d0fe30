/** Writes the result as the workflow uploads it: `result.json` and `files/<sha256>`. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RESULT_ARTIFACT, Result } from "../core/attempt.ts";
import type { Change } from "./change.ts";

/** Writes the result and returns the folder's path. */
export async function writeResult(parent: string, result: Result, contents: Change["contents"]): Promise<string> {
  const folder = join(parent, RESULT_ARTIFACT);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "files"), { recursive: true });
  for (const [sha256, content] of contents) await writeFile(join(folder, "files", sha256), content);
  await writeFile(join(folder, "result.json"), `${JSON.stringify(Result.parse(result), null, 2)}\n`);
  return folder;
}
