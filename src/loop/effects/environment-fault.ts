/**
 * Recognises a failure of the machine by the codes that tools print: no network, a certificate that is not trusted, a full disk, a
 * missing program, a version that does not fit. Only codes of tools that fetch or start something count. A test that cannot connect
 * to its own server prints such a code too, and that is the change's fault.
 */
import type { EnvironmentFault } from "../../core/environment-fault.ts";

const DOWN = "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT";
const UNTRUSTED =
  "SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID";

/** npm and pnpm, yarn, bun: a line of their own with the code, or with the address that they fetch. */
const installer = (codes: string) => [
  new RegExp(String.raw`^npm (?:error|ERR!) (?:code|errno) (?:${codes})\b`, "m"),
  new RegExp(String.raw`\bERR_PNPM_META_FETCH_FAIL\b.*\b(?:${codes})\b`),
  new RegExp(String.raw`\bGET https?:\S+ error \((?:${codes})\)`),
  new RegExp(String.raw`^(?:error An unexpected error|➤ YN0001:.*RequestError).*\b(?:${codes})\b`, "m"),
];

const rules: readonly (readonly [EnvironmentFault, readonly RegExp[]])[] = [
  ["disk", [/\bENOSPC\b/, /\bNo space left on device\b/]],
  [
    "certificate",
    [
      ...installer(UNTRUSTED),
      /^curl: \((?:35|60|77)\) /m,
      /^fatal: unable to access '\S+': .*\b(?:SSL|certificate)\b/m,
      /\bSSLError\(SSLCertVerificationError\b/,
      /^go: .*\bx509: /m,
    ],
  ],
  [
    "network",
    [
      ...installer(DOWN),
      /^error: (?:ConnectionRefused|FailedToOpenSocket|DNSResolveFailed|ConnectionClosed)\b.*\bmanifest\b/m,
      /^curl: \((?:5|6|7|28|56)\) /m,
      /^fatal: unable to access '\S+': (?:Could not resolve|Failed to connect|Recv failure)/m,
      /\b(?:NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError)\(/,
      /^go: .*\bdial tcp\b/m,
      /^\s*\[(?:6|7|28)\] Could(?:n't| not) (?:resolve|connect)/m,
      /^E: Failed to fetch https?:\S+/m,
    ],
  ],
  [
    "version",
    [
      /^npm (?:error|ERR!) code EBADENGINE\b/m,
      /\bERR_PNPM_UNSUPPORTED_ENGINE\b/,
      /^error \S+: The engine "node" is incompatible\b/m,
      /^go: go\.mod requires go >= \S+ \(running go \S+; GOTOOLCHAIN=local\)/m,
    ],
  ],
  // A step's own script, which the workflow file holds. A program that a package script misses is the change's matter.
  ["tool", [/\/(?:_temp\/[\w-]+|temp\/script_\d+)\.sh: line \d+: \S+: command not found$/m]],
];

/** Returns null where the text shows no failure of the machine. */
export function environmentFaultIn(text: string): EnvironmentFault | null {
  return rules.find(([, patterns]) => patterns.some((pattern) => pattern.test(text)))?.[0] ?? null;
}

/** Reads what the engine `command` said of a command that failed: its exit code first, then the end of its output. */
export function environmentFaultOfCommand(summary: string): EnvironmentFault | null {
  return /^exit code 127\b/.test(summary) ? "tool" : environmentFaultIn(summary);
}
