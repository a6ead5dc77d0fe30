import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newSlots } from "../src/slots.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture({ slots: 8 });
});
afterEach(() => fixture.close());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function start(name: string): Promise<number> {
  const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  const order = { ...fixture.at, workflow_id: `${name}.yml`, ref: "main", return_run_details: true };
  const { data } = await fixture.octokit.request(route, order);
  return (data as { workflow_run_id: number }).workflow_run_id;
}

function jobs(): string[] {
  const all = [...fixture.context.store.table("jobs").all()];
  return all.map((job) => `${job.runId} ${job.name}: ${job.conclusion ?? job.status}`);
}

describe("concurrency groups of jobs", () => {
  it("A concurrency group lets one job run and one wait across runs, while other jobs go on", async () => {
    await fixture.commit({
      deploy: `
on: workflow_dispatch
jobs:
  build: { runs-on: ubuntu-latest, steps: [{ run: "true" }] }
  deploy: { runs-on: ubuntu-latest, concurrency: production, steps: [{ run: "sleep 60" }] }
`,
    });
    const runs = [await start("deploy")];
    await until(() => jobs().includes(`${runs[0]} deploy: in_progress`));
    runs.push(await start("deploy"));
    await until(() => jobs().includes(`${runs[1]} deploy: pending`) && jobs().includes(`${runs[1]} build: success`));
    runs.push(await start("deploy"));
    await until(() => jobs().includes(`${runs[2]} deploy: pending`) && jobs().includes(`${runs[2]} build: success`));
    await until(() => fixture.context.store.table("runs").get(runs[1] ?? 0)?.status === "completed");
    expect(jobs().filter((line) => line.includes("deploy"))).toEqual([
      `${runs[0]} deploy: in_progress`,
      `${runs[1]} deploy: cancelled`,
      `${runs[2]} deploy: pending`,
    ]);
    await fixture.octokit.rest.actions.cancelWorkflowRun({ ...fixture.at, run_id: runs[0] ?? 0 });
    await until(() => jobs().includes(`${runs[2]} deploy: in_progress`));
  });

  it("A job that ends leaves its concurrency group to the job that waits", async () => {
    await fixture.commit({
      turns: `
on: workflow_dispatch
jobs:
  one: { runs-on: ubuntu-latest, concurrency: { group: turns }, steps: [{ run: "true" }] }
  two: { runs-on: ubuntu-latest, concurrency: { group: TURNS }, steps: [{ run: "true" }] }
`,
    });
    expect((await fixture.dispatch("turns")).conclusion).toBe("success");
  });

  it("A job in the concurrency group of its own run is cancelled as a deadlock", async () => {
    await fixture.commit({
      stuck: `
on: workflow_dispatch
concurrency: same
jobs:
  job: { runs-on: ubuntu-latest, concurrency: same, steps: [{ run: "true" }] }
  call: { uses: ./.github/workflows/called.yml }
`,
      called: `
on: workflow_call
concurrency: same
jobs: { inner: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`,
    });
    expect((await fixture.dispatch("stuck")).conclusion).toBe("cancelled");
    for (const name of ["job", "call"]) {
      expect(fixture.job(name).conclusion).toBe("cancelled");
      expect(await fixture.log(fixture.job(name))).toContain(
        `Canceling since a deadlock for concurrency group 'same' was detected between 'top level workflow' and '${name}'`,
      );
    }
  });

  it("A concurrency group holds a called workflow back as a whole", async () => {
    await fixture.commit({
      caller: `
on: workflow_dispatch
jobs: { call: { uses: ./.github/workflows/called.yml, concurrency: "one at a time" } }
`,
      called: `
on: workflow_call
jobs: { inner: { runs-on: ubuntu-latest, steps: [{ run: "sleep 60" }] } }
`,
    });
    const first = await start("caller");
    await until(() => jobs().includes(`${first} call / inner: in_progress`));
    const second = await start("caller");
    const third = await start("caller");
    await until(() => jobs().includes(`${second} call: cancelled`));
    expect(jobs().filter((line) => line.startsWith(String(third)))).toEqual([]);
    await fixture.octokit.rest.actions.cancelWorkflowRun({ ...fixture.at, run_id: first });
    await until(() => jobs().includes(`${third} call / inner: in_progress`));
  });
});

describe("slots", () => {
  it("Slots limit the jobs of one account, first come, first served", async () => {
    await fixture.close();
    fixture = await startFixture({ slots: 1 });
    const file = "on: workflow_dispatch\njobs: { wait: { runs-on: ubuntu-latest, steps: [{ run: 'sleep 60' }] } }";
    await fixture.commit({ wait: file });
    const other = await fixture.makeRepository("other", { wait: file });
    const { store } = fixture.context;
    const eve = store.table("users").put({ ...fixture.owner, id: store.nextId(), login: "eve" });
    const foreign = await fixture.makeRepository("foreign", { wait: file });
    const owned = store.table("repositories").put({ ...foreign, ownerId: eve.id, owner: "eve" });
    const dispatched = async (repository: typeof other) => {
      const [workflow] = await fixture.actions.workflows(repository);
      return fixture.actions.dispatch(repository, workflow!, { ref: "main", inputs: {}, actor: eve });
    };
    const runs = [await start("wait"), (await dispatched(other)).id, (await dispatched(owned)).id, await start("wait")];
    const states = () =>
      runs
        .map((id) => store.table("jobs").find((job) => job.runId === id))
        .map((job) => job?.conclusion ?? job?.status);
    await until(() => states().join() === "in_progress,queued,in_progress,queued");
    fixture.actions.cancel(runs[0] ?? 0, true);
    await until(() => states().join() === "cancelled,in_progress,in_progress,queued");
  });

  it("A slot that is released twice counts once", async () => {
    const slots = newSlots(1);
    const { signal } = new AbortController();
    const release = await slots.take(signal);
    release?.();
    release?.();
    await slots.take(signal);
    const gone = new AbortController();
    const third = slots.take(gone.signal);
    gone.abort();
    expect(await third).toBeNull();
  });
});
