/** `npm run bench`: what the core's judgements and the sandbox are worth, as ratios measured in one run. Exits with 1 when a target is missed. */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { calls } from "./calls/index.ts";
import { cloning } from "./cloning/index.ts";
import { deciding } from "./deciding/index.ts";
import { type Report, reached, write } from "./figures.ts";
import { lane } from "./lane/index.ts";
import { launching } from "./launching/index.ts";
import { replicas } from "./replicas/index.ts";
import { scheduling } from "./scheduling/index.ts";
import { splitting } from "./splitting/index.ts";

const parts = {
  scheduling: async (trace: string | undefined): Promise<Report[]> => scheduling(trace),
  splitting: async (trace: string | undefined): Promise<Report[]> => splitting(trace),
  launching: async (): Promise<Report[]> => [launching()],
  deciding: async (): Promise<Report[]> => deciding(),
  cloning: async (): Promise<Report[]> => [await cloning()],
  calls: async (_: string | undefined, short: boolean): Promise<Report[]> => calls(short),
  lane: async (_: string | undefined, short: boolean): Promise<Report[]> => lane(short),
  replicas: async (_: string | undefined, short: boolean): Promise<Report[]> => replicas(short),
};

const { values } = parseArgs({
  options: { trace: { type: "string" }, only: { type: "string" }, short: { type: "boolean", default: false } },
});
const names = Object.keys(parts) as (keyof typeof parts)[];
// These take many minutes: they run only when they are asked for.
const LONG: readonly string[] = ["replicas", "calls", "lane"];
const chosen =
  values.only === undefined
    ? names.filter((name) => !LONG.includes(name))
    : names.filter((name) => name === values.only);

if (chosen.length === 0) {
  console.error(`--only takes one of: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  const model = cpus()[0]?.model ?? "an unknown processor";
  console.log(`${availableParallelism()} cores of ${model}, Node.js ${process.version}\n`);
  const reports: Report[] = [];
  for (const name of chosen) reports.push(...(await parts[name](values.trace, values.short)));
  for (const report of reports) console.log(`${write(report)}\n`);
  console.log("Simulated seeds per second are measured by `npm run simulate`.");
  const missed = reports.flatMap((report) => report.figures).filter((figure) => !reached(figure));
  if (missed.length > 0) {
    console.log(`Missed: ${missed.map((figure) => figure.name).join("; ")}`);
    process.exitCode = 1;
  }
}
