/** Runs scenarios from many seeds. Collects their counts and those that broke an invariant. */
import type { Verdict } from "../invariants/court.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Tally } from "../tally.ts";
import { spread } from "./threads.ts";
import type { Work } from "./worker.ts";

const PIECE = 20;

export interface Campaign {
  played: number;
  seconds: number;
  simulatedMs: number;
  tally: Tally;
  broken: { scenario: Scenario; verdict: Verdict }[];
}

export interface CampaignOptions {
  from: number;
  seeds: number;
  threads: number;
  /** Stop at the first broken invariant. */
  untilBroken: boolean;
  /** Start no further scenarios after this many seconds. */
  within: number;
  progress(campaign: Campaign): void;
}

export async function playSeeds(options: CampaignOptions): Promise<Campaign> {
  const { from, seeds, threads, untilBroken, within, progress } = options;
  const began = performance.now();
  const campaign: Campaign = {
    played: 0,
    seconds: 0,
    simulatedMs: 0,
    tally: new Tally(),
    broken: [],
  };
  await spread(pieces(from, seeds), threads, (done) => {
    campaign.played += done.played;
    campaign.simulatedMs += done.simulatedMs;
    campaign.seconds = (performance.now() - began) / 1_000;
    campaign.tally.include(done.counts);
    campaign.broken.push(...done.broken);
    progress(campaign);
    return campaign.seconds > within || (untilBroken && campaign.broken.length > 0);
  });
  return campaign;
}

function* pieces(from: number, seeds: number): Generator<Work> {
  for (let first = from; first < from + seeds; first += PIECE) {
    const length = Math.min(PIECE, from + seeds - first);
    const piece = Array.from({ length }, (_, index) => first + index);
    yield { seeds: piece };
  }
}
