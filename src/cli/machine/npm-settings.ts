/**
 * Reads the npm settings that a job needs to reach its registry: addresses, proxies and certificates. Tokens and passwords stay
 * behind, because an agent's job reads the same settings.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";

const LIMIT_MS = 15_000;
const Settings = z.record(z.string(), z.unknown());
const KEPT = /^(registry|@[\w.~-]+:registry|proxy|https-proxy|noproxy|cafile|ca|strict-ssl)$/;

/** Returns the text of a `.npmrc`; "" where npm is missing or says nothing. */
export async function npmSettings(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("npm", ["config", "ls", "--json"], { timeout: LIMIT_MS });
    return npmrcOf(Settings.parse(JSON.parse(stdout)));
  } catch {
    return "";
  }
}

/** Writes the settings that are kept as lines of a `.npmrc`. */
export function npmrcOf(settings: Record<string, unknown>): string {
  const lines = Object.entries(settings).flatMap(([name, value]) => {
    if (!KEPT.test(name)) return [];
    const values = Array.isArray(value) ? value : [value];
    const key = Array.isArray(value) && name === "ca" ? "ca[]" : name;
    const given = values.filter((one) => ["string", "boolean"].includes(typeof one) && one !== "");
    return given.map((one) => `${key}=${typeof one === "string" ? JSON.stringify(withoutLogin(one)) : String(one)}`);
  });
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Removes the user and password of a registry's address. A proxy that needs them is in HTTPS_PROXY. */
function withoutLogin(value: string): string {
  return value.replace(/^(https?:\/\/)[^/@\s]*@/i, "$1");
}
