/** A life of the sandbox for `actions-crash.test.ts` to kill: it runs one job, lets another wait, and says so. */
import { startFixture } from "./actions-fixture.ts";

const folder = process.argv[2] ?? "";
const fixture = await startFixture({ slots: 1 }, folder);
await fixture.commit({
  long: `
on: workflow_dispatch
jobs:
  running:
    runs-on: ubuntu-latest
    steps:
      - run: setsid sleep 1000 & echo $! > "$GITHUB_WORKSPACE/pid"
      - run: sleep 1000
  waiting: { runs-on: ubuntu-latest, steps: [{ run: "true" }] }
`,
});
const { data } = await fixture.octokit.request(
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
  { ...fixture.at, workflow_id: "long.yml", ref: "main", return_run_details: true },
);
const jobs = fixture.context.store.table("jobs");
const isUnderWay = () => jobs.find((job) => job.name === "running" && job.steps.length === 3 && job.process !== null);
while (isUnderWay() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
process.stdout.write(`${JSON.stringify({ ...(data as object), jobs: [...jobs.all()] })}\n`);
