import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

describe("a job", () => {
  it("runs its steps with GitHub's environment, files and expressions", async () => {
    const { world } = fixture.hub;
    const known = world.table("repositories").get(fixture.repository.id);
    world.table("repositories").put({ ...known!, secrets: { KEY: "hunter2" }, variables: { COLOR: "red" } });
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
      - run: echo "answer=\${{ needs.main.outputs.answer }} text=\${{ toJSON(needs.main.outputs.text) }} secret=[\${{ needs.main.outputs.secret }}] result=\${{ needs.main.result }}"
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
    expect(await fixture.log(fixture.job("after"))).toContain('answer=42 text="one\\ntwo" secret=[] result=failure');
    expect(fixture.job("skipped")).toMatchObject({ status: "completed", conclusion: "skipped" });
  });
});
