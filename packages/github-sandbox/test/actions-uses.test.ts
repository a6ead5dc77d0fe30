import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { satisfies } from "../src/actions/built-in/setup/node-versions/asked.ts";
import { nodesOnMachine } from "../src/actions/built-in/setup/node-versions/on-machine.ts";
import { versionInFile } from "../src/actions/built-in/setup/version-files.ts";
import { isInRange } from "../src/actions/built-in/setup/version-range.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";
import { fakeNpm } from "./npm.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await fixture.close();
});

describe("actions/checkout", () => {
  it("actions/checkout fetches the requested refs, sets the server's URL, and removes its credentials as configured", async () => {
    const first = await fixture.commit({ "a.txt": "first" });
    await fixture.commit({ "b.txt": "side" }, "side");
    await fixture.octokit.rest.git.createRef({ ...fixture.at, ref: "refs/tags/v1", sha: first });
    await fixture.makeRepository("other", { "o.txt": "other" });
    const last = await fixture.commit({
      checkout: `
on: workflow_dispatch
permissions: { contents: write }
jobs:
  checkout:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: |
          echo "branch=$(git branch --show-current) commits=$(git rev-list --count HEAD) shared=$(ls .git/objects/info/alternates 2>/dev/null)"
          echo "url=$(git remote get-url origin) credentials=$(git config --get-regexp extraheader | wc -l) hooks=$(ls .git/hooks 2>/dev/null | wc -l)"
          git fetch --quiet origin side && echo "fetched=$(git rev-parse FETCH_HEAD)"
          git -c user.name=x -c user.email=x@x commit --quiet --allow-empty -m pushed && git push --quiet origin HEAD:refs/heads/pushed
      - uses: actions/checkout@v5
        with: { fetch-depth: 0, persist-credentials: false }
      - run: echo "all=$(git for-each-ref --format='%(refname)' | sort | tr '\\n' ' ') left=$(git config --get-regexp extraheader | wc -l) files=$(ls | tr '\\n' ' ')"
      - uses: actions/checkout@v5
        with: { ref: ${first}, path: old, clean: false }
      - uses: actions/checkout@v5
        with: { ref: v1, path: tag }
      - uses: actions/checkout@v5
        with: { repository: ada/other, path: other }
      - uses: actions/checkout@v5
        with: { path: tags, fetch-tags: true }
      - run: echo "tags=$(git -C tags tag)"
      - run: echo "old=$(cat old/a.txt) tag=$(git -C tag rev-parse HEAD) other=$(cat other/o.txt)"
      - uses: actions/checkout@v5
        with: { ref: nowhere }
`,
    });
    await fixture.dispatch("checkout");
    const log = await fixture.log(fixture.job("checkout"));
    expect(log).toContain("Z branch=main commits=1 shared=\n");
    expect(log).toContain(`Z url=${fixture.url}/ada/shop credentials=1 hooks=0`);
    expect(log).toContain(`Z fetched=${await fixture.context.git.resolve(fixture.repository, "refs/heads/side")}`);
    const pushed = await fixture.octokit.rest.repos.getCommit({ ...fixture.at, ref: "pushed" });
    expect(pushed.data).toMatchObject({ parents: [{ sha: last }], commit: { message: "pushed" } });
    expect(log).toMatch(
      /all=refs\/heads\/main .*refs\/remotes\/origin\/pushed refs\/remotes\/origin\/side refs\/tags\/v1 {2}left=0 files=README.md a.txt \n/,
    );
    expect(log).toContain("Z tags=v1\n");
    expect(log).toContain(`Z old=first tag=${first} other=other`);
    expect(log).toContain("##[error]A branch or tag with the name 'nowhere' could not be found");
  });

  it("actions/checkout checks out the test merge of a pull, detached", async () => {
    await fixture.commit({
      pull: `
on: pull_request
jobs:
  pull:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: echo "head=$(git rev-parse HEAD) sha=$GITHUB_SHA ref=$GITHUB_REF refs=$(git for-each-ref --format='%(refname)' | tr '\\n' ' ') from=$GITHUB_HEAD_REF to=$GITHUB_BASE_REF file=$(cat topic.txt)"
`,
    });
    const head = await fixture.commit({ "topic.txt": "topic" }, "topic");
    await fixture.octokit.rest.pulls.create({ ...fixture.at, title: "Topic", head: "topic", base: "main" });
    await fixture.settle();
    const [run] = fixture.runsOf("pull");
    expect(run).toMatchObject({ event: "pull_request", headSha: head, headBranch: "topic", conclusion: "success" });
    expect(run?.checkoutSha).not.toBe(head);
    const log = await fixture.log(fixture.job("pull"));
    const merge = run?.checkoutSha;
    expect(log).toContain(
      `head=${merge} sha=${merge} ref=refs/pull/1/merge refs=refs/remotes/pull/1/merge  from=topic to=main file=topic`,
    );
  });
});

describe("versions of setup actions", () => {
  it("A version of Node.js that is not here is installed once, and a job that asks for one that cannot be had is not run", async () => {
    const installs = fakeNpm(fixture.folder);
    await fixture.commit({
      ".tool-versions": "python 3.1\nnodejs 7.10.1\n",
      versions: `
on: workflow_dispatch
jobs:
  old: { runs-on: ubuntu-latest, steps: [{ uses: actions/setup-node@v4, with: { node-version: 7 } }, { run: node --version }] }
  file:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - { uses: actions/setup-node@v4, with: { node-version-file: .tool-versions } }
      - run: node --version
  none: { runs-on: ubuntu-latest, steps: [{ uses: actions/setup-node@v4, with: { node-version: 5 } }] }
  other: { runs-on: ubuntu-latest, steps: [{ uses: actions/setup-node@v4, with: { node-version: 9-nightly } }] }
`,
    });
    await fixture.dispatch("versions");
    const ends = ["old", "file", "none", "other"].map((name) => fixture.job(name).conclusion);
    expect(ends).toEqual(["success", "success", "neutral", "neutral"]);
    expect(await fixture.log(fixture.job("old"))).toContain("Z the fake node 7.10.1");
    expect(await fixture.log(fixture.job("file"))).toContain("Z the fake node 7.10.1");
    const present = process.versions.node;
    expect(await fixture.log(fixture.job("none"))).toContain(
      `Not run here: it asks for node 5, and this machine has ${present} (npm could not install it: ETARGET).`,
    );
    expect(await fixture.log(fixture.job("other"))).toContain("Not run here: it asks for node 9-nightly");
    await fixture.dispatch("versions");
    expect(installs().filter((line) => line.includes("@7")).length).toBeLessThanOrEqual(4);
    expect(existsSync(join(fixture.folder, "data", "tools", "node-7.10.1"))).toBe(true);
  });

  it.each([
    ["v20.9.0\n", ".nvmrc", "node", "20.9.0"],
    ["lts/iron\n", ".nvmrc", "node", "lts/iron"],
    ["# which\nnodejs 24.1.0\npython 3.12\n", ".tool-versions", "python", "3.12"],
    ['{"engines":{"node":">=20"},"volta":{"node":"22.1.0"}}', "package.json", "node", "22.1.0"],
    ['{"devEngines":{"runtime":{"name":"node","version":"^24"}}}', "package.json", "node", "^24"],
    ["module example.invalid/a\n\ngo 1.22\n\ntoolchain go1.24.2\n", "go.mod", "go", "1.24.2"],
    ['[project]\nrequires-python = ">=3.9,<4"\n', "pyproject.toml", "python", ">=3.9 <4"],
  ] as const)("The version in %j of %s is what %s is asked for", (text, name, tool, version) => {
    writeFileSync(join(fixture.folder, name), text);
    expect(versionInFile(fixture.folder, name, tool)).toBe(version);
  });

  it.each([
    ["20", "20.9.0", true],
    ["lts/iron", "20.9.0", true],
    ["lts/-1", "22.3.0", true],
    ["lts/-1", "20.9.0", false],
    ["lts/*", "20.9.0", true],
    ["20-nightly", "20.9.0", false],
    [">=18 <21 || 23", "20.9.0", true],
  ])("Asked for node %s, setup-node takes %s: %s", (asked, version, expected) => {
    expect(satisfies(asked, version, "24.21.0")).toBe(expected);
  });

  it("Versions of version managers are found in their folders", () => {
    const home = join(fixture.folder, "home-of-managers");
    const places = [".nvm/versions/node/v7.1.0/bin", ".local/share/fnm/node-versions/v7.2.0/installation/bin"];
    const more = [".volta/tools/image/node/7.3.0/bin", ".asdf/installs/nodejs/7.4.0/bin"];
    for (const place of [...places, ...more, ".local/share/mise/installs/node/7.5.0/bin"]) {
      mkdirSync(join(home, place), { recursive: true });
      writeFileSync(join(home, place, "node"), "");
    }
    const found = nodesOnMachine(process.execPath, { HOME: home }).map(({ version }) => version);
    expect(found.filter((version) => version.startsWith("7."))).toEqual(["7.1.0", "7.2.0", "7.3.0", "7.4.0", "7.5.0"]);
    expect(found[0]).toBe(process.versions.node);
  });

  it("Version ranges match as in the setup actions", () => {
    const version = "24.21.0";
    const has = [
      "24",
      "24.x",
      "24.21.0",
      "v24.21",
      "^24.3",
      "~24.21.0",
      ">=18",
      "18 || 24",
      ">=18 <25",
      "20 - 24",
      "*",
      "<= 24",
    ];
    const lacks = [
      "2",
      "240",
      "24.2",
      "^24.22",
      "~24.20.0",
      ">24",
      "<24",
      "18 || 20",
      ">=18 <24",
      "20 - 22",
      "24-dev",
      "",
      "0.24",
    ];
    expect(has.filter((range) => !isInRange(range, version))).toEqual([]);
    expect(lacks.filter((range) => isInRange(range, version))).toEqual([]);
    expect(["^0.2.1", "^0.2"].map((range) => isInRange(range, "0.3.0"))).toEqual([false, false]);
  });
});

describe("actions of a repository", () => {
  it("An action's path cannot leave its repository", async () => {
    await fixture.makeRepository("inner", { "README.md": "x" });
    const uses = "ada/inner/../../outer@main";
    await fixture.commit({
      climbing: `on: workflow_dispatch\njobs: { climb: { runs-on: ubuntu-latest, steps: [{ uses: ${uses} }] } }`,
    });
    await fixture.dispatch("climbing");
    expect(await fixture.log(fixture.job("climb"))).toContain(
      `##[error]'${uses}' is no action: it should be owner/repository@ref or ./path.`,
    );
  });

  it("A repository's action runs as JavaScript with inputs, state, pre and post, or as a composite", async () => {
    await fixture.makeRepository("tools", {
      "hello/action.yml": `
name: Hello
inputs:
  who: { default: "\${{ github.actor }}" }
  a word: { required: true }
outputs: { greeting: { description: x } }
runs: { using: node20, pre: pre.js, main: main.js, post: post.js }
`,
      "hello/pre.js": `require("fs").appendFileSync(process.env.GITHUB_STATE, "early=yes\\n"); console.log("pre ran");`,
      "hello/main.js": `
const { appendFileSync } = require("fs");
const { INPUT_WHO, STATE_early, GITHUB_ACTION_REPOSITORY } = process.env;
appendFileSync(process.env.GITHUB_OUTPUT, "greeting=" + INPUT_WHO + " " + process.env["INPUT_A_WORD"] + "\\n");
appendFileSync(process.env.GITHUB_STATE, "late=" + STATE_early + "\\n");
console.log("from", GITHUB_ACTION_REPOSITORY, process.version === "${process.version}");`,
      "hello/post.js": `console.log("post ran", process.env.STATE_late);`,
      "action.yml": `
name: Wrap
inputs: { word: { default: fallback } }
outputs: { said: { value: "\${{ steps.hello.outputs.greeting }}" } }
runs:
  using: composite
  steps:
    - id: hello
      uses: ada/tools/hello@main
      with: { who: inner, a word: "\${{ inputs.word }}" }
    - shell: bash
      if: inputs.word == 'fallback'
      env: { FROM: "\${{ github.action_path }}" }
      run: |
        test -f "$FROM/hello/main.js" && echo "composite in $(basename "$PWD")"
        echo "SET=by composite" >> "$GITHUB_ENV"
    - shell: bash
      if: failure()
      run: echo "never"
`,
      "image/action.yml": "name: Image\nruns: { using: docker, image: Dockerfile }\n",
    });
    await fixture.commit({
      tools: `
on: workflow_dispatch
jobs:
  tools:
    runs-on: ubuntu-latest
    steps:
      - id: hello
        uses: ada/tools/hello@main
        with: { a word: world }
      - run: echo "greeting=\${{ steps.hello.outputs.greeting }}"
      - id: wrap
        uses: ada/tools@main
      - run: echo "said=\${{ steps.wrap.outputs.said }} set=$SET"
      - uses: actions/checkout@v5
      - uses: ./local
        continue-on-error: true
      - uses: ./script
        with: { what: local }
      - uses: ada/tools/image@main
`,
      "script/action.yml":
        "name: Script\ninputs: { what: {} }\nruns: { using: node24, main: main.js, post: post.js }\n",
      "script/main.js": `console.log("script is", process.env.INPUT_WHAT, process.env.GITHUB_ACTION_REPOSITORY);`,
      "script/post.js": `console.log("script is done");`,
      "local/action.yml": `
name: Local
runs: { using: composite, steps: [{ run: exit 7, shell: bash }, { run: echo skipped, shell: bash }] }
`,
    });
    await fixture.dispatch("tools");
    const job = fixture.job("tools");
    const log = await fixture.log(job);
    expect(log).toContain("Z from ada/tools true");
    expect(log).toContain("Z greeting=ada world");
    expect(log).toContain("Z composite in shop");
    expect(log).toContain("Z said=inner fallback set=by composite");
    expect(log).toContain("Z post ran yes");
    expect(log).toContain("Z script is local ada/shop");
    expect(log).toContain("Z script is done");
    expect(log).toContain("an action of the kind 'docker', which this machine cannot run");
    expect(log).not.toMatch(/Z (never|skipped)/);
    expect(job.steps.map((step) => `${step.name}: ${step.conclusion}`)).toEqual([
      "Set up job: success",
      "Pre Run ada/tools/hello@main: success",
      "Run ada/tools/hello@main: success",
      'Run echo "greeting=ada world": success',
      "Run ada/tools@main: success",
      'Run echo "said=inner fallback set=$SET": success',
      "Run actions/checkout@v5: success",
      "Run ./local: success",
      "Run ./script: success",
      "Run ada/tools/image@main: skipped",
      "Post Run ./script: success",
      "Post Run actions/checkout@v5: success",
      "Post Run ada/tools/hello@main: success",
      "Post Run ada/tools/hello@main: success",
      "Complete job: success",
    ]);
  });
});

describe("artifacts", () => {
  it("An artifact passes from one job to another and is downloaded through REST", async () => {
    await fixture.commit({
      artifacts: `
on: workflow_dispatch
jobs:
  make:
    runs-on: ubuntu-latest
    outputs: { digest: "\${{ steps.up.outputs.artifact-digest }}" }
    steps:
      - run: |
          mkdir -p out/deep && echo one > out/one.txt && echo two > out/deep/two.txt && echo log > out/x.log && echo h > out/.hidden
          printf '\\x00\\xff\\x01' > out/binary
      - id: up
        uses: actions/upload-artifact@v4
        with:
          name: result
          path: |
            out
            !out/*.log
      - uses: actions/upload-artifact@v4
        with: { name: single, path: out/deep/two.txt }
      - uses: actions/upload-artifact@v4
        with: { name: none, path: nowhere/*, if-no-files-found: ignore }
      - uses: actions/upload-artifact@v4
        continue-on-error: true
        with: { name: result, path: out }
      - uses: actions/upload-artifact@v4
        with: { name: single, path: out/one.txt, overwrite: true }
  use:
    needs: make
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { name: result, path: got }
      - run: echo "files=$(cd got && find . -type f | sort | tr '\\n' ' ') one=$(cat got/one.txt) binary=$(od -An -tx1 got/binary)"
      - uses: actions/download-artifact@v4
      - run: echo "all=$(find result single -type f | sort | tr '\\n' ' ') digest=\${{ needs.make.outputs.digest != '' }}"
      - uses: actions/cache@v4
        id: cache
        with: { path: x, key: y }
      - uses: actions/setup-node@v4
        with: { node-version: ">=18 <${Number.parseInt(process.versions.node, 10) + 1}" }
      - run: echo "hit=[\${{ steps.cache.outputs.cache-hit }}] node=$(node --version)"
      - uses: actions/download-artifact@v4
        with: { name: missing }
`,
    });
    const run = await fixture.dispatch("artifacts");
    expect(await fixture.log(fixture.job("make"))).toContain(
      "(409) Conflict: an artifact with this name already exists",
    );
    const log = await fixture.log(fixture.job("use"));
    expect(log).toContain("Z files=./binary ./deep/two.txt ./one.txt  one=one binary= 00 ff 01");
    expect(log).toContain("Z all=result/binary result/deep/two.txt result/one.txt single/one.txt  digest=true");
    expect(log).toContain(`Z hit=[] node=${process.version}`);
    expect(log).toContain("Artifact not found for name: missing");

    const { actions } = fixture.octokit.rest;
    const { data } = await actions.listWorkflowRunArtifacts({ ...fixture.at, run_id: run.id, name: "result" });
    expect(data.total_count).toBe(1);
    const [artifact] = data.artifacts;
    expect(artifact).toMatchObject({ name: "result", expired: false, workflow_run: { id: run.id } });
    const wanted = { ...fixture.at, artifact_id: artifact!.id };
    const zip = await actions.downloadArtifact({ ...wanted, archive_format: "zip" });
    const bytes = new Uint8Array(zip.data as ArrayBuffer);
    expect(artifact?.digest).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    expect(Object.keys(unzipSync(bytes))).toEqual(["binary", "deep/two.txt", "one.txt"]);
    await actions.deleteArtifact(wanted);
    await expect(actions.getArtifact(wanted)).rejects.toMatchObject({ status: 404 });
  });
});
