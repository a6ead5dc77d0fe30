/** Declares subcommands and their flags in one table. The table parses the command line and prints `--help`. */
import { parseArgs } from "node:util";
import { BadInput } from "./bad-input.ts";

export interface Flag {
  /** The name of the flag's value in the help; undefined for a flag without a value. */
  value?: string;
  about: string;
  /** True: it may be given several times. */
  repeats?: boolean;
}

export interface Subcommand {
  name: string;
  about: string;
  /** The one word that it takes beside its flags, by which the help and `Given` call it. Left out: it takes none. */
  argument?: string;
  flags: Record<string, Flag>;
  /** Text for the subcommand's `--help`, after the flags. */
  notes: string;
}

/**
 * The given values by flag name, such as `max-parallel`. A flag without a value has the empty text. The values of a flag that
 * repeats are joined; `valuesOf` takes them apart.
 */
export type Given = Record<string, string | undefined>;

/** No argument of a process can hold it. */
const SEPARATOR = "\0";

/** Returns all values of a flag that repeats. */
export function valuesOf(given: Given, flag: string): string[] {
  return given[flag]?.split(SEPARATOR) ?? [];
}

/** Reads the flags of a subcommand. @throws BadInput naming the first unusable flag */
export function readFlags(command: Subcommand, parameters: readonly string[]): Given {
  const { tokens } = parseArgs({
    args: [...parameters],
    options: Object.fromEntries(
      Object.entries(command.flags).map(([name, { value }]) => [
        name,
        { type: value === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const given: Given = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      takeArgument(command, given, token.value);
      continue;
    }
    const flag = Object.hasOwn(command.flags, token.name) ? command.flags[token.name] : undefined;
    if (flag === undefined) {
      throw new BadInput(
        `${token.rawName}: headgate ${command.name} has no such flag${suggestion(command, token.name)}`,
      );
    }
    const before = given[token.name];
    if (before !== undefined && flag.repeats !== true) throw new BadInput(`--${token.name} is given twice`);
    if (flag.value === undefined) {
      if (token.value !== undefined) throw new BadInput(`--${token.name} takes no value`);
      given[token.name] = "";
      continue;
    }
    // Takes a value that looks like a flag for a flag: the user forgot the value. `--flag=-value` is still possible.
    const forgotten = token.value === undefined || (!token.inlineValue && token.value.startsWith("--"));
    if (forgotten) throw new BadInput(`--${token.name} needs a value: ${flag.value}`);
    given[token.name] = before === undefined ? token.value : `${before}${SEPARATOR}${token.value}`;
  }
  return given;
}

function takeArgument({ name, argument }: Subcommand, given: Given, value: string): void {
  if (argument === undefined) throw new BadInput(`${value}: headgate ${name} takes flags only`);
  if (given[argument] !== undefined) throw new BadInput(`${value}: headgate ${name} takes one ${argument}`);
  given[argument] = value;
}

function suggestion(command: Subcommand, name: string): string {
  const letters = (text: string) => [...text.replaceAll("-", "")].sort().join("");
  const near = Object.keys(command.flags).find((known) => {
    const [left, right] = [letters(known), letters(name)];
    return left === right || known.startsWith(name) || name.startsWith(known) || differsByOne(known, name);
  });
  return near === undefined ? `; see headgate ${command.name} --help` : `; did you mean --${near}?`;
}

/** Returns true when one letter is added, missing or different. */
function differsByOne(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  return short.slice(long.length === short.length ? at + 1 : at) === long.slice(at + 1);
}

export function overview(commands: readonly Subcommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return ["Usage: headgate <command> [flags]", "", ...rows, "", "Run headgate <command> --help for its flags."].join(
    "\n",
  );
}

export function help(command: Subcommand): string {
  const rows = Object.entries(command.flags).map(([name, { value, about }]) => [
    `  --${name}${value === undefined ? "" : ` ${value}`}`,
    about,
  ]);
  const width = Math.max(0, ...rows.map(([flag = ""]) => flag.length));
  const lines = rows.map(([flag = "", about = ""]) => `${flag.padEnd(width)}  ${about}`);
  const argument = command.argument === undefined ? "" : ` ${command.argument}`;
  const usage = `Usage: headgate ${command.name}${argument}${lines.length === 0 ? "" : " [flags]"}`;
  const sections = [usage, command.about, lines.join("\n"), command.notes];
  return sections.filter((section) => section !== "").join("\n\n");
}
