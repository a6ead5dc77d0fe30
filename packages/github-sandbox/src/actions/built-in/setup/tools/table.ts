/** Lists the tools that setup actions provide: one row a tool, and the actions that ask for it. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ActionCall } from "../../../execute/steps/call.ts";
import { booleanInput, textInput } from "../../inputs.ts";
import type { NpmTool } from "../npm-packages.ts";
import { askedCache } from "../package-cache.ts";
import { type ToolName, versionInFile } from "../version-files.ts";
import type { VersionsFolder } from "../versions.ts";

export interface Tool {
  name: ToolName;
  /** The programs to look for, best first. */
  programs: readonly string[];
  versionArgs: readonly string[];
  /** Returns the version that a step asks for. `ref` stands behind the `@` of its `uses`. */
  asked(call: ActionCall, ref: string): string;
  /** Matches words for whichever version is the newest: the one of this machine counts as that. */
  newest: RegExp;
  /** Inputs that ask for what this machine cannot do. */
  refused: readonly string[];
  /** Where version managers keep other versions. */
  managers(env: NodeJS.ProcessEnv): Omit<VersionsFolder, "program">[];
  /** How other versions come from the npm registry; null: they do not. */
  npm: NpmTool | null;
  /** More names of its program. */
  aliases: readonly string[];
  /** Returns what later steps find in their environment. */
  variables(call: ActionCall): Record<string, string>;
  /** Returns the package manager whose downloads are kept; null: none. */
  cached(call: ActionCall): string | null;
}

/** Reads the version from an input, from the file that an input names, or from the first of these files that is there. */
function from(tool: ToolName, version: string, file: string | null = null, files: readonly string[] = []) {
  return ({ job, inputs }: ActionCall): string => {
    const given = textInput(inputs, version);
    if (given !== "") return given;
    const named = file === null ? "" : textInput(inputs, file);
    if (named !== "") return versionInFile(job.folders.workspace, named, tool);
    const found = files.filter((path) => existsSync(join(job.folders.workspace, path)));
    return found.map((path) => versionInFile(job.folders.workspace, path, tool)).find((text) => text !== "") ?? "";
  };
}

const common = {
  versionArgs: ["--version"],
  newest: /^(|latest|stable)$/i,
  refused: ["architecture"],
  managers: () => [],
  npm: null,
  aliases: [],
  variables: () => ({}),
  cached: askedCache,
} as const;

/** Returns the folder that a variable names, or the one in the home folder that stands for it. */
function homeOf(env: NodeJS.ProcessEnv, variable: string, folder: string): string {
  return env[variable] ?? join(env.HOME ?? homedir(), folder);
}

const bun = ["@oven/bun", process.platform, process.arch === "arm64" ? "aarch64" : process.arch].join("-");
const deno = ["@deno/", process.platform, "-", process.arch, process.platform === "linux" ? "-glibc" : ""].join("");

const python: Tool = {
  ...{ ...common, name: "python", programs: ["python3", "python"], aliases: ["python", "python3"] },
  asked: from("python", "python-version", "python-version-file", [".python-version"]),
  managers: (env) => [
    { folder: join(homeOf(env, "PYENV_ROOT", ".pyenv"), "versions"), bin: "bin" },
    { folder: join(homeOf(env, "ASDF_DATA_DIR", ".asdf"), "installs", "python"), bin: "bin" },
    { folder: join(homeOf(env, "MISE_DATA_DIR", ".local/share/mise"), "installs", "python"), bin: "bin" },
  ],
};

const go: Tool = {
  ...{ ...common, name: "go", programs: ["go"], versionArgs: ["version"] },
  asked: from("go", "go-version", "go-version-file"),
  managers: (env) => [
    { folder: join(env.HOME ?? homedir(), "sdk"), prefix: "go", bin: "bin" },
    { folder: join(homeOf(env, "GOENV_ROOT", ".goenv"), "versions"), bin: "bin" },
    { folder: join(homeOf(env, "MISE_DATA_DIR", ".local/share/mise"), "installs", "go"), bin: "bin" },
  ],
  // Keeps them by default, as the action does.
  cached: ({ inputs }) => (booleanInput(inputs, "cache", true) ? "go" : null),
};

const java: Tool = {
  ...{ ...common, name: "java", programs: ["java"] },
  asked: from("java", "java-version", "java-version-file"),
};

const dotnet: Tool = {
  ...{ ...common, name: "dotnet", programs: ["dotnet"] },
  asked: from("dotnet", "dotnet-version"),
  refused: ["global-json-file", "source-url"],
  cached: () => null,
};

const pnpm: Tool = {
  ...{ ...common, name: "pnpm", programs: ["pnpm"] },
  asked: from("pnpm", "version", "package_json_file", ["package.json"]),
  refused: ["run_install", "standalone"],
  npm: { name: "pnpm", package: "pnpm", bin: join("node_modules", ".bin"), beside: () => [] },
  cached: () => null,
};

const uv: Tool = {
  ...{ ...common, name: "uv", programs: ["uv"] },
  asked: from("uv", "version", "version-file"),
  refused: ["activate-environment"],
  variables: ({ inputs }): Record<string, string> => {
    const version = textInput(inputs, "python-version");
    return version === "" ? {} : { UV_PYTHON: version };
  },
  cached: ({ inputs }) => (textInput(inputs, "enable-cache") === "true" ? "uv" : null),
};

const bunTool: Tool = {
  ...{ ...common, name: "bun", programs: ["bun"], aliases: ["bunx"] },
  asked: from("bun", "bun-version", "bun-version-file", ["package.json", ".bun-version", ".tool-versions"]),
  refused: ["bun-download-url", "registries", "scope"],
  npm: { name: "bun", package: bun, bin: join("node_modules", bun, "bin"), beside: () => [] },
  cached: () => null,
};

const denoTool: Tool = {
  ...{ ...common, name: "deno", programs: ["deno"] },
  asked: from("deno", "deno-version", "deno-version-file", [".dvmrc", ".tool-versions"]),
  refused: ["deno-binary-name"],
  npm: { name: "deno", package: deno, bin: join("node_modules", deno), beside: () => [] },
  cached: () => null,
};

/** `ref`: dtolnay/rust-toolchain names the toolchain there. */
const rust: Tool = {
  ...{ ...common, name: "rust", programs: ["rustc"] },
  asked: (call, ref) => from("rust", "toolchain")(call) || (/^(stable|nightly|beta|\d[\d.]*)$/.exec(ref)?.[0] ?? ""),
  refused: ["targets", "target"],
  cached: () => null,
};

/** By the action's lower-case name. */
export const setupActions: Readonly<Record<string, Tool>> = {
  "actions/setup-python": python,
  "actions/setup-go": go,
  "actions/setup-java": java,
  "actions/setup-dotnet": dotnet,
  "pnpm/action-setup": pnpm,
  "astral-sh/setup-uv": uv,
  "oven-sh/setup-bun": bunTool,
  "denoland/setup-deno": denoTool,
  "dtolnay/rust-toolchain": rust,
  "actions-rs/toolchain": rust,
  "actions-rust-lang/setup-rust-toolchain": rust,
};
