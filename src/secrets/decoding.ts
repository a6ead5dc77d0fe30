/** Finds the texts that bytes or a text carry in another form. Each knows where it came from, so that a finding names the line. */

export interface Carried {
  text: string;
  /** Returns where in the carrying text a position comes from. */
  origin(position: number): { start: number; end: number };
}

/**
 * Returns the bytes as text. Zero bytes stand in UTF-16, from any position on: `withoutHidden` reads its plain characters, and
 * decoding it keeps the characters beside them apart.
 */
export function textsOf(bytes: Uint8Array): string[] {
  const encodings = bytes.includes(0) ? ["utf-8", "utf-16le", "utf-16be"] : ["utf-8"];
  return encodings.map((encoding) => new TextDecoder(encoding).decode(bytes));
}

/** Characters that a reader does not see. `messages/` leaves it out too, and would put a secret together again. */
const HIDDEN = /[\p{DI}\ufff9-\ufffb\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

/** Returns the text without hidden characters; null: it has none. */
export function withoutHidden(text: string): Carried | null {
  const visible = text.replace(HIDDEN, "");
  if (visible.length === text.length) return null;
  const origins = new Uint32Array(visible.length);
  let at = 0;
  let from = 0;
  for (const { index, 0: gone } of text.matchAll(HIDDEN)) {
    while (from < index) origins[at++] = from++;
    from = index + gone.length;
  }
  while (at < visible.length) origins[at++] = from++;
  return {
    text: visible,
    origin: (position) => {
      const start = origins[position] ?? text.length;
      return { start, end: start + 1 };
    },
  };
}

/** A run goes on after a line break, also one that is written as in a string. */
const RUN = /[A-Za-z0-9+/_-]{8,}(?:[ \t]*(?:(?:\r?\n|\\r|\\n)[ \t]*)+[A-Za-z0-9+/_-]{2,})*={0,2}/g;
/** The shortest token is AWS's id of 20 characters, which are 27 in base64. */
const SHORTEST_RUN = 24;
/** Shorter stretches hold no token, and other bytes do not read as plain text for so long. */
const READABLE = /[\t\n\r -~]{16,}/g;

/** Returns what long runs of base64 or base64url decode to, as one text; null: nothing that reads as text. */
export function fromBase64(text: string): Carried | null {
  const pieces: { from: number; start: number; end: number }[] = [];
  let decoded = "";
  for (const { index, 0: run } of text.matchAll(RUN)) {
    const digits = run.replace(/[ \t\r\n]|\\[rn]/g, "");
    if (digits.length < SHORTEST_RUN) continue;
    // A word before the base64, such as one on the line above, may have become part of the run.
    for (let skipped = 0; skipped < 4; skipped += 1) {
      for (const readable of readableIn(Buffer.from(digits.slice(skipped), "base64"))) {
        pieces.push({ from: decoded.length, start: index, end: index + run.length });
        decoded += `${readable}\n`;
      }
    }
  }
  if (pieces.length === 0) return null;
  return {
    text: decoded,
    origin: (position) => pieces.findLast(({ from }) => from <= position) ?? { start: 0, end: text.length },
  };
}

/** Returns the stretches of plain characters, in UTF-16 too. */
function readableIn(bytes: Buffer): string[] {
  return bytes.toString("latin1").replaceAll("\u0000", "").match(READABLE) ?? [];
}
