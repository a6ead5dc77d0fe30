/** "23.40" to 2340. Throws when the text is no amount with two decimals. */
export function parseCents(text: string): number {
  if (!/^\d+\.\d\d$/.test(text)) throw new Error(`'${text}' is not an amount such as 23.40`);
  return Number(text.replace(".", ""));
}

/** 2340 to "23.40". */
export function formatCents(cents: number): string {
  return (cents / 100).toFixed(2);
}
