/**
 * What a merged task costs in calls to GitHub, counted at the sandbox's door from the label to the last word, and what an idle lane
 * costs an hour. Every pull is open before the first one may merge.
 */
import { atMost, type Figure, type Report, shown } from "../figures.ts";
import { Sandboxed } from "../sandboxed.ts";
import type { Counted } from "./door.ts";

const OPEN = { full: [7, 25, 50], short: [3] };
const REPAIRED = { full: 7, short: 2 };
const IDLE = { full: 20, short: 3 };

const DISPATCH = "POST /repos/:owner/:repo/actions/workflows/:workflow/dispatches";
const MERGE = "PUT /repos/:owner/:repo/pulls/:number/merge";

const WAIT = 'until [ -e "$WORLD/go" ]; do sleep 1; done';
const AGENT = 'echo made > "$HEADGATE_TASK_ID.txt"';
/** Fails the check at first. A repair finds the file of the first attempt. */
const AGENT_THAT_REPAIRS =
  'if [ -e "$HEADGATE_TASK_ID.txt" ]; then word=good; else word=bad; fi; echo "$word" > "$HEADGATE_TASK_ID.txt"';

const MINUTE_MS = 60_000;
const LIMIT_MS = 20 * MINUTE_MS;
const TOP = 16;

export async function calls(short: boolean): Promise<Report[]> {
  const runs: Run[] = [];
  const form = short ? "short" : "full";
  for (const tasks of OPEN[form]) runs.push(await merged(tasks, AGENT, `${WAIT}; sleep 1`));
  const reports = runs.map(reportOf);
  const [fewest] = runs;
  if (fewest === undefined) return reports;
  const { [form]: failing } = REPAIRED;
  const repaired = await merged(failing, AGENT_THAT_REPAIRS, `${WAIT}; ! grep -q bad *.txt`);
  const further = (all(repaired.tasks) - all(fewest.tasks) * (failing / fewest.count)) / failing;
  const perTask = runs.map(({ tasks, count }) => all(tasks) / count);
  return [
    ...reports,
    {
      name: "Calls as pulls and attempts are added",
      notes: top(repaired),
      figures: [
        atMost("calls for each further attempt", further, 10, "calls"),
        ...(runs.length > 1
          ? [
              atMost(
                "calls per task, the most as a multiple of the fewest",
                Math.max(...perTask) / Math.min(...perTask),
                1.3,
              ),
            ]
          : []),
      ],
    },
    await idle(IDLE[form]),
  ];
}

interface Run {
  count: number;
  /** From the first dispatch to the last merge. */
  tasks: Counted;
  /** Before and after that: tokens, planning, the last word. */
  feature: Counted;
  routes: { route: string; calls: number }[];
}

/** Runs one feature of so many tasks that know nothing of each other. */
async function merged(count: number, agent: string, test: string): Promise<Run> {
  const world = await Sandboxed.open({ tasks: count, policy: {}, agent, test });
  try {
    await world.label();
    await world.eventually(async () => (await world.pulls()).open === count, LIMIT_MS);
    await world.letThrough("go");
    await world.eventually(async () => (await world.issueState()) === "closed", LIMIT_MS);
    await world.settled(LIMIT_MS);
    const { merged } = await world.pulls();
    if (merged !== count) throw new Error(`${merged} of ${count} pulls merged`);
    const { door } = world;
    const [from, to] = [door.first(DISPATCH), door.last(MERGE)];
    return {
      count,
      tasks: door.count(from, to),
      feature: sum(door.count(0, from), door.count(to)),
      routes: door.routes(from, to),
    };
  } finally {
    await world.close();
  }
}

function reportOf(run: Run): Report {
  const { count, tasks, feature } = run;
  const figures: Figure[] = [
    atMost("calls per merged task", all(tasks) / count, 24, "calls"),
    atMost("of these, writes", tasks.writes / count, 14, "calls"),
    atMost("calls of the feature itself", all(feature), 40, "calls"),
  ];
  return { name: `Calls to GitHub, ${count} pulls open`, notes: top(run), figures };
}

function top({ routes, count }: Run): string[] {
  return routes.slice(0, TOP).map(({ route, calls }) => `${(calls / count).toFixed(2).padStart(7)} a task  ${route}`);
}

/** Counts the calls of an hour in which nothing happens: every pull waits for a person's merge. */
async function idle(count: number): Promise<Report> {
  const policy = { merge: { method: "squash", mode: "ready" } } as const;
  const world = await Sandboxed.open({ tasks: count, policy, agent: AGENT, test: "true" });
  try {
    await world.label();
    await world.eventually(async () => (await world.pulls()).open === count, LIMIT_MS);
    await world.settled(LIMIT_MS);
    const { door } = world;
    const from = door.mark();
    for (let minute = 0; minute < 60; minute += 1) {
      world.later(MINUTE_MS);
      await world.settled(LIMIT_MS);
    }
    const { reads, writes } = door.count(from);
    return {
      name: `An idle hour with ${count} open pulls`,
      notes: door
        .routes(from)
        .slice(0, TOP)
        .map(({ route, calls }) => `${String(calls).padStart(7)}  ${route}`),
      figures: [atMost("calls", reads + writes, 60, "calls"), shown("of these, writes", writes, "calls")],
    };
  } finally {
    await world.close();
  }
}

function all({ reads, writes }: Counted): number {
  return reads + writes;
}

function sum(left: Counted, right: Counted): Counted {
  return { reads: left.reads + right.reads, writes: left.writes + right.writes };
}
