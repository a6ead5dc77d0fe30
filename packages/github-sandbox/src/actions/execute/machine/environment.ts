/**
 * Makes the environment of a job's processes: GitHub's variables, and of this process only PATH, the locale, the folders of version
 * managers, and what a machine needs to reach the network. Without its proxy and its certificates every install of a job would fail.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { JobFolders } from "./folders.ts";

const kept = [
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"],
  ...["GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CARGO_HTTP_CAINFO"],
];

/** The folders of version managers. A job has a home folder of its own, in which their shims would find no version. */
const managers: Record<string, string> = {
  RUSTUP_HOME: ".rustup",
  PYENV_ROOT: ".pyenv",
  RBENV_ROOT: ".rbenv",
  GOENV_ROOT: ".goenv",
  VOLTA_HOME: ".volta",
  ASDF_DATA_DIR: ".asdf",
  MISE_DATA_DIR: ".local/share/mise",
};

function managerFolders(): Record<string, string> {
  const found = Object.entries(managers).map(([name, path]) => [name, process.env[name] ?? join(homedir(), path)]);
  return Object.fromEntries(found.filter(([, folder = ""]) => existsSync(folder)));
}

/** Returns the passwords in the addresses of proxies. No log may show them. */
export function proxySecrets(env: Record<string, string>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const login = /_proxy$/i.test(name) ? /^\w+:\/\/([^/@]*:[^/@]*)@/.exec(value)?.[1] : undefined;
    const password = login?.slice(login.indexOf(":") + 1) ?? "";
    return password === "" ? [] : [password];
  });
}

/**
 * Returns this process's PATH behind the folder of the job's Node.js. Leaves out what npm adds (`node_modules/.bin` of the
 * project that started the sandbox): a job must not pass with tools of another project.
 */
export function basePath(nodePath: string): string[] {
  const own = (process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin").split(":");
  const clean = own.filter((folder) => folder !== "" && !/node_modules\/\.bin\/?$|node-gyp-bin\/?$/.test(folder));
  return [dirname(nodePath), ...clean];
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** Returns the `runner` context. */
export function runnerContext(folders: JobFolders): Record<string, string> {
  const architectures: Record<string, string> = { x64: "X64", arm64: "ARM64", arm: "ARM", ia32: "X86" };
  return {
    name: "sandbox",
    os: process.platform === "darwin" ? "macOS" : "Linux",
    arch: architectures[process.arch] ?? process.arch,
    temp: folders.temp,
    tool_cache: folders.tools,
    environment: "github-hosted",
    workspace: dirname(folders.workspace),
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables */
export function jobEnvironment(
  given: Record<string, string>,
  folders: JobFolders,
  github: Record<string, unknown>,
): Record<string, string> {
  const env: Record<string, string> = managerFolders();
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const fields = [
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
  ];
  for (const field of fields) env[`GITHUB_${field.toUpperCase()}`] = text(github[field]);
  const runner = runnerContext(folders);
  return {
    ...env,
    ...given,
    CI: "true",
    GITHUB_ACTIONS: "true",
    RUNNER_NAME: text(runner.name),
    RUNNER_OS: text(runner.os),
    RUNNER_ARCH: text(runner.arch),
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.tools,
    RUNNER_ENVIRONMENT: text(runner.environment),
    RUNNER_WORKSPACE: text(runner.workspace),
    HOME: folders.home,
    TMPDIR: folders.temp,
    XDG_CONFIG_HOME: join(folders.home, ".config"),
    XDG_CACHE_HOME: join(folders.home, ".cache"),
    // Makes git fail instead of prompting. A prompt would block the job for ever.
    GIT_TERMINAL_PROMPT: "0",
  };
}
