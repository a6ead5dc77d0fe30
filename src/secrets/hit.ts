/** A secret in a text. It never leaves this room: `value` is the secret itself. */
export interface Hit {
  rule: string;
  start: number;
  end: number;
  value: string;
}

/** Returns hits that share no character, by position. The first and longest one stays. */
export function apart(hits: readonly Hit[]): Hit[] {
  const kept: Hit[] = [];
  for (const hit of hits.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = kept.at(-1);
    if (last === undefined || hit.start >= last.end) kept.push({ ...hit });
    else if (hit.end > last.end) last.end = hit.end;
  }
  return kept;
}
