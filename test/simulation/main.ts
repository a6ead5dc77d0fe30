/**
 * `npm run simulate`: runs the whole loop against a modelled GitHub, from seeds.
 *
 *   --seeds N [--from K]   run N scenarios on two threads; shrink broken ones and keep them under regressions/
 *     --within MINUTES     start no scenario after that, and print how many ran
 *   --seed N               run one scenario and print each step
 *   --file FILE            run a kept scenario and print each step
 *   --sweep                crash at every effect of the canonical scenarios, and at every pair of one scenario
 *   --mutants              check that each seeded bug is caught in its recorded scenario, else within 1,000 seeds
 *   --mutants --anew       count from the first seed on, ignoring the recorded scenarios
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { keep } from "./campaign/regressions.ts";
import { coverage, summary, sweptLine } from "./campaign/report.ts";
import { playSeeds } from "./campaign/seeds.ts";
import { shrink } from "./campaign/shrink.ts";
import { sweepOnce, sweepPairs } from "./campaign/sweep.ts";
import { catchMutants } from "./mutants/catch.ts";
import { play } from "./run.ts";
import { canonical, triple } from "./scenario/canonical.ts";
import { generate } from "./scenario/generate.ts";
import { Scenario } from "./scenario/scenario.ts";

const PROGRESS_EVERY_S = 15;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    file: { type: "string" },
    sweep: { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    anew: { type: "boolean", default: false },
    /** Limits the seeded bugs to those with this text. */
    only: { type: "string" },
    threads: { type: "string", default: "2" },
    within: { type: "string", default: "Infinity" },
    /** Stops at the first broken invariant, keeps nothing, and prints only the seed. */
    hunt: { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);

if (values.seed !== undefined) await playOne(generate(values.seed));
else if (values.file !== undefined)
  await playOne(Scenario.parse(JSON.parse(readFileSync(values.file, "utf8")).scenario));
else if (values.sweep) await sweepAll();
else if (values.mutants) {
  const { only, anew } = values;
  process.exitCode = (await catchMutants({ say, only, anew, threads })) ? 0 : 1;
} else await playMany();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function playOne(scenario: Scenario): Promise<void> {
  say(JSON.stringify(scenario));
  const { verdict, ends, fired } = await play(scenario, { trace: say });
  say(`${fired.length} faults; ends: ${ends.join(", ")}`);
  if (verdict === null) return say("every promise was kept");
  say(`BROKEN: ${verdict.promise}\n  ${verdict.text}`);
  process.exitCode = 1;
}

async function playMany(): Promise<void> {
  let printedAt = 0;
  const campaign = await playSeeds({
    from: Number(values.from),
    seeds: Number(values.seeds),
    threads,
    untilBroken: values.hunt,
    within: Number(values.within) * 60,
    progress: (soFar) => {
      if (values.hunt || soFar.seconds - printedAt < PROGRESS_EVERY_S) return;
      printedAt = soFar.seconds;
      say(summary(soFar).join("\n"));
    },
  });
  if (values.hunt) {
    const [first] = campaign.broken.sort((a, b) => Number(a.scenario.seed) - Number(b.scenario.seed));
    say(JSON.stringify({ played: campaign.played, seed: first?.scenario.seed ?? null, ...first?.verdict }));
    return;
  }
  for (const line of [...coverage(campaign), ...summary(campaign)]) say(line);
  await keepBroken(campaign.broken);
}

async function sweepAll(): Promise<void> {
  const broken = [];
  for (const scenario of canonical) {
    const swept = await sweepOnce(scenario, threads);
    say(sweptLine(swept));
    broken.push(...swept.broken);
  }
  const pairs = await sweepPairs(triple, threads);
  say(sweptLine({ ...pairs, scenario: "triple, two crashes" }));
  await keepBroken([...broken, ...pairs.broken]);
}

/** Keeps one scenario of each kind: many seeds break the same invariant in the same way. */
async function keepBroken(broken: Awaited<ReturnType<typeof playSeeds>>["broken"]): Promise<void> {
  const kinds = Map.groupBy(broken, ({ verdict }) => verdict.promise);
  for (const [promise, cases] of kinds) {
    const seeds = cases.slice(0, 10).map(({ scenario }) => scenario.seed);
    say(`BROKEN ${cases.length} times: ${promise} (seeds ${seeds.join(" ")})\n  ${cases[0]?.verdict.text}`);
    const first = cases[0];
    if (first === undefined) continue;
    const short = await shrink(first.scenario, async (candidate) => {
      return (await play(candidate)).verdict?.promise === promise;
    });
    say(`  kept as ${keep({ promise, text: first.verdict.text, scenario: short })}, ${short.faults.length} faults`);
  }
  if (broken.length > 0) process.exitCode = 1;
}
