/** Names the folders that a run creates, and explains why a given folder is unusable. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { BadInput } from "./bad-input.ts";

/** Returns `.headgate/NAME`, with a number appended when an earlier run left that folder. */
export function freeFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = resolve(join(".headgate", number === 1 ? name : `${name}-${number}`));
    if (!existsSync(folder)) return folder;
  }
}

/** Returns the folder of what runs share, such as installed versions of Node.js. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const caches = env.XDG_CACHE_HOME?.trim() || join(env.HOME ?? homedir(), ".cache");
  return join(caches, "headgate");
}

/** Explains why a store or a sandbox did not open, in terms of the flags that named its place. Always throws. */
export function refused(error: unknown, { dataDir, port }: { dataDir: string; port: number }): never {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (/EADDRINUSE/.test(message)) throw new BadInput(`--port: ${port} is in use`, { cause: error });
  if (/EACCES.*listen|listen EACCES/.test(message)) {
    throw new BadInput(`--port: ${port} is not for everyone to listen on`, { cause: error });
  }
  if (name === "StoreError" || name === "FolderInUse") {
    throw new BadInput(`--data-dir: ${message}`, { cause: error });
  }
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    throw new BadInput(`--data-dir: ${dataDir} cannot be used: ${message}`, { cause: error });
  }
  throw error;
}
