/** Secrets of a job: whatever is logged goes through here first. */
export interface Masks {
  add(secret: string): void;
  /** Whether the text holds a secret; such a text never becomes a job's output. */
  finds(text: string): boolean;
  apply(text: string): string;
}

/** The forms in which tools print a secret; the runner hides these too (ValueEncoders in github.com/actions/runner). */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64");
  const json = JSON.stringify(secret).slice(1, -1);
  const xml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const uri = encodeURIComponent(secret.toWellFormed());
  return [secret, base64, json, xml, uri];
}

/** A secret of several lines is also hidden line by line, since logs are written so. */
export function newMasks(secrets: readonly string[]): Masks {
  const hidden = new Set<string>();
  let longestFirst: string[] = [];

  function add(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)].filter((each) => each.trim() !== "")) {
      for (const form of formsOf(part)) hidden.add(form);
    }
    longestFirst = [...hidden].sort((left, right) => right.length - left.length);
  }

  for (const secret of secrets) add(secret);
  return {
    add,
    finds: (text) => longestFirst.some((secret) => text.includes(secret)),
    apply: (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "***"), text),
  };
}
