/** Folders that a run leaves where the user stands, and folders it is given. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BadInput } from "./bad-input.ts";

/** `.headgate/NAME`, beside what earlier runs left there. */
export function freeFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = resolve(join(".headgate", number === 1 ? name : `${name}-${number}`));
    if (!existsSync(folder)) return folder;
  }
}

/** Why a store or a sandbox could not be opened, in the words of the flags that named its place. Always throws. */
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
