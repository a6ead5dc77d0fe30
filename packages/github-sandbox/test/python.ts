import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { vi } from "vitest";

/**
 * Puts a stand-in for Python 3.11.2 first on the PATH. A minimal machine has no Python, and setup-python asks only for
 * the version. Undo it with `vi.unstubAllEnvs()`.
 */
export function stubPython(folder: string): void {
  const bin = join(folder, "python-on-path");
  mkdirSync(bin);
  writeFileSync(join(bin, "python3"), '#!/bin/sh\necho "Python 3.11.2"\n', { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
}
