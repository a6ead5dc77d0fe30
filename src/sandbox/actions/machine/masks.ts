/** Secrets of a job: whatever is logged goes through here first. */
export interface Masks {
  add(secret: string): void;
  /** Whether the text holds a secret; such a text never becomes a job's output. */
  finds(text: string): boolean;
  apply(text: string): string;
}

/** A secret of several lines is also hidden line by line, since logs are written so. */
export function newMasks(secrets: readonly string[]): Masks {
  const hidden = new Set<string>();
  let longestFirst: string[] = [];

  function add(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)]) if (part.trim() !== "") hidden.add(part);
    longestFirst = [...hidden].sort((left, right) => right.length - left.length);
  }

  for (const secret of secrets) add(secret);
  return {
    add,
    finds: (text) => longestFirst.some((secret) => text.includes(secret)),
    apply: (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "***"), text),
  };
}
