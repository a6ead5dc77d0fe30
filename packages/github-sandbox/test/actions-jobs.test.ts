import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

describe("jobs", () => {
  it("A job runs its steps with GitHub's environment, command files and expressions", async () => {
    const { store } = fixture.context;
    const known = store.table("repositories").get(fixture.repository.id);
    store.table("repositories").put({ ...known!, secrets: { KEY: "hunter2" }, variables: { COLOR: "red" } });
    process.env.LEAK = "from the test's own process";
    const sha = await fixture.commit({
      steps: `
name: Steps
run-name: Steps by \${{ github.actor }} \${{ inputs.word }}
on:
  workflow_dispatch:
    inputs:
      word: { type: string, default: hello }
      loud: { type: boolean, default: true }
env: { LEVEL: workflow, COLOR: "\${{ vars.COLOR }}" }
defaults: { run: { working-directory: sub } }
jobs:
  main:
    runs-on: ubuntu-latest
    env: { LEVEL: job, SECRET: "\${{ secrets.KEY }}" }
    outputs:
      answer: \${{ steps.write.outputs.answer }}
      text: \${{ steps.write.outputs.text }}
      secret: \${{ steps.write.outputs.secret }}
    steps:
      - uses: actions/checkout@v4
      - id: write
        env: { LEVEL: step }
        run: |
          echo "level=$LEVEL color=$COLOR pwd=$(basename "$PWD") leak=[\${LEAK:-}] secret=$SECRET"
          echo "answer=42" >> "$GITHUB_OUTPUT"
          echo "secret=$SECRET" >> "$GITHUB_OUTPUT"
          printf 'text<<EOF\\none\\ntwo\\nEOF\\n' >> "$GITHUB_OUTPUT"
          echo "LATER=\${LEVEL}-later" >> "$GITHUB_ENV"
          mkdir -p ../bin && printf '#!/bin/sh\\necho tool\\n' > ../bin/mytool && chmod +x ../bin/mytool
          echo "$(cd ../bin && pwd)" >> "$GITHUB_PATH"
          echo "### done" >> "$GITHUB_STEP_SUMMARY"
      - name: Look
        working-directory: .
        run: |
          echo "later=$LATER level=$LEVEL tool=$(mytool) event=$GITHUB_EVENT_NAME repo=$GITHUB_REPOSITORY"
          echo "hash=\${{ hashFiles('README.md') != '' }} loud=\${{ inputs.loud && 'yes' }} join=\${{ join(fromJSON('[1,2]'), '+') }}"
          echo "::add-mask::whisper"
          echo "whisper"
          echo "::error file=a.ts,line=1::something is off"
          test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
      - shell: bash
        run: false | true
      - if: failure() && steps.write.outputs.answer == 42
        shell: sh
        run: echo "after the failure"
      - run: echo "never"
      - if: always()
        continue-on-error: true
        run: exit 3
  after:
    runs-on: ubuntu-latest
    needs: main
    if: always()
    steps:
      - working-directory: .
        run: echo "answer=\${{ needs.main.outputs.answer }} text=\${{ contains(needs.main.outputs.text, 'two') }} secret=[\${{ needs.main.outputs.secret }}] result=\${{ needs.main.result }}"
  skipped:
    runs-on: ubuntu-latest
    needs: main
    steps: [{ run: echo no }]
`,
      "sub/file.txt": "x",
    });
    const run = await fixture.dispatch("steps");
    delete process.env.LEAK;

    expect(run).toMatchObject({ conclusion: "failure", displayTitle: "Steps by ada hello", headSha: sha });
    const main = fixture.job("main");
    const log = await fixture.log(main);
    expect(log).toContain("level=step color=red pwd=sub leak=[] secret=***");
    expect(log).toContain("later=step-later level=job tool=tool event=workflow_dispatch repo=ada/shop");
    expect(log).toContain("hash=true loud=yes join=1+2");
    expect(log).toContain("##[error]something is off");
    expect(log).toContain("after the failure");
    expect(log).not.toMatch(/hunter2|Z whisper|Z never/);
    expect(main.steps.map((step) => `${step.name}: ${step.conclusion}`)).toEqual([
      "Set up job: success",
      "Run actions/checkout@v4: success",
      'Run echo "level=$LEVEL color=$COLOR pwd=$(basename "$PWD") leak=[${LEAK:-}] secret=$SECRET": success',
      "Look: success",
      "Run false | true: failure",
      'Run echo "after the failure": success',
      'Run echo "never": skipped',
      "Run exit 3: success",
      "Post Run actions/checkout@v4: success",
      "Complete job: success",
    ]);
    expect(await fixture.log(fixture.job("after"))).toContain("answer=42 text=true secret=[] result=failure");
    expect(fixture.job("skipped")).toMatchObject({ status: "completed", conclusion: "skipped" });
  });

  it("A run block keeps its lines as YAML gives them, with expressions in them", async () => {
    await fixture.commit({
      block: `
on: workflow_dispatch
jobs:
  block:
    runs-on: ubuntu-latest
    steps:
      - run: |
          cat <<END
          start \${{ github.event_name }}
            indented
          END
`,
    });
    await fixture.dispatch("block");
    expect(await fixture.log(fixture.job("block"))).toMatch(/Z start workflow_dispatch\n\S+ {3}indented\n/);
  });

  it("A step that exceeds its time fails, and a job that exceeds its own is cancelled", async () => {
    await fixture.commit({
      slow: `
on: workflow_dispatch
jobs:
  step:
    runs-on: ubuntu-latest
    steps:
      - run: sleep 60
        timeout-minutes: 0.002
      - if: failure()
        run: echo "cleaned up"
  job:
    runs-on: ubuntu-latest
    timeout-minutes: 0.002
    steps:
      - run: sleep 60
      - if: cancelled()
        run: echo "said goodbye"
`,
    });
    const run = await fixture.dispatch("slow");
    expect(fixture.job("step").conclusion).toBe("failure");
    const stepLog = await fixture.log(fixture.job("step"));
    expect(stepLog).toContain("##[error]The step has timed out after 0.002 minutes.");
    expect(stepLog).toContain("Z cleaned up");
    expect(fixture.job("job").conclusion).toBe("cancelled");
    const jobLog = await fixture.log(fixture.job("job"));
    expect(jobLog).toContain("Z said goodbye");
    expect(jobLog).toContain("exceeded the maximum execution time of 0.002 minutes");
    expect(run.conclusion).toBe("failure");
  });

  it.each([
    ["services", "services: { db: { image: postgres } }", "it has 'services'"],
    ["container", "container: node:24", "it has 'container'"],
    ["windows", "# none", "it asks for the runner 'windows-latest'"],
    ["docker", "# none", "it uses docker://alpine, an action of the kind 'docker'"],
    ["unknown", "# none", "it uses acme/deploy@v1, which is not here"],
    ["shell", "# none", "it uses the shell 'pwsh', which is not here"],
    ["submodules", "# none", "it checks out submodules, which are not here"],
  ])(
    "A job ends as not run here, with the reason in its log and its check, for what the machine cannot do: %s",
    async (kind, key, reason) => {
      const steps: Record<string, string> = {
        docker: "uses: docker://alpine",
        unknown: "uses: acme/deploy@v1",
        shell: "{ run: dir, shell: pwsh }",
        submodules: "{ uses: actions/checkout@v4, with: { submodules: true } }",
      };
      await fixture.commit({
        ...(kind === "submodules" ? { ".gitmodules": "" } : {}),
        cannot: `
on: workflow_dispatch
jobs:
  cannot:
    runs-on: ${kind === "windows" ? "windows-latest" : "ubuntu-latest"}
    ${key}
    steps:
      - ${steps[kind] ?? "run: echo fine"}
`,
      });
      const run = await fixture.dispatch("cannot");
      expect(run.conclusion).toBe("neutral");
      const job = fixture.job("cannot");
      const log = await fixture.log(job);
      expect(log).toContain(`##[warning]Not run here: ${reason}`);
      expect(log).not.toContain("Z fine");
      const check = await fixture.octokit.rest.checks.get({ ...fixture.at, check_run_id: job.checkRunId });
      expect(check.data).toMatchObject({ conclusion: "neutral", output: { title: "Not run here" } });
      expect(check.data.output.summary).toContain(reason);
    },
  );

  it("A job fails when an expression of it cannot be evaluated", async () => {
    await fixture.commit({
      cannot: `
on: workflow_dispatch
jobs:
  cannot: { runs-on: ubuntu-latest, env: { A: "\${{ fromJSON('{') }}" }, steps: [{ run: echo fine }] }
`,
    });
    expect((await fixture.dispatch("cannot")).conclusion).toBe("failure");
    expect(await fixture.log(fixture.job("cannot"))).toMatch(/##\[error\].*JSON/);
  });

  it("A job that cannot run here neither stops its matrix nor counts as passed for jobs that need it", async () => {
    await fixture.commit({
      part: `
on: workflow_dispatch
jobs:
  test:
    runs-on: \${{ matrix.os }}
    strategy: { matrix: { os: [windows-latest, ubuntu-latest] } }
    steps: [{ run: sleep 0.2 }]
  pack: { needs: test, runs-on: ubuntu-latest, steps: [{ run: "true" }] }
  sum: { needs: test, if: always(), runs-on: ubuntu-latest, steps: [{ run: "echo result=\${{ needs.test.result }}" }] }
`,
    });
    const run = await fixture.dispatch("part");
    const ends = fixture.jobsOf(run).map(({ name, conclusion }) => [name, conclusion]);
    expect(Object.fromEntries(ends)).toEqual({
      "test (windows-latest)": "neutral",
      "test (ubuntu-latest)": "success",
      pack: "skipped",
      sum: "success",
    });
    expect(await fixture.log(fixture.job("sum"))).toContain("Z result=skipped");
    expect(run.conclusion).toBe("success");
  });

  it("A job's token has the declared permissions, and its PATH no tools of another project", async () => {
    await fixture.commit({
      token: `
on: workflow_dispatch
permissions: {}
cache-mode: none
jobs:
  token:
    runs-on: ubuntu-latest
    permissions: { issues: write }
    cache-mode: read
    steps:
      - env: { TOKEN: "\${{ secrets.GITHUB_TOKEN }}" }
        run: |
          ask() { URL="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$1" BODY="$2" node -e '
            const { URL: url, BODY: body, TOKEN } = process.env;
            fetch(url, { method: "POST", body, headers: { authorization: "Bearer " + TOKEN } }).then((answer) => console.log(answer.status));
          '; }
          echo "issue=$(ask issues '{"title":"from a job"}') label=$(ask git/refs '{"ref":"refs/heads/x","sha":"'$GITHUB_SHA'"}')"
          echo "same=\${{ github.token == secrets.GITHUB_TOKEN }} token=$TOKEN"
          echo "foreign=$(echo "$PATH" | grep -c 'node_modules/.bin') node=$(node -p process.version) home=\${HOME#$GITHUB_WORKSPACE}"
`,
    });
    await fixture.dispatch("token");
    const log = await fixture.log(fixture.job("token"));
    expect(log).toContain("Z issue=201 label=403");
    expect(log).toContain("Z same=true token=***");
    expect(log).toContain(`Z foreign=0 node=${process.version} home=`);
  });

  it("A job leaves no process and only its logs behind", async () => {
    await fixture.commit({
      background: `
on: workflow_dispatch
jobs:
  background:
    runs-on: ubuntu-latest
    steps:
      - run: |
          sleep 1000 & echo "first $!" && echo $! > pid
          setsid sleep 1000 & echo "second $!"
      - run: |
          kill -0 $(cat pid)
          echo "still there"
`,
    });
    const run = await fixture.dispatch("background");
    expect(run.conclusion).toBe("success");
    const log = await fixture.log(fixture.job("background"));
    const pids = [...log.matchAll(/Z (?:first|second) (\d+)/g)].map((match) => Number(match[1]));
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
    const folder = join(fixture.folder, "data", "actions", "jobs", String(fixture.job("background").id));
    expect(readdirSync(folder)).toEqual(["logs"]);
    expect([...fixture.context.store.table("tokens").all()].filter((token) => token.kind === "job")).toEqual([]);
  });
});

/** A process that was killed may wait to be collected by its parent. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
