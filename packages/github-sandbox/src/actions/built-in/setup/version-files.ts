/** Reads the version that a file asks for, as the setup actions do: `.nvmrc`, `.tool-versions`, `package.json`, `go.mod` and such. */
import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import { StepError } from "../../execute/step-error.ts";

const maxBytes = 1024 * 1024;

/** Returns "" when the file names no version. Throws StepError when it is missing or cannot be read. */
export function versionInFile(workspace: string, file: string, tool: "node" | "python" | "go"): string {
  const path = resolve(workspace, file);
  if (!existsSync(path)) throw new StepError(`The specified ${tool} version file at: ${path} does not exist`);
  const text = readFileSync(path, "utf8").slice(0, maxBytes);
  switch (basename(file)) {
    case "package.json":
      return inPackage(text, file);
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

function inToolVersions(text: string, tool: "node" | "python" | "go"): string {
  const names = { node: "node(?:js)?", python: "python", go: "go(?:lang)?" };
  return line(text, new RegExp(`^${names[tool]}\\s+v?(\\S+)`, "m")) ?? "";
}

interface Named {
  engines?: { node?: string };
  volta?: { node?: string };
  devEngines?: { runtime?: Runtime | Runtime[] };
}
interface Runtime {
  name?: string;
  version?: string;
}

function inPackage(text: string, file: string): string {
  try {
    const { engines, volta, devEngines } = parse(text) as Named;
    const runtimes = [devEngines?.runtime ?? []].flat();
    return String(volta?.node ?? runtimes.find(({ name }) => name === "node")?.version ?? engines?.node ?? "");
  } catch (error) {
    throw new StepError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
