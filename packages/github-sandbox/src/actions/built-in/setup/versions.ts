/** Finds the versions of a tool in a folder whose subfolders bear their names, as version managers keep them. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface Version {
  /** Without `v`, such as `24.21.0`. */
  version: string;
  /** The folder that a job puts on its PATH. */
  bin: string;
}

export interface VersionsFolder {
  folder: string;
  /** Where in a version's folder its programs are. */
  bin: string;
  /** A version counts only where this program is there. */
  program: string;
  /** Stands before the version in a subfolder's name. */
  prefix?: string;
}

export function versionsIn({ folder, bin, program, prefix = "" }: VersionsFolder): Version[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const version = name.startsWith(prefix) ? /^v?(\d+\.\d+\.\d+)$/.exec(name.slice(prefix.length))?.[1] : undefined;
    const path = join(folder, name, bin);
    return version !== undefined && existsSync(join(path, program)) ? [{ version, bin: path }] : [];
  });
}
