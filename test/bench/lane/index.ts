/**
 * How fast a lane of ready pulls lands, as a multiple of its serial bound: for each pull, GitHub's own time for the update, for the job
 * that judges the updated head, and for the merge. The rest is the lane's: looking, deciding, waiting.
 */
import { readFile } from "node:fs/promises";
import { atMost, type Report, shown } from "../figures.ts";
import { Sandboxed } from "../sandboxed.ts";

const READY = { full: [25, 50], short: [4] };
const LIMIT_MS = 20 * 60_000;

/** Says when the job of a head begins and ends. It lasts a second. */
const TEST = ['until [ -e "$WORLD/go" ]; do sleep 1; done', "sleep 1", 'echo "$(date +%s%3N)" >> "$WORLD/ends"'].join(
  "\n",
);

const UPDATE = "PUT /repos/:owner/:repo/pulls/:number/update-branch";
const MERGE = "PUT /repos/:owner/:repo/pulls/:number/merge";

export async function lane(short: boolean): Promise<Report[]> {
  const reports: Report[] = [];
  for (const count of READY[short ? "short" : "full"]) reports.push(await landed(count));
  return reports;
}

async function landed(count: number): Promise<Report> {
  const agent = 'echo made > "$HEADGATE_TASK_ID.txt"';
  const world = await Sandboxed.open({ tasks: count, policy: {}, agent, test: TEST });
  try {
    await world.label();
    await world.eventually(async () => (await world.pulls()).open === count, LIMIT_MS);
    await world.letThrough("go");
    await world.eventually(async () => (await world.pulls()).merged === count, LIMIT_MS);
    const ends = (await readFile(world.path("ends"), "utf8")).trim().split("\n").map(Number);
    return reportOf(count, world.door.timesOf(UPDATE), world.door.timesOf(MERGE), ends);
  } finally {
    await world.close();
  }
}

interface Answered {
  at: number;
  tookMs: number;
}

/** The first pull may merge without an update. The lane is measured from the first update on. */
function reportOf(count: number, updates: Answered[], merges: Answered[], ends: readonly number[]): Report {
  const [first] = updates;
  const last = merges.at(-1);
  if (first === undefined || last === undefined) throw new Error("the lane updated nothing");
  const parts = updates.map((update, index) => {
    const merge = merges.find(({ at }) => at > update.at);
    const until = Math.min(merge?.at ?? Number.POSITIVE_INFINITY, updates[index + 1]?.at ?? Number.POSITIVE_INFINITY);
    const end = ends.filter((at) => at > update.at && at < until).at(-1) ?? update.at;
    return { update: update.tookMs, job: end - update.at, merge: merge?.tookMs ?? 0 };
  });
  const total = (pick: (part: (typeof parts)[number]) => number) => parts.reduce((sum, part) => sum + pick(part), 0);
  const bound = total(({ update, job, merge }) => update + job + merge);
  const took = last.at - (first.at - first.tookMs);
  const seconds = (ms: number) => ms / parts.length / 1_000;
  return {
    name: `A lane of ${count} ready pulls with checks of a second`,
    notes: [`${parts.length} updates, ${merges.length} merges`],
    figures: [
      atMost("from the first update to the last merge, as a multiple of the serial bound", took / bound, 1.3),
      shown("a pull: update", seconds(total(({ update }) => update)), "s"),
      shown("a pull: job", seconds(total(({ job }) => job)), "s"),
      shown("a pull: merge", seconds(total(({ merge }) => merge)), "s"),
      shown("a pull: the lane's own", seconds(took - bound), "s"),
    ],
  };
}
