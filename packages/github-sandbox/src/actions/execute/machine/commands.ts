/**
 * Obeys workflow commands in a step's output: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 * GitHub has removed `set-output`, `save-state`, `set-env` and `add-path`; command files replace them.
 */
import type { StepLog } from "./log.ts";
import type { Masks } from "./masks.ts";

function decoded(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

/** Returns a function that takes a step's output line by line, obeys its commands and logs the rest. Calls `debug` with debug messages. */
export function commandReader(log: StepLog, masks: Masks, debug: (message: string) => void): (line: string) => void {
  let resumeWord: string | null = null;

  return (line) => {
    const found = /^\s*::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line);
    const name = found?.[1] ?? "";
    const message = decoded(found?.[2] ?? "");
    if (resumeWord !== null) {
      if (line.trim() === `::${resumeWord}::`) resumeWord = null;
      else log.line(line);
      return;
    }
    switch (name) {
      case "add-mask":
        masks.add(message);
        log.line("::add-mask::***");
        return;
      case "stop-commands":
        resumeWord = message;
        return;
      case "error":
        log.error(message);
        return;
      case "warning":
        log.warning(message);
        return;
      case "notice":
        log.line(`##[notice]${message}`);
        return;
      case "group":
        log.line(`##[group]${message}`);
        return;
      case "endgroup":
        log.line("##[endgroup]");
        return;
      // GitHub shows these only where the repository turns step debugging on.
      case "debug":
        debug(masks.apply(message));
        return;
      default:
        log.line(line);
    }
  };
}
