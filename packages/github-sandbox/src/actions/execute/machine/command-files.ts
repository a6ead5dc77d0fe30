/** Makes and reads the files by which a step sets values: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH, GITHUB_STATE and the summary. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StepError } from "../step-error.ts";

const names = ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"] as const;

/** Reads `name=value` lines and `name<<END` blocks as GitHub's runner does. */
function readPairs(variable: string, text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    if (heredoc <= 0)
      throw new StepError(`Unable to process file command '${variable}' successfully. Invalid format '${line}'`);
    const delimiter = line.slice(heredoc + 2);
    const end = lines.indexOf(delimiter, index + 1);
    if (delimiter === "" || end < 0) {
      throw new StepError(`Invalid value. Matching delimiter not found '${delimiter}'`);
    }
    pairs[line.slice(0, heredoc)] = lines.slice(index + 1, end).join("\n");
    index = end;
  }
  return pairs;
}

export interface CommandOutcome {
  env: Record<string, string>;
  outputs: Record<string, string>;
  paths: string[];
  state: Record<string, string>;
}

export interface CommandFiles {
  env: Record<string, string>;
  /** Reads what an ended step wrote and removes the files. Throws StepError where GitHub's runner does. */
  read(): CommandOutcome;
}

let made = 0;

export function newCommandFiles(folder: string): CommandFiles {
  made += 1;
  const path = (name: string) => join(folder, `${name.toLowerCase()}_${made}`);
  const files = Object.fromEntries(names.map((name) => [name, path(name)])) as Record<(typeof names)[number], string>;
  for (const file of Object.values(files)) writeFileSync(file, "");

  const text = (file: string) => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  };
  return {
    env: Object.fromEntries(names.map((name) => [`GITHUB_${name}`, files[name]])),
    read() {
      const outcome = {
        env: readPairs("env", text(files.ENV)),
        outputs: readPairs("output", text(files.OUTPUT)),
        paths: text(files.PATH)
          .split(/\r?\n/)
          .filter((line) => line !== ""),
        state: readPairs("save-state", text(files.STATE)),
      };
      // GitHub's runner refuses it too: it would run code in every later Node.js action.
      if ("NODE_OPTIONS" in outcome.env)
        throw new StepError("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      for (const file of Object.values(files)) rmSync(file, { force: true });
      return outcome;
    },
  };
}
