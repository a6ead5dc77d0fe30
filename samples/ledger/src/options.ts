/** What the command line asks for. */
export interface Options {
  file: string;
  /** Pending entries count too. */
  all: boolean;
}

/** Reads the arguments after `ledger`. Throws with a sentence for the person who typed them. */
export function parseOptions(args: readonly string[]): Options {
  const options: Options = { file: "", all: false };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--all") options.all = true;
    else if (arg.startsWith("-")) throw new Error(`unknown option ${arg}`);
    else if (options.file !== "") throw new Error("only one ledger at a time");
    else options.file = arg;
  }
  if (options.file === "") throw new Error("which ledger? Usage: ledger FILE [--all]");
  return options;
}
