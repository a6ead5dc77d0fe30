/** Looks for secrets in what enters or leaves. `src/secrets` implements it. */
import type { SecretFinding } from "../core/promotion/secret.ts";

export interface FileScan {
  secrets: SecretFinding[];
  /** False: the file is larger than the scanner's limits, and a secret may be in the rest. */
  isComplete: boolean;
}

export interface SecretScanner {
  /** Looks into a file that a change adds. `path` only selects rules. */
  scanFile(path: string, content: Uint8Array): Promise<FileScan>;
  /** Returns the text with `[redacted: rule]` in place of each secret. Cuts what is beyond the scanner's limits. */
  redact(text: string): Promise<string>;
}
