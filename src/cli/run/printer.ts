/** What a person sees of a run: plain lines, coloured in a terminal. */
import { styleText } from "node:util";
import { explainFeature } from "../../core/feature/explain.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import type { RequiredCheck } from "../../core/github.ts";
import { standing } from "../../core/judge/standing.ts";
import { finalTable } from "../../messages/final-table.ts";
import { planTree } from "../../messages/plan-tree.ts";
import { progressLine } from "../../messages/progress.ts";
import type { Happened } from "./follow.ts";
import type { Model } from "./model.ts";
import type { report } from "./report.ts";
import type { Site } from "./site.ts";
import type { Source } from "./source.ts";

export interface Printer {
  opening(about: { source: Source; site: Site; checks: RequiredCheck[]; model: Model; dataDir: string | null }): void;
  happened(happened: Happened): void;
  ending(about: {
    state: FeatureState;
    result: { branch: string } | { folder: string } | null;
    document: ReturnType<typeof report>;
    site: Site;
    /** Everything but the result goes with the process. */
    temporary: boolean;
    source: Source;
  }): void;
  keeping(site: Site, dataDir: string): void;
  interrupted(dataDir: string | null): void;
}

export function createPrinter(output: NodeJS.WriteStream): Printer {
  const print = (line: string) => output.write(`${line}\n`);
  const dim = (text: string) => styleText("dim", text, { stream: output });
  const bold = (text: string) => styleText("bold", text, { stream: output });
  return {
    opening({ source, site, checks, model, dataDir }) {
      print(bold(`Headgate on ${source.name}, branch ${source.branch} (${site.imported.slice(0, 7)})`));
      print(`  model    ${model.description}`);
      print(`  checks   ${checks.map((check) => check.name).join(", ")} must pass before every merge`);
      print(dim(`  sandbox  ${site.sandbox.url}${dataDir === null ? "" : `  data ${dataDir}`}`));
      print("");
    },
    happened(happened) {
      const { state, before } = happened;
      if (before?.plan == null && state.plan !== null) for (const line of planTree(state)) print(line);
      const lines = progressLine({ ...happened, startedAt: state.startedAt });
      for (const line of lines) print(colour(line, output));
    },
    ending({ state, result, document, temporary, source }) {
      print("");
      for (const line of finalTable(state)) print(line);
      print("");
      const { seconds, criticalPathSeconds } = document.makespan;
      const ratio = criticalPathSeconds > 0 ? ` (${(seconds / criticalPathSeconds).toFixed(2)} ×)` : "";
      print(`Took ${seconds.toFixed(1)} s against a critical path of ${criticalPathSeconds.toFixed(1)} s${ratio}.`);
      print(costLine(document));
      if (result !== null) for (const line of whereToLook(result, source)) print(line);
      if (standing(state) === "waits-for-person") {
        const { reason, next } = explainFeature(state);
        print(bold(`Waits for you: ${reason}`));
        print(`Next: ${next}`);
        if (temporary) print("Use --data-dir and --keep to be able to act on it and go on.");
      }
    },
    keeping(site, dataDir) {
      const { repository, issue, ownerToken, sandbox } = site;
      const name = `${repository.owner}/${repository.name}`;
      print("");
      print(bold("The sandbox stays up until Ctrl-C."));
      print(`  look      ${sandbox.url}/${name}`);
      print(`  clone     git clone http://you:${ownerToken}@${sandbox.url.replace("http://", "")}/${name}.git`);
      print(`  order     curl -H "Authorization: Bearer ${ownerToken}" -d '{"body":"/headgate status"}' \\`);
      print(`              ${sandbox.apiUrl}/repos/${name}/issues/${issue}/comments`);
      print(dim(`  data      ${dataDir}`));
    },
    interrupted(dataDir) {
      print(dataDir === null ? "Interrupted." : `Interrupted. Run again with --data-dir ${dataDir} to go on.`);
    },
  };
}

function costLine(document: ReturnType<typeof report>): string {
  const usages = [document.planner.usage, ...document.tasks.map((task) => task.usage)].filter(
    (usage) => usage !== null,
  );
  const { reads, writes } = document.apiCalls;
  const calls = `GitHub calls: ${reads} reads, ${writes} writes.`;
  if (usages.length === 0) return `No model was used. ${calls}`;
  const usd = usages.reduce((sum, usage) => sum + usage.usd, 0);
  const tokens = usages.reduce(
    (sum, usage) => sum + usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    0,
  );
  const scripted =
    document.model.kind === "scripted" ? " by list price, but the model was scripted and nothing was paid" : "";
  return `Cost: $${usd.toFixed(2)} for ${tokens} tokens${scripted}. ${calls}`;
}

function whereToLook(result: { branch: string } | { folder: string }, source: Source): string[] {
  if ("folder" in result) return [`The result is in ${result.folder}:`, `  git -C ${result.folder} log --oneline`];
  const { branch } = result;
  const at = source.folder === null ? "" : `-C ${source.folder} `;
  return [
    `The result is the branch ${branch}:`,
    `  git ${at}log --oneline ${source.branch}..${branch}`,
    `  git ${at}diff ${source.branch}...${branch}`,
    `  git ${at}merge ${branch}`,
  ];
}

function colour(line: string, output: NodeJS.WriteStream): string {
  if (/^\S+ ✗/.test(line)) return styleText("red", line, { stream: output });
  if (/^\S+ [✓●]/.test(line)) return styleText("green", line, { stream: output });
  return line;
}
