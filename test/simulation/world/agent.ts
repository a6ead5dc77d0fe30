/** Models attempts: the agent works on real files, and its job ends as the scenario says. */
import { createHash } from "node:crypto";
import { Brief, type ChangedFile, PROTOCOL } from "../../../src/core/attempt.ts";
import { LAND } from "../../../src/core/plan.ts";
import type { Chance } from "../chance.ts";
import type { GitHubModel, JobScript } from "../github/model.ts";
import { type Blob, blob, type Files, textOf } from "../github/objects.ts";
import type { FeatureSpec, JobTrouble, TaskSpec } from "../scenario/scenario.ts";
import { BROKEN, CONFIG_ELSEWHERE, clashLine, guardedPathOf, pathOf } from "./contents.ts";
import { CONFIG } from "./people.ts";

/** About when Headgate gives an attempt up: after ten minutes of work and fifteen of overhead. */
const LATE_MS = 25 * 60_000;

export class Agent {
  readonly #github: GitHubModel;
  readonly #chance: Chance;
  readonly #specOf: (issue: number) => FeatureSpec;
  /** How many attempts of each task did their work. */
  readonly #worked = new Map<string, number>();

  constructor(github: GitHubModel, chance: Chance, specOf: (issue: number) => FeatureSpec) {
    this.#github = github;
    this.#chance = chance;
    this.#specOf = specOf;
  }

  job(attempt: string, briefText: string, trouble: JobTrouble | null): JobScript {
    const brief = Brief.parse(JSON.parse(briefText));
    const spec = this.#specOf(brief.issue.number).tasks.find((one) => one.id === brief.task) ?? whole(brief.task);
    const lasts = Math.round(spec.worksMs * (0.5 + this.#chance.next()));
    const startsAfter = this.#chance.delay(500, 8_000);
    const script = { startsAfter, lasts, conclusion: "success" };
    const ends = (conclusion: string): JobScript => ({ ...script, conclusion, artifact: null });
    switch (trouble) {
      case "hangs":
        return { ...script, lasts: null, artifact: null };
      case "never-starts":
        return { startsAfter: 48 * 3_600_000, lasts: null, conclusion: "cancelled", artifact: null };
      case "cancelled":
        return ends("cancelled");
      case "crashed":
        return ends("failure");
      case "startup-failure":
        return ends("startup_failure");
      case "no-result":
        return ends("success");
      case "agent-failed":
      case "timed-out":
      case "budget-exhausted":
      case "provider-down":
        return { ...script, artifact: failing(attempt, trouble === "agent-failed" ? "failed" : trouble) };
      default: {
        const artifact = this.#work(attempt, brief, spec, trouble);
        const late = trouble === "late" ? { lasts: LATE_MS - startsAfter - this.#chance.between(0, 5_000) } : {};
        return { ...script, ...late, artifact, ...(trouble === "re-run" ? { runAttempt: 2 } : {}) };
      }
    }
  }

  #work(attempt: string, brief: Brief, spec: TaskSpec, trouble: JobTrouble | null): Map<string, Uint8Array> {
    if (trouble === "not-json") return new Map([["result.json", Buffer.from("{oops")]]);
    if (trouble === "poison") return new Map([["poison", Buffer.from("")]]);
    if (trouble === "not-a-zip") return new Map([["not-a-zip", Buffer.from("")]]);
    const before = this.#github.objects.read(brief.against).files;
    const wanted =
      brief.kind === "research" || trouble === "agent-empty" || trouble === "nothing-to-do"
        ? before
        : this.#wanted(brief, spec);
    const files = new Map<string, Blob>(wanted);
    if (trouble === "protected-path") {
      files.set(".github/workflows/evil.yml", blob("on: push\n"));
      files.set(CONFIG, blob(CONFIG_ELSEWHERE));
    }
    // Its manifest lists the file, and not the files of the folder that it replaces.
    if (trouble === "swapped-folder") files.set("shared", blob("no folder any more\n"));
    const { manifest, contents } = difference(before, files);
    const first = manifest.find((file) => file.change === "write");
    if (trouble === "bad-checksum" && first?.change === "write") {
      contents.set(`files/${first.sha256}`, Buffer.from("something else"));
    }
    if (trouble === "missing-file" && first?.change === "write") contents.delete(`files/${first.sha256}`);
    const result = {
      ...resultOf(trouble === "wrong-attempt" ? "1/other/1" : attempt, "completed"),
      protocol: trouble === "wrong-protocol" ? "7" : PROTOCOL,
      // Without words nobody knows whether nothing was to be done.
      ...(trouble === "agent-empty" ? { summary: "" } : {}),
      manifest,
    };
    contents.set("result.json", Buffer.from(JSON.stringify(result)));
    return contents;
  }

  #wanted(brief: Brief, spec: TaskSpec): Files {
    const { objects } = this.#github;
    const key = `${brief.feature} ${brief.task}`;
    const worked = (this.#worked.get(key) ?? 0) + 1;
    this.#worked.set(key, worked);
    const files = new Map(objects.read(brief.checkout).files);
    if (brief.kind === "resolve" && brief.merge !== null) {
      const merged = objects.mergeAsFarAsPossible(brief.checkout, brief.merge);
      const theirs = objects.read(brief.merge).files;
      files.clear();
      for (const [path, file] of merged.files) files.set(path, file);
      for (const path of merged.conflicts) {
        const sides = [theirs.get(path), objects.read(brief.checkout).files.get(path)];
        const lines = sides.flatMap((side) => (side === undefined ? [] : textOf(side).trim().split("\n")));
        files.set(path, blob(`${[...new Set(lines)].join("\n")}\n`));
      }
    }
    const lines = [`task ${spec.id}`, `worked ${worked}`];
    if (worked <= spec.broken) lines.push(BROKEN);
    // A repair attempt reads the failing checks, so it removes the clash.
    if (spec.clash !== null && brief.kind !== "repair") lines.push(clashLine(spec.clash, spec.id));
    files.set(pathOf(brief.issue.number, spec.id), blob(`${lines.join("\n")}\n`));
    if (spec.guarded !== null) {
      const content = spec.guarded === "once" ? "once" : `work ${worked}`;
      files.set(guardedPathOf(brief.issue.number, spec.id), blob(`export GATE="${content}"\n`));
    }
    if (spec.hot !== null && brief.kind === "build") {
      const path = `shared/${spec.hot}.txt`;
      const present = files.get(path);
      files.set(path, blob(`${present === undefined ? "" : textOf(present)}${brief.issue.number}/${spec.id}\n`));
    }
    return files;
  }
}

/** Returns the spec of the task that lands the whole feature, which no scenario lists. */
function whole(task: string): TaskSpec {
  if (task !== LAND) throw new Error(`the scenario has no task ${task}`);
  const plain = { broken: 0, hot: null, clash: null, guarded: null };
  return { id: task, dependsOn: [], size: "S", role: "build", ...plain, worksMs: 30_000 };
}

function difference(before: Files, after: Files): { manifest: ChangedFile[]; contents: Map<string, Uint8Array> } {
  const manifest: ChangedFile[] = [];
  const contents = new Map<string, Uint8Array>();
  for (const [path, file] of after) {
    if (before.get(path)?.sha256 === file.sha256) continue;
    const { mode, sha256, bytes } = file;
    manifest.push({ change: "write", path, mode, sha256, bytes: bytes.length });
    contents.set(`files/${sha256}`, bytes);
  }
  for (const path of before.keys()) if (!after.has(path)) manifest.push({ change: "delete", path });
  return { manifest, contents };
}

function failing(attempt: string, outcome: string): Map<string, Uint8Array> {
  return new Map([["result.json", Buffer.from(JSON.stringify(resultOf(attempt, outcome)))]]);
}

function resultOf(attempt: string, outcome: string): Record<string, unknown> {
  const tokens = Number.parseInt(createHash("sha1").update(attempt).digest("hex").slice(0, 3), 16);
  const usage = {
    inputTokens: tokens,
    outputTokens: tokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    usd: tokens / 10_000,
  };
  const summary = outcome === "completed" ? "Did it." : `It ended as ${outcome}.`;
  return {
    protocol: PROTOCOL,
    attempt,
    outcome,
    summary,
    engine: "command",
    model: null,
    usage,
    notes: [],
    manifest: [],
  };
}
