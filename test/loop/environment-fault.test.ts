import { describe, expect, it } from "vitest";
import type { EnvironmentFault } from "../../src/core/environment-fault.ts";
import { environmentFaultIn, environmentFaultOfCommand } from "../../src/loop/effects/environment-fault.ts";

/** Written after logs that people posted with issues of npm, pnpm, bun and biome, and after the output formats of the other tools. */
const logs: [what: string, log: string, fault: EnvironmentFault | null][] = [
  [
    "npm without a network",
    "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND",
    "network",
  ],
  ["an old npm behind a proxy", "npm ERR! code ECONNREFUSED\nnpm ERR! errno ECONNREFUSED", "network"],
  ["npm and a name server", "npm error code EAI_AGAIN\nnpm error request to https://r.example.test failed", "network"],
  ["npm and a company's certificate", "npm error code SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
  ["npm and a full disk", "npm error code ENOSPC\nnpm error errno -28", "disk"],
  ["npm and a version", "npm error code EBADENGINE\nnpm error engine Unsupported engine", "version"],
  ["pnpm", " WARN  GET https://r.example.test/a error (ECONNRESET). Will retry in 10 seconds.", "network"],
  [
    "pnpm and a version",
    " ERR_PNPM_UNSUPPORTED_ENGINE  Unsupported environment (bad pnpm and/or Node.js version)",
    "version",
  ],
  [
    "yarn 1",
    'error An unexpected error occurred: "https://r.example.test/a: getaddrinfo ENOTFOUND r.example.test".',
    "network",
  ],
  ["curl", "curl: (6) Could not resolve host: example.test", "network"],
  ["curl and a certificate", "curl: (60) SSL certificate problem: self-signed certificate", "certificate"],
  ["git", "fatal: unable to access 'https://example.test/a.git/': Could not resolve host: example.test", "network"],
  [
    "pip",
    "WARNING: Retrying after connection broken by 'NewConnectionError('<pip._vendor.urllib3 ...>: Failed to establish')'",
    "network",
  ],
  [
    "go",
    'go: example.com/a@v1.0.0: Get "https://proxy.example.test": dial tcp: lookup proxy.example.test: no such host',
    "network",
  ],
  ["go and its version", "go: go.mod requires go >= 1.25 (running go 1.24.2; GOTOOLCHAIN=local)", "version"],
  ["cargo", "Caused by:\n  [6] Couldn't resolve host name (Could not resolve host: index.example.test)", "network"],
  ["a full disk", "cp: error writing 'b': No space left on device", "disk"],
  ["a step's own program", "/home/runner/work/_temp/0a1b.sh: line 1: poetry: command not found", "tool"],
  ["a step's program here", "/x/jobs/7/temp/script_1.sh: line 1: poetry: command not found", "tool"],

  [
    "a test that cannot connect",
    "Error: connect ECONNREFUSED 127.0.0.1:3000\n    at TCPConnectWrap.afterConnect",
    null,
  ],
  ["a name that a test looks up", "Error: getaddrinfo ENOTFOUND api.example.test", null],
  [
    "a package that does not exist",
    "npm error code E404\nnpm error 404 Not Found - GET https://r.example.test/nope",
    null,
  ],
  ["a version that does not exist", "npm error code ETARGET\nnpm error notarget No matching version found", null],
  [
    "a program that a package misses",
    "> shop@1.0.0 test\n> vitest\n\nsh: 1: vitest: not found\nnpm error code 127",
    null,
  ],
  ["a failing test", "AssertionError: expected 1 to equal 2", null],
];

describe("a failure of the machine", () => {
  it.each(logs)("is told from a failure of the work by the codes of tools: %s", (_, log, fault) => {
    expect(environmentFaultIn(log)).toBe(fault);
  });

  it.each([
    ["exit code 127: bash: line 1: no-such-agent: command not found", "tool"],
    ["exit code 1: npm error code ENOTFOUND\nnpm error code ENOTFOUND", "network"],
    ["exit code 3: broken", null],
  ])("is told from what an agent's command said: %s", (summary, fault) => {
    expect(environmentFaultOfCommand(summary)).toBe(fault);
  });
});
