/** The public door of the package. `./process` is the other one: the same sandbox in a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";

export type { Foreseen, ForeseenPull } from "./actions/trigger/foreseen.ts";
export type { Unless } from "./actions/trigger/unless.ts";
export type { AnsweredRequest } from "./api.ts";
export type { App, Installation, Repository, Sandbox, SandboxOptions, User } from "./sandbox.ts";
export { startSandbox } from "./sandbox.ts";

/**
 * A GitHub on this machine, up when this resolves. Without `dataDir` it lives in a temporary folder that goes with it.
 * @throws Error when the folder is in use by another sandbox, or the port is taken.
 */
export async function sandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const { dataDir, slots = 4, ...others } = options;
  if (dataDir !== undefined) return startSandbox({ dataDir, slots, ...others });
  const folder = mkdtempSync(join(tmpdir(), "github-sandbox-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const started = await startSandbox({ dataDir: folder, slots, ...others });
    return {
      ...started,
      async close() {
        await started.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
