/**
 * Finds what secretlint's preset 13.1.0 misses: keys of Anthropic other than `api`, and private keys that are encrypted, elliptic,
 * cut off, armoured by PGP, or written into a string. `docs/decisions/0010-one-scanner-for-secrets.md` has the trial.
 */
import type { Hit } from "./hit.ts";

/** The names are the preset's own, so that one key is one finding. */
export function ownHits(text: string): Hit[] {
  return [...anthropicKeys(text), ...privateKeys(text)];
}

function anthropicKeys(text: string): Hit[] {
  return [...text.matchAll(/sk-ant-[A-Za-z0-9]{2,20}-[A-Za-z0-9_-]{24,300}/g)].map((match) => ({
    rule: "anthropic",
    start: match.index,
    end: match.index + match[0].length,
    value: match[0],
  }));
}

const HEADER = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** `Proc-Type: 4,ENCRYPTED`, `Version: GnuPG v2`. A newline may be written as in a string. */
const FIELDS = /(?:[\s"'+,]|\\[nr])*(?:[A-Za-z-]{3,20}: [^\n\\]{0,200}(?:[\s"'+,]|\\[nr])+){0,9}/y;
/** The key, with what a string, a list or a comment puts between its lines. */
const BODY = /[A-Za-z0-9+/=\s\\"',#*>|]{0,20000}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/y;

function privateKeys(text: string): Hit[] {
  return [...text.matchAll(HEADER)].flatMap(({ index, 0: header }) => {
    const fields = take(FIELDS, text, index + header.length);
    const body = take(BODY, text, index + header.length + fields.length);
    if (!holdsKey(body)) return [];
    const value = header + fields + body;
    return [{ rule: "privatekey", start: index, end: index + value.length, value }];
  });
}

function take(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** Documentation has headers with dots or a few words between them. */
function holdsKey(body: string): boolean {
  const key = body.replace(/\\[nrt]|[\s\\"',#*>|]/g, "").slice(0, 64);
  return /^[A-Za-z0-9+/=]{40}/.test(key) && /[a-z]/.test(key) && /[A-Z]/.test(key) && /\d/.test(key);
}
