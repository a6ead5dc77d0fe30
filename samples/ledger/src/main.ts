#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseOptions } from "./options.ts";
import { run } from "./run.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  process.stdout.write(run(readFileSync(options.file, "utf8"), options));
} catch (error) {
  process.stderr.write(`ledger: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
