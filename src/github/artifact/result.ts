/** Reads `result.json` and compares its manifest with the files beside it. An agent may have written both. */
import { createHash } from "node:crypto";
import { type ChangedFile, MAX_RESULT_FILES, Result } from "../../core/attempt.ts";
import type { NoResult } from "../../core/cause.ts";
import type { ResultReading } from "../../core/promotion/result.ts";
import type { ManifestFinding } from "../../core/promotion/violation.ts";

/** Characters of what is wrong with a result. The name of a field in it is the agent's. */
const MAX_SAID = 1_000;

/** `files`: contents by the SHA-256 that their names claim. */
export function readResult(text: string | null, files: ReadonlyMap<string, Uint8Array>): ResultReading {
  const read = parse(text);
  if ("problem" in read) return read;
  return { result: read.result, faults: read.result.manifest.flatMap((file) => faultsOf(file, files)) };
}

function parse(text: string | null): { result: Result } | { problem: NoResult } {
  if (text === null) return { problem: { kind: "no-result-file" } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: { kind: "not-json" } };
  }
  const entries = manifestLength(json);
  if (entries > MAX_RESULT_FILES) return notTheProtocol(`manifest: ${entries} > ${MAX_RESULT_FILES}`);
  const parsed = Result.safeParse(json);
  if (parsed.success) return { result: parsed.data };
  const [first] = parsed.error.issues;
  return notTheProtocol(`${first?.path.join(".")} ${first?.message}`);
}

function notTheProtocol(text: string): { problem: NoResult } {
  return { problem: { kind: "not-the-protocol", text: text.slice(0, MAX_SAID).toWellFormed() } };
}

/** Counts the entries before any of them is parsed. */
function manifestLength(json: unknown): number {
  const hasOne = typeof json === "object" && json !== null && "manifest" in json;
  return hasOne && Array.isArray(json.manifest) ? json.manifest.length : 0;
}

function faultsOf(file: ChangedFile, files: ReadonlyMap<string, Uint8Array>): ManifestFinding[] {
  if (file.change === "delete") return [];
  const content = files.get(file.sha256);
  if (content === undefined) return [{ path: file.path, finding: "content-missing" }];
  if (createHash("sha256").update(content).digest("hex") !== file.sha256 || content.length !== file.bytes) {
    return [{ path: file.path, finding: "checksum-differs" }];
  }
  return [];
}
