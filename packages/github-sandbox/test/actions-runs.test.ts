import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture({ slots: 2 });
});
afterEach(() => fixture.close());

function names(): string[] {
  const jobs = [...fixture.context.store.table("jobs").all()];
  return jobs.map((job) => `${job.name}: ${job.conclusion}`).sort();
}

/** Resolves when the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("workflow runs", () => {
  it("A run expands a matrix with include, exclude and continue-on-error", async () => {
    await fixture.commit({
      matrix: `
on: workflow_dispatch
jobs:
  list:
    runs-on: ubuntu-latest
    outputs: { nodes: "\${{ steps.nodes.outputs.nodes }}" }
    steps:
      - id: nodes
        run: echo 'nodes=[20,24]' >> "$GITHUB_OUTPUT"
  test:
    needs: list
    runs-on: \${{ matrix.os }}-latest
    continue-on-error: \${{ matrix.experimental == true }}
    strategy:
      fail-fast: false
      max-parallel: 1
      matrix:
        os: [ubuntu]
        node: \${{ fromJSON(needs.list.outputs.nodes) }}
        size: [small, big]
        exclude: [{ node: 20, size: big }]
        include:
          - { node: 24, size: big, experimental: true }
          - { os: ubuntu, node: 26, size: small }
    steps:
      - run: test "\${{ matrix.node }}\${{ matrix.size }}" != 24big
  fine:
    needs: test
    runs-on: ubuntu-latest
    name: all \${{ needs.test.result }}
    steps: [{ run: "true" }]
`,
    });
    const run = await fixture.dispatch("matrix");
    expect(names()).toEqual([
      "all success: success",
      "list: success",
      "test (ubuntu, 20, small): success",
      "test (ubuntu, 24, big, true): failure",
      "test (ubuntu, 24, small): success",
      "test (ubuntu, 26, small): success",
    ]);
    expect(run.conclusion).toBe("success");
  });

  it("A matrix job is named by its values, at most 100 characters, as on GitHub", async () => {
    await fixture.commit({
      names: `
on: workflow_dispatch
jobs:
  plain:
    runs-on: ubuntu-latest
    strategy: { matrix: { a: [x, ""], b: [1, { c: 2, d: true }] } }
    steps: [{ run: "true" }]
  given:
    name: Tested
    runs-on: ubuntu-latest
    strategy: { matrix: { only: [${"y".repeat(120)}] } }
    steps: [{ run: "true" }]
  own:
    name: With \${{ matrix.only }}
    runs-on: ubuntu-latest
    strategy: { matrix: { only: [z] } }
    steps: [{ run: "true" }]
`,
    });
    await fixture.dispatch("names");
    expect(names()).toEqual([
      `Tested (${"y".repeat(89)}...: success`,
      "With z: success",
      "plain (1): success",
      "plain (2, true): success",
      "plain (x, 1): success",
      "plain (x, 2, true): success",
    ]);
  });

  it("A failing matrix job stops the rest of its matrix", async () => {
    await fixture.commit({
      fast: `
on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    strategy: { matrix: { seconds: [0, 60, 61] } }
    steps: [{ run: "sleep \${{ matrix.seconds }}; false" }]
`,
    });
    const run = await fixture.dispatch("fast");
    expect(names()).toEqual(["test (0): failure", "test (60): cancelled", "test (61): cancelled"]);
    expect(run.conclusion).toBe("failure");
  });

  it("A run calls reusable workflows of its own and of another repository", async () => {
    await fixture.makeRepository("shared", {
      called: `
on:
  workflow_call:
    inputs:
      who: { type: string, required: true }
      times: { type: number, default: 2 }
    secrets: { token: { required: true } }
    outputs:
      said: { value: "\${{ jobs.say.outputs.said }}" }
jobs:
  say:
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.say.outputs.said }}" }
    steps:
      - id: say
        run: |
          echo "said=\${{ inputs.who }} \${{ inputs.times }}" >> "$GITHUB_OUTPUT"
          echo "secret=\${{ secrets.token == 'abc' }} other=[\${{ secrets.OTHER }}] repository=$GITHUB_REPOSITORY"
  deeper: { uses: ./.github/workflows/deeper.yml, secrets: inherit }
`,
      deeper: `
on: workflow_call
jobs:
  here:
    runs-on: ubuntu-latest
    steps: [{ run: "echo deep=\${{ secrets.token == 'abc' }}" }]
`,
    });
    const { store } = fixture.context;
    const own = store.table("repositories").get(fixture.repository.id);
    store.table("repositories").put({ ...own!, secrets: { TOKEN: "abc", OTHER: "xyz" } });
    await fixture.commit({
      caller: `
on: workflow_dispatch
permissions: { contents: read }
jobs:
  remote:
    uses: ada/shared/.github/workflows/called.yml@main
    with: { who: "\${{ github.actor }}" }
    secrets: { token: "\${{ secrets.TOKEN }}" }
  local: { uses: ./.github/workflows/local.yml, secrets: inherit }
  wrong: { uses: ./.github/workflows/local.yml, with: { nope: 1 } }
  after:
    needs: [remote, local]
    runs-on: ubuntu-latest
    steps: [{ run: "test '\${{ needs.remote.outputs.said }}' = 'ada 2'" }]
`,
      local: `
on: { workflow_call: {} }
jobs:
  here:
    runs-on: ubuntu-latest
    steps: [{ run: "test '\${{ secrets.OTHER }}' = xyz" }]
`,
    });
    const run = await fixture.dispatch("caller");
    expect(names()).toEqual([
      "after: success",
      "local / here: success",
      "remote / deeper / here: success",
      "remote / say: success",
      "wrong: failure",
    ]);
    expect(await fixture.log(fixture.job("remote / say"))).toContain("secret=true other=[] repository=ada/shop");
    expect(await fixture.log(fixture.job("remote / deeper / here"))).toContain("deep=true");
    expect(await fixture.log(fixture.job("wrong"))).toContain("nope is not defined in the referenced workflow");
    expect(run.conclusion).toBe("failure");
  });

  it("A concurrency group lets one run go on and one wait", async () => {
    await fixture.commit({
      alone: `
on: { workflow_dispatch: { inputs: { stop: { type: boolean } } } }
run-name: alone \${{ github.run_number }}
concurrency:
  group: Alone-\${{ github.ref_name }}
  cancel-in-progress: \${{ inputs.stop }}
jobs: { wait: { runs-on: ubuntu-latest, steps: [{ run: "sleep 60" }] } }
`,
    });
    const { store } = fixture.context;
    const runs = () => [...store.table("runs").all()];
    const status = () => runs().map((run) => `${run.runNumber}: ${run.status} ${run.conclusion ?? ""}`.trim());
    const start = (stop: string) =>
      fixture.octokit.rest.actions.createWorkflowDispatch({
        ...fixture.at,
        workflow_id: "alone.yml",
        ref: "main",
        inputs: { stop },
      });
    await start("false");
    await start("false");
    await start("false");
    await until(() => runs()[1]?.status === "completed");
    await until(() => runs()[0]?.status === "in_progress");
    expect(status()).toEqual(["1: in_progress", "2: completed cancelled", "3: pending"]);
    await start("true");
    await until(() => runs()[3]?.status === "in_progress");
    expect(status()).toEqual([
      "1: completed cancelled",
      "2: completed cancelled",
      "3: completed cancelled",
      "4: in_progress",
    ]);
    expect(runs().map((run) => run.displayTitle)).toContain("alone 4");
  });

  it("A cancelled run ends its jobs, except those with if: always()", async () => {
    await fixture.commit({
      long: `
on: workflow_dispatch
jobs:
  stops:
    runs-on: ubuntu-latest
    steps:
      - run: sleep 60
      - run: echo "never"
      - if: always()
        run: echo "goodbye"
  stays:
    if: always()
    runs-on: ubuntu-latest
    steps: [{ run: "sleep 0.3" }]
  queued:
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
  after:
    needs: stops
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
  report:
    needs: stops
    if: \${{ cancelled() && needs.stops.result == 'cancelled' }}
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
`,
    });
    const { store } = fixture.context;
    const { data } = await fixture.octokit.request(
      "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
      { ...fixture.at, workflow_id: "long.yml", ref: "main", return_run_details: true },
    );
    const { workflow_run_id: run_id } = data as { workflow_run_id: number };
    const jobs = () => store.table("jobs").filter((job) => job.runId === run_id);
    await until(() => jobs().filter((job) => job.process !== null).length === 2);
    // Two slots: the third job waits for one.
    expect(jobs().find((job) => job.name === "queued")?.status).toBe("queued");
    const cancel = await fixture.octokit.rest.actions.cancelWorkflowRun({ ...fixture.at, run_id });
    expect(cancel.status).toBe(202);
    await fixture.settle();
    expect(names()).toEqual([
      "after: skipped",
      "queued: cancelled",
      "report: success",
      "stays: success",
      "stops: cancelled",
    ]);
    expect(await fixture.log(fixture.job("stops"))).toMatch(/The operation was canceled\.[\s\S]*Z goodbye/);
    expect(store.table("runs").get(run_id)?.conclusion).toBe("cancelled");
    await expect(fixture.octokit.rest.actions.cancelWorkflowRun({ ...fixture.at, run_id })).rejects.toThrow(
      "Cannot cancel a workflow run that is completed.",
    );
  });

  it("Re-running failed jobs also runs their dependents, and keeps the other jobs' results", async () => {
    await fixture.commit({
      flaky: `
on: workflow_dispatch
jobs:
  first:
    runs-on: ubuntu-latest
    outputs: { attempt: "\${{ github.run_attempt }}" }
    steps: [{ run: "true" }]
  flaky:
    needs: first
    runs-on: ubuntu-latest
    steps: [{ run: "test $GITHUB_RUN_ATTEMPT = 2 && test '\${{ needs.first.outputs.attempt }}' = 1" }]
  last:
    needs: flaky
    runs-on: ubuntu-latest
    steps: [{ run: "true" }]
`,
    });
    const run = await fixture.dispatch("flaky");
    expect(names()).toEqual(["first: success", "flaky: failure", "last: skipped"]);
    await fixture.octokit.rest.actions.reRunWorkflowFailedJobs({ ...fixture.at, run_id: run.id });
    await fixture.settle();
    const { data } = await fixture.octokit.rest.actions.listJobsForWorkflowRun({ ...fixture.at, run_id: run.id });
    expect(data.jobs.map((job) => `${job.name} ${job.run_attempt}: ${job.conclusion}`)).toEqual([
      "first 1: success",
      "flaky 2: success",
      "last 2: success",
    ]);
    const again = await fixture.octokit.rest.actions.getWorkflowRun({ ...fixture.at, run_id: run.id });
    expect(again.data).toMatchObject({ run_attempt: 2, conclusion: "success", status: "completed" });
  });

  it("A job whose runner is lost fails with GitHub's message and runs no later step", async () => {
    await fixture.close();
    const loss = new AbortController();
    const asked: string[] = [];
    const ended: string[] = [];
    fixture = await startFixture({}, undefined, (job) => {
      asked.push(job);
      return { lost: loss.signal, end: () => ended.push(job) };
    });
    await fixture.commit({
      lost: `
on: workflow_dispatch
jobs:
  long: { runs-on: ubuntu-latest, steps: [{ run: "sleep 1000" }, { if: always(), run: echo "later" }] }
`,
    });
    const [workflow] = await fixture.actions.workflows(fixture.repository);
    const order = { ref: "main", inputs: {}, actor: fixture.owner };
    const run = await fixture.actions.dispatch(fixture.repository, workflow!, order);
    await until(() => fixture.jobsOf(run)[0]?.process != null);
    loss.abort();
    await fixture.settle();
    expect(names()).toEqual(["long: failure"]);
    const log = await fixture.log(fixture.job("long"));
    expect(log).toContain("##[error]The hosted runner lost communication with the server.");
    expect(log).not.toContain("later");
    expect(asked).toEqual([".github/workflows/lost.yml long"]);
    expect(ended).toEqual(asked);
  });

  it("A run under way is cancelled when the sandbox closes", async () => {
    await fixture.commit({
      endless: `
on: workflow_dispatch
jobs: { endless: { runs-on: ubuntu-latest, steps: [{ run: "trap '' INT; sleep 1000; sleep 1000" }, { if: always(), run: sleep 1000 }] } }
`,
    });
    const { actions, context } = fixture;
    const [workflow] = await actions.workflows(fixture.repository);
    const run = await actions.dispatch(fixture.repository, workflow!, {
      ref: "main",
      inputs: {},
      actor: fixture.owner,
    });
    await until(() => fixture.jobsOf(run)[0]?.process != null);
    const pid = fixture.jobsOf(run)[0]?.process?.pid ?? 0;
    await actions.close();
    // Killed before close answered; a busy machine may take a moment to reap orphans.
    await until(() => groupIsGone(pid));
    expect(context.store.table("runs").get(run.id)?.conclusion).toBe("cancelled");
  });
});

function groupIsGone(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
