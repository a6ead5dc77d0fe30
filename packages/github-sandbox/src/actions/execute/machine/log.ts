/** Writes one step's log: a file of lines that begin with their time, as on GitHub, with secrets masked. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Masks } from "./masks.ts";

export interface StepLog {
  line(text: string): void;
  error(text: string): void;
  warning(text: string): void;
  close(): void;
}

/** The most bytes of one step's log. Drops the rest, and notes that in the log. */
const maxBytes = 32 * 1024 * 1024;

export function openStepLog(path: string, masks: Masks, now: () => Date): StepLog {
  const file = openSync(path, "a");
  let left = maxBytes;
  let open = true;

  function line(text: string): void {
    if (!open || left <= 0) return;
    const masked = masks.apply(text);
    left -= masked.length;
    writeSync(
      file,
      `${now().toISOString()} ${left > 0 ? masked : "The rest of this log was dropped: it is too long."}\n`,
    );
  }

  function lines(text: string, prefix: string): void {
    for (const part of text.split("\n")) line(`${prefix}${part}`);
  }

  return {
    line: (text) => lines(text, ""),
    error: (text) => lines(text, "##[error]"),
    warning: (text) => lines(text, "##[warning]"),
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}
