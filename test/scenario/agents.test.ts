/** Failures of agents: each keeps its class, is tried again within its limit, and stops no other task. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failureOf, type Task } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { openWorld, tasks } from "./world/open.ts";

const attempts = { ...defaultPolicy.attempts, max: 2 };

function causeOf(task: Task): string {
  const failure = failureOf(task);
  return failure === null ? "" : causeText(failure.cause);
}

describe("an agent that does not do its work", () => {
  it("is tried again, then parked with the reason; siblings continue, dependents wait, and a retry completes it", async () => {
    const world = await openWorld({
      plan: { tasks: [...tasks("idle", "broken", "good").tasks, { id: "next", title: "Next", dependsOn: ["idle"] }] },
      agent: `
        if [ -e $WORLD/fixed ]; then echo made > $HEADGATE_TASK_ID.txt; exit; fi
        case $HEADGATE_TASK_ID in
          idle) true;;
          broken) echo "the compiler is on fire" >&2; exit 3;;
          *) echo made > $HEADGATE_TASK_ID.txt;;
        esac`,
      policy: { attempts },
    });
    await world.label();
    await world.settled();

    expect(await world.stages()).toEqual({ idle: "parked", broken: "parked", good: "done", next: "blocked" });
    const report = await world.report();
    expect(report.tasks.map((task) => task.attempts.map((attempt) => attempt.class))).toEqual([
      ["agent-empty", "agent-empty"],
      ["agent-failed", "agent-failed"],
      [null],
      [],
    ]);
    expect(report.tasks[1]?.attempts[1]?.cause).toMatch(/exit code 3: the compiler is on fire/);
    const status = await world.status();
    expect(status).toMatch(
      /`idle` Make idle \| ✋ needs attention \|.*without changing anything.*`\/headgate retry idle`/,
    );
    expect(status).toMatch(/`broken` Make broken \| ✋ needs attention \|.*exit code 3.*`\/headgate retry broken`/);
    expect(status).toMatch(/`next` Next \| ⚪ blocked \|.*It waits for idle; idle needs attention/);
    expect(await world.log()).toEqual(["Make good (#2)", "first"]);

    await world.open("fixed");
    const command = await world.comment("maya", "/headgate retry idle");
    await world.until(async () => (await world.stages()).next === "done");
    expect(await world.stages()).toEqual({ idle: "done", broken: "parked", good: "done", next: "done" });
    expect(await world.reactions(command)).toEqual(["+1"]);
  });

  it("that hangs is ended when its minutes are over, and what it started ends too", async () => {
    const world = await openWorld({
      agent: 'sleep 1000 & echo $! >> "$WORLD/sleepers"; wait',
      policy: { attempts: { ...attempts, minutes: 0.02 } },
    });
    await world.label();
    await world.settled();
    expect(await world.stages()).toEqual({ one: "parked" });
    const { tasks: reported } = await world.report();
    expect(reported[0]?.attempts).toEqual([
      expect.objectContaining({ kind: "build", class: "attempt-timed-out", conclusion: "success" }),
      expect.objectContaining({ kind: "build", class: "attempt-timed-out", conclusion: "success" }),
    ]);
    expect(await world.status()).toMatch(/time ran out.*allow more minutes/);
    const sleepers = (await world.left("sleepers")).trim().split("\n").map(Number);
    expect(sleepers).toHaveLength(2);
    expect(sleepers.filter(isRunning)).toEqual([]);
  });

  it("whose job dies without a result loses the attempt, not a try", async () => {
    const world = await openWorld({
      agent: `
        if [ -e $WORLD/died ]; then echo made > $HEADGATE_TASK_ID.txt; exit; fi
        touch $WORLD/died
        kill -KILL $PPID`,
      policy: { attempts: { ...attempts, max: 1 } },
    });
    await world.label();
    await world.completed();
    const { tasks: reported } = await world.report();
    expect(reported[0]?.attempts).toEqual([
      expect.objectContaining({ class: "attempt-lost", conclusion: "failure" }),
      expect.objectContaining({ class: null, conclusion: "success" }),
    ]);
  });
});

describe("a change that is not for an agent to make", () => {
  it("is refused with the reason, and nothing of it reaches a branch", async () => {
    const world = await openWorld({
      plan: tasks("workflow", "link", "absolute", "key", "owners", "nested"),
      agent: `
        echo harmless > harmless.txt
        case $HEADGATE_TASK_ID in
          workflow) mkdir -p .github/workflows; echo "on: push" > .github/workflows/mine.yml;;
          link) mkdir deep; ln -s ../../secrets deep/link;;
          absolute) ln -s /etc/passwd passwd;;
          key) printf -- '-----BEGIN PRIVATE KEY-----\\n%s\\n' MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC7 > key.pem;;
          owners) echo "* @sam" > CODEOWNERS;;
          nested) git init -q inner && git -C inner -c user.name=a -c user.email=a@b commit -q --allow-empty -m x;;
        esac`,
      policy: { attempts: { ...attempts, max: 1 }, maxParallel: 6 },
    });
    await world.label();
    await world.settled();

    const causes = Object.fromEntries((await world.feature()).tasks.map((task) => [task.plan.id, causeOf(task)]));
    const refused = "The change was refused and not pushed: ";
    expect(causes).toEqual({
      workflow: `${refused}'.github/workflows/mine.yml' is protected: agents may not change it`,
      link: `${refused}'deep/link' is a symbolic link that leads outside the repository`,
      absolute: `${refused}'passwd' is a symbolic link that leads outside the repository`,
      key: expect.stringContaining(`${refused}line 1 of 'key.pem' looks like a secret (rule privatekey)`),
      owners: `${refused}'CODEOWNERS' is protected: agents may not change it`,
      nested: "inner is a repository of its own or a submodule",
    });
    expect(await world.branches()).toEqual(["main"]);
    expect(await world.pulls()).toEqual([]);
    expect(await world.status()).toContain(".github/workflows/mine.yml");
  });

  it("is refused when the artifact was forged, whatever it claims", async () => {
    const world = await openWorld({
      plan: tasks("upwards", "rooted", "git", "markers", "other", "missing", "swapped", "garbage", "red"),
      workflow: FORGING,
      policy: { attempts: { ...attempts, max: 1, free: 0 }, maxParallel: 9 },
    });
    await world.label();
    await world.settled();

    const failures = (await world.feature()).tasks.map((task) => [task.plan.id, failureOf(task)?.class, causeOf(task)]);
    expect(failures).toEqual([
      ["upwards", "agent-failed", expect.stringContaining("'../outside.txt' lies outside the repository")],
      ["rooted", "agent-failed", expect.stringContaining("'/etc/outside.txt' lies outside the repository")],
      ["git", "agent-failed", expect.stringContaining("'.git/hooks/post-checkout' is git's own")],
      ["markers", "agent-failed", expect.stringContaining("'made.txt' still has conflict markers")],
      ["other", "attempt-lost", expect.stringContaining("its result is of attempt '1/upwards/1'")],
      ["missing", "agent-failed", expect.stringContaining("'made.txt' is listed, but its content is missing")],
      ["swapped", "agent-failed", expect.stringContaining("'made.txt' differs from its checksum")],
      ["garbage", "attempt-lost", expect.stringContaining("its result.json is not JSON")],
      ["red", "attempt-lost", expect.stringContaining("the result that it uploaded does not count")],
    ]);
    expect(await world.branches()).toEqual(["main"]);
    expect(await world.pulls()).toEqual([]);
  });
});

/** Ended and not yet waited for is ended. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** A manipulated attempt workflow: it uploads what no agent's job would. */
const FORGING = `name: Headgate
run-name: headgate \${{ inputs.attempt }}
on:
  workflow_dispatch:
    inputs:
      protocol: { type: string, required: true }
      attempt: { type: string, required: true }
      brief: { type: string, required: true }
jobs:
  attempt:
    runs-on: ubuntu-latest
    steps:
      - env:
          ATTEMPT: \${{ inputs.attempt }}
          TASK: \${{ fromJSON(inputs.brief).task }}
        run: |
          mkdir -p result/files
          echo made > content
          if [ $TASK = markers ]; then printf '<<<<<<< ours\\na\\n=======\\nb\\n>>>>>>> theirs\\n' > content; fi
          sha=$(sha256sum < content | cut -d' ' -f1)
          cp content result/files/$sha
          path=made.txt
          case $TASK in
            upwards) path=../outside.txt;;
            rooted) path=/etc/outside.txt;;
            git) path=.git/hooks/post-checkout;;
            other) ATTEMPT=1/upwards/1;;
            missing) rm result/files/$sha;;
            swapped) echo evil > result/files/$sha;;
          esac
          cat > result/result.json <<END
          { "protocol": "1", "attempt": "$ATTEMPT", "outcome": "completed", "summary": "", "engine": "command",
            "model": null, "usage": null, "notes": [],
            "manifest": [{ "change": "write", "path": "$path", "mode": "100644", "sha256": "$sha", "bytes": $(wc -c < content) }] }
          END
          if [ $TASK = garbage ]; then echo '<html>' > result/result.json; fi
      - uses: actions/upload-artifact@v4
        with:
          name: headgate-result
          path: result
      - if: fromJSON(inputs.brief).task == 'red'
        run: exit 1
`;
