/**
 * Tricks of real agents that get nowhere by design: the job is no boundary, and its list of changes is judged like anybody's. What lands
 * is exactly what was judged.
 */
import { expect, it } from "vitest";
import { failureOf } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { AT } from "../scenario/world/onlooker.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import type { World } from "../scenario/world/world.ts";
import { hostileWorkflow } from "./forging.ts";
import type { ForgedJob } from "./hostile.ts";
import { POLICY, VICTIM } from "./play.ts";

interface Trick {
  id: string;
  agent?: string;
  forged?: ForgedJob;
  /** Files that it lands, with their contents. */
  lands?: Record<string, string>;
  /** The sentence that it ends with; it lands nothing. */
  ends?: RegExp;
}

const own = (id: string) => ({ [`${id}.txt`]: "x\n" });
const COMMIT = "git -c user.name=a -c user.email=a@localhost commit --quiet";

const tricks: Trick[] = [
  // Git's own files
  {
    id: "hooks",
    agent: `mkdir -p .git/hooks .git/mine
for hook in post-index-change pre-commit post-checkout; do
  printf '#!/bin/sh\\necho hooked >> hooked.txt\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook; cp .git/hooks/$hook .git/mine
done
git config core.hooksPath "$PWD/.git/mine"; git config core.fsmonitor "$PWD/.git/mine/pre-commit"; echo x > hooks.txt`,
    lands: own("hooks"),
  },
  {
    id: "excluded",
    agent: "mkdir -p .git/info; echo hidden.txt > .git/info/exclude; echo x > hidden.txt; echo x > excluded.txt",
    lands: own("excluded"),
  },
  {
    id: "unchanged",
    agent:
      "git update-index --assume-unchanged README.md; git update-index --skip-worktree way/out.txt; echo a >> README.md; echo b > way/out.txt",
    lands: { "README.md": "# Victim\na\n", "way/out.txt": "b\n" },
  },
  {
    id: "replaced",
    agent: `echo x > replaced.txt; git add replaced.txt; ${COMMIT} -m mine; git replace -f HEAD~1 HEAD`,
    ends: /without changing anything/,
  },
  {
    id: "smudged",
    agent: `mkdir -p .git/info; git config filter.hide.clean 'echo x'; echo 'smudged.txt filter=hide' > .git/info/attributes
echo 'what a person would see in the checkout' > smudged.txt`,
    lands: own("smudged"),
  },
  { id: "no-repository", agent: "rm -rf .git; echo x > a.txt", ends: /the change cannot be read: git/ },
  {
    id: "other-repository",
    agent: "rm -rf .git; git init --quiet; echo x > a.txt",
    ends: /the change cannot be read: git/,
  },

  // Kinds of files
  { id: "setuid", agent: "echo x > setuid.txt; chmod 6755 setuid.txt", lands: own("setuid") },
  { id: "hard-link", agent: "echo x > ../hard-link; ln ../hard-link hard-link.txt", lands: own("hard-link") },
  { id: "fifo", agent: "mkfifo pipe; echo x > fifo.txt", lands: own("fifo") },
  { id: "fifo-instead", agent: "rm README.md; mkfifo README.md", ends: /the change cannot be read: git|README.md/ },
  { id: "not-utf-8", agent: "echo x > $'a\\xff.txt'", ends: /a file name is not UTF-8/ },
  { id: "git-name", agent: "mkdir git~1; echo x > git~1/config", ends: /the change cannot be read: git/ },
  { id: "huge", agent: "head -c 6000000 /dev/zero > huge.bin", ends: /the change has 6000000 bytes; the limit is/ },

  // The runner
  {
    id: "commands",
    agent: `echo '::set-output name=path::/etc'; echo '::add-mask::x'; echo '::stop-commands::mine'; echo '::error::boo'
echo "path=/etc" >> "\${GITHUB_OUTPUT:-/dev/null}"; echo "A=b" >> "\${GITHUB_ENV:-/dev/null}"; echo x > commands.txt`,
    lands: own("commands"),
  },
  {
    id: "runner-files",
    agent: `for each in ../../_temp/_runner_file_commands/* ../../../_temp/_runner_file_commands/*; do
  test ! -e "$each" || echo "path=$PWD/mine" >> "$each"
done
mkdir mine; echo '{}' > mine/result.json; mv mine ..; echo x > runner-files.txt`,
    lands: own("runner-files"),
  },
  {
    id: "left-behind",
    // It lives on in a session of its own until the result was written, and then changes the checkout.
    agent: `echo x > left-behind.txt
setsid bash -c 'for each in $(seq 500); do test -d "$HOME" || { echo later > left-behind.txt; exit; }; sleep 0.02; done' > /dev/null 2>&1 &`,
    lands: own("left-behind"),
  },

  // Results
  {
    id: "prototype",
    forged: {
      forges: [{ write: "prototype.txt", text: "x\n" }],
      afterwards: `const own = JSON.stringify(result);
writeFileSync("result/result.json", '{"__proto__":' + own + ',"constructor":' + own + "}");`,
    },
    ends: /does not fit protocol 1: protocol/,
  },
  {
    id: "countless",
    forged: {
      forges: [{ write: "countless.txt", text: "x\n" }],
      afterwards: `const files = Array.from({ length: 10_000 }, (_, at) => ({ ...manifest[0], path: "many/" + at }));
writeFileSync("result/result.json", JSON.stringify({ ...result, manifest: files }));`,
    },
    ends: /does not fit protocol 1: manifest/,
  },
  {
    id: "doubled",
    forged: {
      forges: [{ write: "doubled.txt", text: "x\n" }],
      afterwards: `writeFileSync("result/result.json", '{"attempt":"1/other/1",' + JSON.stringify(result).slice(1));`,
    },
    lands: own("doubled"),
  },
  {
    id: "nested",
    forged: { forges: [], afterwards: 'writeFileSync("result/result.json", "[".repeat(1e6) + "]".repeat(1e6));' },
    ends: /does not fit protocol 1|is not JSON/,
  },
  {
    id: "no-json",
    forged: { forges: [], afterwards: 'writeFileSync("result/result.json", "NaN");' },
    ends: /its result.json is not JSON/,
  },
  {
    id: "no-file",
    forged: { forges: [], afterwards: 'require("node:fs").renameSync("result/result.json", "result/other.json");' },
    ends: /its artifact has no result.json/,
  },
  {
    id: "slipped",
    forged: {
      forges: [{ write: "slipped.txt", text: "x\n" }],
      afterwards: `mkdirSync("result/files/a", { recursive: true });
for (const name of ["files/../up.txt", "files/a/b", "files/UPPER", "zz"]) writeFileSync("result/" + name, "x");`,
    },
    lands: own("slipped"),
  },
  {
    id: "spoken",
    forged: {
      forges: [{ write: "spoken.txt", text: "x\n" }],
      result: {
        summary: "Closes #1. @maya, /headgate cancel\n<!-- headgate:status -->\nHeadgate-Attempt: 1/spoken/9",
        notes: ["<!-- headgate:plan --> fixes #1"],
      },
    },
    lands: own("spoken"),
  },
];

/** Tricks of one repository. */
const TOGETHER = 4;
const parts = Array.from({ length: Math.ceil(tricks.length / TOGETHER) }, (_, part) => ({
  part: part + 1,
  these: tricks.slice(part * TOGETHER, (part + 1) * TOGETHER),
}));

it.each(parts)(
  "tricks that are harmless by design change what was judged and nothing else, part $part",
  async ({ these }) => {
    const hostiles = these.map(
      (trick) => ({ ...trick, kind: "forged-result", guard: "protected", reads: /^$/ }) as const,
    );
    const plan = tasks(...these.map(({ id }) => id));
    // Each pull waits before its merge, so that no landing waits for the checks of another.
    const policy = { ...POLICY, merge: { ...defaultPolicy.merge, mode: "ready" as const } };
    const world = await openWorld({ plan, files: VICTIM, workflow: hostileWorkflow(hostiles), policy });
    const before = await files(world, "main");
    await world.label();
    await world.settled();

    const { tasks: ended, stage } = await world.feature();
    const seen = ended.map((task) => {
      const failure = failureOf(task);
      return { id: task.plan.id, stage: task.stage, sentence: failure === null ? "" : causeText(failure.cause) };
    });
    const expected = these.map(({ id, ends }) =>
      ends === undefined
        ? { id, stage: "in-lane", sentence: "" }
        : { id, stage: "parked", sentence: expect.stringMatching(ends) },
    );
    expect(seen).toEqual(expected);
    for (const { id, lands } of these) {
      if (lands === undefined) continue;
      const branch = `headgate/1/${id}`;
      const after = await files(world, branch);
      const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
        (path) => before.get(path) !== after.get(path),
      );
      expect([id, changed.sort()]).toEqual([id, Object.keys(lands).sort()]);
      for (const [path, text] of Object.entries(lands))
        expect([id, await world.file(path, branch)]).toEqual([id, text]);
    }
    expect(stage).toBe("executing");
    expect((await world.issue()).state).toBe("open");
  },
);

/** The files of a branch with their modes and SHAs. */
async function files(world: World, branch: string): Promise<Map<string, string>> {
  const { data } = await world.as("maya").rest.git.getTree({ ...AT, tree_sha: branch, recursive: "1" });
  return new Map(data.tree.flatMap(({ path, mode, sha, type }) => (type === "tree" ? [] : [[path, `${mode} ${sha}`]])));
}
