/** Hides the secrets of a job. Every text that is logged or shown passes through here first. */
export interface Masks {
  add(secret: string): void;
  /** True when the text holds a secret. Such a text must not become a job's output. */
  finds(text: string): boolean;
  apply(text: string): string;
}

/** Returns the forms in which tools print a secret. GitHub's runner hides them too (ValueEncoders in github.com/actions/runner). */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64");
  const json = JSON.stringify(secret).slice(1, -1);
  const xml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const uri = encodeURIComponent(secret.toWellFormed());
  return [secret, base64, json, xml, uri];
}

/** Also hides each line of a secret of several lines, because logs are written line by line. */
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
