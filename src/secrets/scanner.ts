/**
 * The one scanner for secrets: files that a change adds, and all words that Headgate stores or sends.
 *
 * A secret in a file refuses the change, and the finding has its rule, line and fingerprint. A secret in words is replaced where the
 * words enter (a job's result, a log, a planner's answer), so that the store, comments and briefs never hold it.
 * `loop/redacted.ts` does the same once more where words leave: people's own words, such as an issue's title, are quoted too.
 *
 * A text is read as it is, without hidden characters (which covers UTF-16), and with one layer of base64 decoded. What is beyond
 * the limits is reported, never passed over. The scanner takes bytes and strings only, so that a worker could run it.
 */
import { scryptSync } from "node:crypto";
import type { SecretFinding } from "../core/promotion/secret.ts";
import type { SecretScanner } from "../loop/scanner-port.ts";
import { type Carried, fromBase64, textsOf, withoutHidden } from "./decoding.ts";
import { apart, type Hit } from "./hit.ts";
import { ownHits } from "./own-rules.ts";
import { type Allowance, lint } from "./secretlint.ts";

export interface ScanLimits {
  /** Bytes of a file, or characters of words. */
  size: number;
  milliseconds: number;
  /** Secrets of one file. */
  hits: number;
}

/** An attempt may write 4 MiB by default, which takes about a second. */
export const SCAN_LIMITS: ScanLimits = { size: 8 * 1024 * 1024, milliseconds: 20_000, hits: 20 };

interface Scan {
  hits: Hit[];
  isComplete: boolean;
}

export function createScanner(limits: ScanLimits = SCAN_LIMITS): SecretScanner {
  const allowance = (hits: number): Allowance => ({ until: performance.now() + limits.milliseconds, hits });
  return {
    async scanFile(path, content) {
      const spent = allowance(limits.hits);
      const secrets = new Map<string, SecretFinding>();
      let isComplete = content.length <= limits.size;
      for (const text of textsOf(content.subarray(0, limits.size))) {
        const found = await scan(text, path, spent);
        isComplete &&= found.isComplete && found.hits.length < limits.hits;
        for (const hit of found.hits.slice(0, limits.hits)) {
          const known = `${hit.rule} ${hit.value}`;
          if (!secrets.has(known)) secrets.set(known, findingOf(text, hit));
        }
      }
      return { secrets: [...secrets.values()], isComplete };
    },

    async redact(words) {
      const text = words.slice(0, limits.size);
      const { hits, isComplete } = await scan(text, "", allowance(Number.POSITIVE_INFINITY));
      if (!isComplete) return "[redacted: not scanned]";
      let redacted = "";
      let from = 0;
      for (const { rule, start, end } of apart(hits)) {
        redacted += `${text.slice(from, start)}[redacted: ${rule}]`;
        from = end;
      }
      const rest = text.slice(from);
      return words.length > text.length ? `${redacted}${rest}[redacted: not scanned]` : redacted + rest;
    },
  };
}

async function scan(text: string, path: string, allowance: Allowance): Promise<Scan> {
  const visible = withoutHidden(text);
  const plain: Carried = { text, origin: (position) => ({ start: position, end: position + 1 }) };
  const found: Hit[] = [];
  let isComplete = true;
  for (const shown of visible === null ? [plain] : [plain, visible]) {
    const encoded = fromBase64(shown.text);
    for (const carried of encoded === null ? [shown] : [shown, through(encoded, shown)]) {
      const linted = await lint(carried.text, path, allowance);
      isComplete &&= linted.isComplete;
      found.push(...[...linted.hits, ...ownHits(carried.text)].map((hit) => atOrigin(hit, carried)));
    }
  }
  return { hits: apart(found), isComplete };
}

function through(inner: Carried, outer: Carried): Carried {
  return {
    text: inner.text,
    origin: (position) => {
      const { start, end } = inner.origin(position);
      return { start: outer.origin(start).start, end: outer.origin(end - 1).end };
    },
  };
}

function atOrigin(hit: Hit, { origin }: Carried): Hit {
  return { ...hit, start: origin(hit.start).start, end: origin(Math.max(hit.start, hit.end - 1)).end };
}

function findingOf(text: string, { rule, value, start }: Hit): SecretFinding {
  const line = text.slice(0, start).split("\n").length;
  return { finding: "secret", rule, line, fingerprint: fingerprintOf(rule, value) };
}

/** A slow hash: findings are public, and a short password could be guessed from a fast one. */
function fingerprintOf(rule: string, value: string): string {
  return scryptSync(value, `headgate ${rule}`, 8, { N: 4_096 }).toString("hex");
}
