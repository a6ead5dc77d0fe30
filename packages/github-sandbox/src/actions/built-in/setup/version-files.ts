/** Reads the version that a file asks for, as the setup actions do: `.nvmrc`, `.tool-versions`, `package.json`, `go.mod` and such. */
import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import { StepError } from "../../execute/step-error.ts";

const maxBytes = 1024 * 1024;

export type ToolName = "node" | "python" | "go" | "java" | "dotnet" | "pnpm" | "uv" | "bun" | "deno" | "rust";

/** Returns "" when the file names no version. Throws StepError when it is missing or cannot be read. */
export function versionInFile(workspace: string, file: string, tool: ToolName): string {
  const path = resolve(workspace, file);
  if (!existsSync(path)) throw new StepError(`The specified ${tool} version file at: ${path} does not exist`);
  const text = readFileSync(path, "utf8").slice(0, maxBytes);
  switch (basename(file)) {
    case "package.json":
      return inPackage(text, file, tool);
    case ".tool-versions":
      return inToolVersions(text, tool);
    case "go.mod":
    case "go.work":
      return line(text, /^toolchain\s+go(\S+)/m) ?? line(text, /^go\s+(\S+)/m) ?? "";
    case "pyproject.toml":
      return (line(text, /^\s*requires-python\s*=\s*["']([^"']+)["']/m) ?? "").replaceAll(",", " ");
    case "Pipfile":
      return line(text, /^\s*python_version\s*=\s*["']([^"']+)["']/m) ?? "";
    default:
      return line(text, /^\s*(?:node(?:js)?\s+|python-)?v?([^\s#]\S*)/m) ?? "";
  }
}

function line(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

function inToolVersions(text: string, tool: ToolName): string {
  const names: Partial<Record<ToolName, string>> = { node: "node(?:js)?", go: "go(?:lang)?" };
  return line(text, new RegExp(`^${names[tool] ?? tool}\\s+v?(\\S+)`, "m")) ?? "";
}

interface Manifest {
  engines?: Record<string, string>;
  volta?: Record<string, string>;
  packageManager?: string;
  devEngines?: { runtime?: Requirement | Requirement[]; packageManager?: Requirement | Requirement[] };
}
/** A tool that `devEngines` asks for. */
interface Requirement {
  name?: string;
  version?: string;
}

function inPackage(text: string, file: string, tool: ToolName): string {
  try {
    const { engines, volta, devEngines, packageManager } = parse(text) as Manifest;
    const named = [devEngines?.runtime ?? [], devEngines?.packageManager ?? []].flat();
    // A hash of the package may follow the version.
    const manager = /^(\w+)@([^+]+)/.exec(packageManager ?? "");
    const own = manager?.[1] === tool ? manager[2] : undefined;
    return String(own ?? volta?.[tool] ?? named.find(({ name }) => name === tool)?.version ?? engines?.[tool] ?? "");
  } catch (error) {
    throw new StepError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
